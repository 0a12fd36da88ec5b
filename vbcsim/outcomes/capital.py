"""Capital: what a party must hold so that it does not run out of money before the contract is paid out.

The running balance of a party is its cash to date (``vbcsim.outcomes.cash``), and the accounts of its ledger where the
scenario counts them. The reserve needed is a quantile of its lowest value (``vbcsim.outcomes.ruin``); beside it stand
the present value of the money, the security that the contract itself asks for, and a charge in the shape of a
regulator's formula. Undiscounted unless said otherwise; a reserve earns nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import tee
from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from vbcsim.core.dataset import label
from vbcsim.outcomes.capital_spec import Capital, RiskBasedCapital
from vbcsim.outcomes.cash import Directions, account_payments, discount, flows, payments, transfers
from vbcsim.outcomes.distribution import mean
from vbcsim.outcomes.ruin import reserve_needed, ruin_probability, running
from vbcsim.outcomes.statistic import statistic
from vbcsim.outcomes.summary import provenance

__all__ = ["STATISTICS", "Held", "capital", "capital_dataset", "held", "risk_based_capital"]

Array = NDArray[np.float64]

STATISTICS = ("mean_usd", "sd_usd", "p1_usd", "p5_usd", "p25_usd", "p50_usd", "p75_usd", "p95_usd", "p99_usd")
"""Statistics of a balance, of its lowest value and of a present value."""
_OPERATIONAL = 1.03
"""Load of the formula of risk-based capital for operational risk (SOA Health Watch, December 2021)."""


class Held(NamedTuple):
    """What a party holds of a contract: its money in time; arrays of (value, error) where they are estimates."""

    balance: Mapping[int, Array]
    """Statistics of the running balance at each month at which money moves (statistic, 2) [USD]."""
    ruined: Mapping[int, Array]
    """Chance that each reserve has run out by then (reserve, 2)."""
    lowest: Array
    """Lowest balance within the horizon (draw,) [USD]."""
    present: Array
    """Present value (draw,) [USD]."""


def held(paid: Iterable[tuple[int, Array]], draws: int, spec: Capital) -> Held:
    """What becomes of a party's balance.

    :param paid: what it receives less what it pays, by month, in order; see ``vbcsim.outcomes.cash.flows``.
    """
    by_month, steps = tee(paid)
    horizon = np.inf if spec.horizon_months is None else spec.horizon_months
    lowest, present = np.zeros(draws), np.zeros(draws)
    balances: dict[int, Array] = {}
    ruined: dict[int, Array] = {}
    for (month, flow), now in zip(by_month, running((flow for _, flow in steps), draws), strict=False):
        present += discount(spec.discount_rate, [month])[0] * flow
        balances[month] = _estimates(now.balance)
        if month <= horizon:
            lowest = now.lowest
            ruined[month] = np.array([ruin_probability(lowest, reserve) for reserve in spec.reserves])
    return Held(balances, ruined, lowest, present)


def capital(
    settlement: xr.Dataset,
    directions: Mapping[str, Directions],
    spec: Capital,
    *,
    ledger: xr.Dataset | None = None,
    kept_usd: Mapping[str, Mapping[str, Array]] | None = None,
) -> xr.Dataset:
    """The capital dataset of a settlement; see ``capital_dataset``.

    :param directions: payer and payee of each provision, by design.
    :param ledger: with the accounts that the balance counts.
    :param kept_usd: what the contract's own clauses ask to be kept (draw, year), ``collateral`` and ``clause_capital``,
        by design.
    """
    draws = settlement.sizes["draw"]
    found: dict[str, dict[str, Held]] = {}
    for design in (str(name) for name in settlement["design"].values):
        paid = payments(transfers(settlement, design, directions[design]), spec.timing(design))
        found[design] = {}
        for party in spec.parties:
            own = [] if ledger is None else account_payments(ledger, design, party, spec.accounts)
            found[design][party] = held(flows([*paid, *own], party, draws), draws, spec)
    dataset = capital_dataset(found, spec, provenance(settlement))
    further: dict[str, tuple[tuple[str, ...], Array]] = {}
    for kind, by_design in (kept_usd or {}).items():
        further |= _by_year(kind, list(found), by_design)
    if spec.risk_based_capital is not None:
        rule, spent = spec.risk_based_capital, settlement["settled_expenditure_usd"].transpose("design", "draw", "year")
        of_design = dict(zip(found, spent.values, strict=True))
        further |= _by_year("risk_based_capital", list(found), of_design, lambda usd: risk_based_capital(usd, rule))
    if not further:
        return dataset
    return label(dataset.assign(further).assign_coords(year=settlement["year"].values), {"": _source(spec)})


def capital_dataset(found: Mapping[str, Mapping[str, Held]], spec: Capital, attrs: Mapping[str, Any]) -> xr.Dataset:
    """The capital dataset; every figure stands beside its Monte Carlo error, ``NAME_mcse``.

    ``balance_usd(design, party, month, statistic)`` is the running balance, ``lowest_balance_usd`` and
    ``present_value_usd(design, party, statistic)`` its lowest value and the discounted money;
    ``reserve_needed_usd(design, party, chance)``; ``ruin_probability(design, party, reserve)`` and
    ``ruin_by_month(design, party, reserve, month)``; ``cost_of_capital_usd(design, party, chance)`` where a rate is
    given.

    :param found: what each party holds of each design.
    """
    holdings = [[of_design[party] for party in spec.parties] for of_design in found.values()]
    months = sorted({0, *(month for row in holdings for one in row for month in one.balance)})
    by_month = {
        "balance": _each(holdings, lambda one: _filled(one.balance, months, len(STATISTICS))),
        "ruin_by_month": _each(holdings, lambda one: _filled(one.ruined, months, len(spec.reserves)).swapaxes(0, 1)),
    }
    reserves = _each(holdings, lambda one: np.array([reserve_needed(one.lowest, chance) for chance in spec.chances]))
    variables: dict[str, Any] = {}
    variables |= _pair("balance_usd", ("month", "statistic"), by_month["balance"])
    variables |= _pair("lowest_balance_usd", ("statistic",), _each(holdings, lambda one: _estimates(one.lowest)))
    variables |= _pair("present_value_usd", ("statistic",), _each(holdings, lambda one: _estimates(one.present)))
    variables |= _pair("reserve_needed_usd", ("chance",), reserves)
    variables |= _pair("ruin_probability", ("reserve",), by_month["ruin_by_month"][..., -1, :])
    variables |= _pair("ruin_by_month", ("reserve", "month"), by_month["ruin_by_month"])
    if spec.cost_of_capital is not None:
        years = min(months[-1], spec.horizon_months or months[-1]) / 12.0
        variables |= _pair("cost_of_capital_usd", ("chance",), spec.cost_of_capital * years * reserves)
    coords = {
        "design": list(found),
        "party": list(spec.parties),
        "month": months,
        "statistic": list(STATISTICS),
        "chance": list(spec.chances),
        "reserve": list(spec.reserves),
    }
    told = {"discount_rate": spec.discount_rate, "accounts": ", ".join(spec.accounts)}
    told |= {"horizon_months": spec.horizon_months or months[-1]}
    return label(xr.Dataset(variables, coords, {**attrs, **told}), {"": _source(spec)})


def risk_based_capital(expenditure_usd: Array, rule: RiskBasedCapital) -> Array:
    """The charge on each draw's yearly cost: 1.03 x (h0 + sqrt(h1^2 + underwriting^2 + h3^2 + h4^2)), times the level.

    Underwriting risk is the sum over bands of the factor times the cost at risk within the band.
    """
    at_risk = rule.share_at_risk * expenditure_usd
    starts = [tier.from_usd for tier in rule.tiers]
    ends = [*starts[1:], np.inf]
    bands = zip(rule.tiers, starts, ends, strict=True)
    underwriting = sum(tier.factor * (np.clip(at_risk, low, high) - low) for tier, low, high in bands)
    others = sum(risk * risk for risk in (rule.h1_usd, rule.h3_usd, rule.h4_usd))
    return np.asarray(rule.level * _OPERATIONAL * (rule.h0_usd + np.sqrt(others + underwriting * underwriting)))


def _estimates(draws: Array) -> Array:
    """The statistics of a balance (statistic, 2)."""
    ordered = np.sort(draws)
    return np.array([statistic(name, draws, ordered) for name in STATISTICS])


def _each(holdings: Sequence[Sequence[Held]], of: Callable[[Held], Array]) -> Array:
    """A figure of everything that is held (design, party, ...)."""
    return np.array([[of(one) for one in row] for row in holdings])


def _filled(at: Mapping[int, Array], months: Sequence[int], width: int) -> Array:
    """Figures at every month (month, width, 2): what they were when money last moved; nought before, and sure."""
    rows = []
    now = np.zeros((width, 2))
    for month in months:
        now = at.get(month, now)
        rows.append(now)
    return np.array(rows)


def _pair(name: str, dims: tuple[str, ...], figures: Array) -> dict[str, tuple[tuple[str, ...], Array]]:
    """A variable and its error, from (design, party, ..., 2)."""
    mcse = f"{name.removesuffix('_usd')}_mcse"
    every = ("design", "party", *dims)
    return {name: (every, figures[..., 0]), mcse: (every, figures[..., 1])}


def _by_year(
    name: str, designs: Sequence[str], amounts: Mapping[str, Array], of: Callable[[Array], Array] = np.asarray
) -> dict[str, tuple[tuple[str, ...], Array]]:
    """The mean of an amount by design and year with its error; nought for a design that has none."""
    shape = next(iter(amounts.values())).shape
    found = [mean(np.ascontiguousarray(of(amounts.get(design, np.zeros(shape))).T)) for design in designs]
    return {
        f"{name}_usd": (("design", "year"), np.array([estimate.value for estimate in found])),
        f"{name}_mcse": (("design", "year"), np.array([estimate.mcse for estimate in found])),
    }


def _source(spec: Capital) -> str:
    told = [f"estimates over draws, method in vbcsim.outcomes.capital: {spec.source}"]
    told += [f"advance: {advance.source}" for advance in spec.advances]
    told += [f"risk-based capital: {spec.risk_based_capital.source}"] if spec.risk_based_capital else []
    return "; ".join(told)
