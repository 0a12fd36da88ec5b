"""The money behind a contract: what the payer takes in, and what care costs the provider to give.

An experience knows what was paid for the members' services. What that means for each party also depends on the payer's
premium and administration, and on how much of the spending is the provider's own revenue and how its cost follows it.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from vbcsim.core.errors import Problem, did_you_mean
from vbcsim.core.model import Frozen
from vbcsim.core.text import listing
from vbcsim.core.units import Fraction, Rate, Usd, UsdPmpm, Year

__all__ = [
    "PAYER_ACCOUNTS",
    "PROVIDER_ACCOUNTS",
    "VARIABLE_SHARE",
    "VARIABLE_SHARE_SOURCE",
    "Economics",
    "Payer",
    "Provider",
    "economics_problems",
]

Label = Annotated[str, StringConstraints(min_length=1, max_length=120)]
Category = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=4000)]

PAYER_ACCOUNTS = ("premium", "claims", "intervention_cost", "admin", "settlement", "margin")
PROVIDER_ACCOUNTS = ("fee_for_service", "fixed_cost", "variable_cost", "programme_cost", "settlement", "margin")
"""Accounts of the parties' ledgers; margin is the sum of the others."""
VARIABLE_SHARE = {
    "inpatient": 0.35,
    "outpatient_surgery": 0.45,
    "outpatient_other": 0.45,
    "outpatient": 0.45,
    "emergency": 0.25,
    "observation": 0.25,
    "primary_care": 0.25,
    "specialist": 0.25,
    "professional": 0.25,
    "office": 0.25,
    "behavioral": 0.25,
    "imaging_lab": 0.20,
    "imaging": 0.20,
    "part_b_drugs": 0.90,
    "skilled_nursing": 0.50,
    "home_health": 0.70,
}
"""Share of the cost of care that varies with volume within a year, by service category, where a scenario says none."""
VARIABLE_SHARE_SOURCE = (
    "judgement: inpatient 0.35, outpatient 0.45, emergency and observation 0.25, visits 0.25, imaging and laboratory "
    "0.20, Part B drugs bought and billed 0.90, skilled nursing 0.50, home health 0.70, over one year; one teaching "
    "hospital had 16 % variable cost in 1993 (JAMA 1999)"
)


class Payer(Frozen):
    """The payer's income and the cost of administration; claims and settlements come from the run."""

    premium_pmpm: UsdPmpm | Annotated[dict[Label, UsdPmpm], Field(min_length=1)] | None = None
    """Premium or budget per member per month of the first performance year, one or by line of business."""
    budget_usd: Usd | None = None
    """Premium or budget of the first performance year in dollars, whatever the number of members."""
    trend: Rate = 0.0
    """Yearly growth of premium, or budget, and of ``admin_pmpm`` after the first performance year."""
    admin_share: Fraction = 0.0
    """Administration as a share of premium."""
    admin_pmpm: UsdPmpm = 0.0
    """Administration per member per month of the first performance year."""
    source: Text
    """Where the figures come from."""

    @model_validator(mode="after")
    def _one_income(self) -> Self:
        if (self.premium_pmpm is None) == (self.budget_usd is None):
            raise ValueError("give either premium_pmpm or budget_usd: the payer's income needs one of them")
        return self


class Provider(Frozen):
    """What care costs the provider to give: fixed cost set for the reference year's volume, variable cost with volume.

    Of the cost of a category in the reference year, (1 - margin) x own revenue, the variable share follows the own
    revenue of the draw and the year; the rest is the fixed cost of every draw and grows by ``cost_trend``.
    """

    own_share: Fraction | Annotated[dict[Category, Fraction], Field(min_length=1)]
    """Share of the members' spending that is the provider's own revenue, one or by category; none of a category left
    out. The rest leaks to others."""
    variable_share: dict[Category, Fraction] = Field(default_factory=dict)
    """Share of the cost of care that varies with volume within the year, by category, before the defaults."""
    margin: Annotated[Rate, Field(lt=1.0)]
    """Margin of the reference year: own revenue less cost of care, as a share of own revenue."""
    cost_trend: Rate
    """Yearly growth of the fixed cost from the reference year."""
    reference_year: Year | None = None
    """The year for whose expected volume the fixed cost was set (none: the last base year)."""
    source: Text
    """Where the figures come from."""

    def share_of(self, category: str) -> float:
        """Own share of the spending of a category."""
        return float(self.own_share.get(category, 0.0) if isinstance(self.own_share, dict) else self.own_share)

    def variable_of(self, category: str) -> float:
        """Share of the cost of a category that varies with volume; nothing where none of it is the provider's own."""
        if self.share_of(category) == 0.0:
            return 0.0
        return float(self.variable_share.get(category, VARIABLE_SHARE.get(category, 0.0)))


class Economics(Frozen):
    """The money behind a contract; either party may be left out."""

    payer: Payer | None = None
    """The payer's premium and administration."""
    provider: Provider | None = None
    """The provider's own share of spending and its cost of care."""

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if self.payer is None and self.provider is None:
            raise ValueError("give payer, provider, or both; without either there is no ledger to keep")
        return self


def economics_problems(
    economics: Economics,
    categories: Collection[str],
    lines_of_business: Collection[str],
    years: Collection[int],
    strata: Collection[str] = ("line_of_business",),
) -> list[Problem]:
    """What in the economics does not fit the cohort and the services, each at its path in the scenario.

    :param strata: attributes that set the strata of the experience apart.
    """
    found: list[Problem] = []
    payer, provider = economics.payer, economics.provider
    if payer is not None and isinstance(payer.premium_pmpm, dict):
        where = "economics.payer.premium_pmpm"
        found += _strangers(payer.premium_pmpm, lines_of_business, where, "a line of business of the cohort")
        found += [
            Problem(where, f'no premium for the line of business "{name}"; add one')
            for name in lines_of_business
            if name not in payer.premium_pmpm
        ]
        if len(payer.premium_pmpm) > 1 and "line_of_business" not in strata:
            words = "premiums differ by line of business, and strata do not; add line_of_business to cohort.strata"
            found.append(Problem(where, words))
    if provider is None:
        return found
    for field in ("own_share", "variable_share"):
        given = getattr(provider, field)
        if isinstance(given, dict):
            found += _strangers(given, categories, f"economics.provider.{field}", "a category of the services")
    lacking = [
        name
        for name in categories
        if provider.share_of(name) > 0.0 and name not in provider.variable_share and name not in VARIABLE_SHARE
    ]
    if lacking:
        known = listing(list(VARIABLE_SHARE), 30)
        message = f"no share is known for {listing(lacking, 30)}; state it for each (there are defaults for {known})"
        found.append(Problem("economics.provider.variable_share", message))
    if provider.reference_year is not None and provider.reference_year not in years:
        span = f"{min(years)} to {max(years)}"
        message = f"{provider.reference_year} is not a year of the scenario; choose one from {span}"
        found.append(Problem("economics.provider.reference_year", message))
    return found


def _strangers(given: Collection[str], known: Collection[str], where: str, what: str) -> list[Problem]:
    return [
        Problem(
            f"{where}.{name}", f'"{name}" is not {what}{did_you_mean(name, known)} (there: {listing(list(known), 30)})'
        )
        for name in given
        if name not in known
    ]
