"""When the money of a contract moves, and what capital is asked about: the scenario's section ``capital``.

Months are counted from the start of the first performance year: month 0 is its first day, month 12 its last. What a
provision pays for a year is reconciled ``lag_months`` after the end of that year, unless ``paid`` says that it is paid
in the course of the year, by the month or the quarter::

    capital:
      lag_months: {payer: 9, provider: 12}     # by who owes
      paid:
        care_fee: {every: month}
        shared_savings: {every: quarter, share: 50%, amount: expected}   # the rest is reconciled
      advances:
        - {usd: 250000, month: 0, source: the agreement, section 7}      # taken back out of what is earned
      discount_rate: 5%
      reserves_usd: [1000000, 3000000]
      chances: [5%, 1%]
      source: the agreement, section 9
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from vbcsim.core.errors import Problem, did_you_mean
from vbcsim.core.model import Frozen
from vbcsim.core.parties import Party
from vbcsim.core.text import listing
from vbcsim.core.units import Fraction, Months, NonNegative, Rate, Usd

__all__ = [
    "Advance",
    "Capital",
    "Instalments",
    "RiskBasedCapital",
    "Tier",
    "Timing",
    "capital_problems",
    "parties_problems",
]

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=4000)]
Lag = Annotated[Months, Field(le=120)]
_PER_YEAR = {"month": 12, "quarter": 4}


def _one_party(raw: object) -> object:
    return (raw,) if isinstance(raw, str) else raw


class Instalments(Frozen):
    """A provision paid in equal parts in the course of its year; what that leaves is reconciled after the year."""

    every: Literal["month", "quarter"] = "month"
    """How often a part is paid."""
    share: Annotated[Fraction, Field(gt=0.0)] = 1.0
    """Share of the amount that is paid in parts."""
    amount: Literal["actual", "expected"] = "actual"
    """What the parts are a share of: the amount of the year as it turns out (a fee for each member's month), or its
    expectation, the mean over the draws (a prepayment)."""
    in_advance: bool = False
    """Whether a part is paid on the first day of its month or quarter; else on the last."""

    @property
    def months(self) -> tuple[int, ...]:
        """Months of the year, from 0, at which a part is paid."""
        length = 12 // _PER_YEAR[self.every]
        return tuple(length * k + (0 if self.in_advance else length) for k in range(_PER_YEAR[self.every]))


class Advance(Frozen):
    """Money paid ahead of what will be earned: recouped from each reconciliation, the rest due with the last one.

    It moves money in time and changes no total. An advance that the contract itself pays and recoups is a provision
    (``fixed`` and ``recoup``) and does not stand here.
    """

    usd: Annotated[Usd, Field(gt=0.0)]
    """Dollars advanced."""
    month: Lag = 0
    """When: months from the start of the first performance year."""
    payer: Party = "payer"
    """Who advances it."""
    payee: Party = "provider"
    """Who receives it and pays it back."""
    source: Text
    """Where the figure comes from."""

    @model_validator(mode="after")
    def _two_parties(self) -> Self:
        if self.payer == self.payee:
            raise ValueError(f"an advance goes from one party to another; {self.payer} is both payer and payee")
        return self


class Timing(Frozen):
    """When the money of a design moves; what is left out is as for all designs."""

    lag_months: Lag | Annotated[dict[Party, Lag], Field(min_length=1)] | None = None
    """Months from the end of a performance year until what is still owed for it is paid; one, or by who owes it."""
    paid: dict[Name, Instalments] | None = None
    """Provisions that are paid in the course of the year, by name."""
    advances: tuple[Advance, ...] | None = None
    """Advances on what will be earned."""

    def lag(self, owing: str) -> int:
        """Months after the end of a year until a party pays what it owes."""
        lags = self.lag_months
        if isinstance(lags, dict):
            named = {str(party): int(months) for party, months in lags.items()}
            return named.get(owing, max(named.values()))  # who is not named pays as late as the last
        return int(lags or 0)


class Tier(Frozen):
    """The factor of one band of cost: large costs may bear a smaller one above a bound."""

    from_usd: Usd = 0.0
    """Where the band begins [USD a year]."""
    factor: Fraction
    """Risk as a share of the cost within the band."""


class RiskBasedCapital(Frozen):
    """A charge in the shape of the health formula of risk-based capital, for one contract and not for a company.

    1.03 x (h0 + sqrt(h1^2 + underwriting^2 + h3^2 + h4^2)), with underwriting risk a tiered share of the cost at risk.
    No factor is built in: the factors in force are the reader's to state.
    """

    tiers: Annotated[tuple[Tier, ...], Field(min_length=1, max_length=20)]
    """Factors of underwriting risk by band of the yearly cost at risk; the first band begins at 0."""
    share_at_risk: Fraction = 1.0
    """Share of the expenditure that the contract puts at the party's risk."""
    h0_usd: Usd = 0.0
    """Affiliates and off-balance-sheet risk [USD]."""
    h1_usd: Usd = 0.0
    """Asset risk [USD]."""
    h3_usd: Usd = 0.0
    """Credit risk [USD]."""
    h4_usd: Usd = 0.0
    """Business risk [USD]."""
    level: Annotated[NonNegative, Field(gt=0.0, le=20.0)] = 1.0
    """Capital kept, as a multiple of the result of the formula."""
    source: Text
    """Where the factors come from."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        starts = [tier.from_usd for tier in self.tiers]
        if starts[0] != 0.0:
            raise ValueError(f"the first tier begins at {starts[0]:,.0f}; let it begin at 0 (leave out from_usd)")
        for below, above in pairwise(starts):
            if above <= below:
                raise ValueError(f"a tier from {above:,.0f} follows one from {below:,.0f}; list tiers from low to high")
        return self


class Capital(Timing):
    """When money moves, what reserve is asked about, and what capital costs."""

    lag_months: Lag | Annotated[dict[Party, Lag], Field(min_length=1)]
    """Months from the end of a performance year until what is still owed for it is paid; one, or by who owes it."""
    paid: dict[Name, Instalments] = Field(default_factory=dict)
    """Provisions that are paid in the course of the year, by name."""
    advances: tuple[Advance, ...] = ()
    """Advances on what will be earned."""
    designs: dict[Name, Timing] = Field(default_factory=dict)
    """Designs whose money moves at other times, by name."""
    discount_rate: Annotated[Rate, Field(ge=0.0, le=1.0)] = 0.0
    """Yearly rate at which later money counts less; 0 discounts nothing."""
    parties: Annotated[tuple[Party, ...], BeforeValidator(_one_party), Field(min_length=1)] = ("provider",)
    """Whose reserve is asked about; one or several."""
    accounts: Annotated[tuple[Name, ...], BeforeValidator(_one_party)] = ()
    """Accounts of a party's own ledger that its balance counts beside the settlement, such as ``programme_cost``, paid
    in twelve equal parts a year; needs `economics`."""
    reserves_usd: Annotated[tuple[Usd, ...], Field(max_length=20)] = ()
    """Opening reserves to try; none at all is always tried."""
    chances: Annotated[tuple[Annotated[Fraction, Field(gt=0.0, lt=0.5)], ...], Field(min_length=1, max_length=10)] = (
        0.05,
        0.01,
    )
    """Chances of running out for which the reserve is found (judgement: 1 in 20 and 1 in 100)."""
    horizon_months: Annotated[Months, Field(ge=1, le=480)] | None = None
    """Months over which running out counts; until the last payment where left out."""
    cost_of_capital: Fraction | None = None
    """Yearly cost of a dollar of reserve, beyond what it earns; no cost is told where left out."""
    risk_based_capital: RiskBasedCapital | None = None
    """A charge in the shape of a regulator's formula, beside the reserve that the draws ask for."""
    source: Text
    """Where the figures come from."""

    def timing(self, design: str) -> Timing:
        """When the money of a design moves."""
        common = {name: getattr(self, name) for name in Timing.model_fields}
        own = self.designs.get(design)
        said = {} if own is None else {n: getattr(own, n) for n in Timing.model_fields if getattr(own, n) is not None}
        return Timing.model_construct(**(common | said))

    def fitting(self, provisions: Mapping[str, Collection[str]]) -> Self:
        """The section without what it says of designs and provisions that are not there.

        :param provisions: names of the provisions of each design.
        """
        every = {name for names in provisions.values() for name in names}
        paid = {name: plan for name, plan in self.paid.items() if name in every}
        return self.model_copy(
            update={"paid": paid, "designs": {d: t for d, t in self.designs.items() if d in provisions}}
        )

    @property
    def reserves(self) -> tuple[float, ...]:
        """The reserves to try in order, none at all first."""
        return tuple(sorted({0.0, *map(float, self.reserves_usd)}))


def capital_problems(
    capital: Capital, provisions: Mapping[str, Collection[str]], accounts: Mapping[str, Collection[str]]
) -> list[Problem]:
    """What the section names that the scenario does not have, each at its path.

    :param provisions: names of the provisions of each design.
    :param accounts: accounts of the ledger of each party that keeps one.
    """
    every = {name for names in provisions.values() for name in names}
    found = [_stranger(name, every, f"capital.paid.{name}", "a provision of any design") for name in capital.paid]
    for design, timing in capital.designs.items():
        found.append(_stranger(design, provisions, f"capital.designs.{design}", "a design"))
        own = provisions.get(design, every)
        where = f"capital.designs.{design}.paid"
        found += [_stranger(name, own, f"{where}.{name}", f"a provision of {design}") for name in timing.paid or ()]
    known = {name for names in accounts.values() for name in names}
    for k, account in enumerate(capital.accounts):
        where = f"capital.accounts[{k}]"
        if not any(party in accounts for party in capital.parties):
            whose = listing(list(capital.parties))
            words = f"needs a ledger of the {whose}: state it under `economics:`, or leave out `accounts`"
            found.append(Problem(where, words))
            continue
        found.append(_stranger(account, known, where, "an account of a ledger"))
    return [problem for problem in found if problem is not None]


def parties_problems(capital: Capital, parties: Collection[str]) -> list[Problem]:
    """Parties that the section names and no design has, each at its path."""
    named: dict[str, tuple[str, ...]] = {f"capital.parties[{k}]": (party,) for k, party in enumerate(capital.parties)}
    timings: dict[str, Timing] = {"capital": capital} | {f"capital.designs.{d}": t for d, t in capital.designs.items()}
    for where, timing in timings.items():
        named |= {f"{where}.advances[{k}]": (a.payer, a.payee) for k, a in enumerate(timing.advances or ())}
    found = (_stranger(p, parties, where, "a party of any design") for where, pair in named.items() for p in pair)
    return [problem for problem in found if problem is not None]


def _stranger(name: str, known: Collection[str], where: str, what: str) -> Problem | None:
    if name in known:
        return None
    return Problem(where, f'"{name}" is not {what}{did_you_mean(name, known)} (there: {listing(sorted(known), 30)})')
