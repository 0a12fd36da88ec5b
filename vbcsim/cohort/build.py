"""Build the cohort: rating cells with their expected use and cost by year and category.

The cohort dataset holds everything an experience depends on, and nothing of any contract; its hash, with the seed and
the engine, names the experience.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from vbcsim.core.dataset import label
from vbcsim.core.errors import BadInput, Problem, did_you_mean

if TYPE_CHECKING:
    import xarray as xr

    from vbcsim.cohort.spec import CohortSpec

__all__ = ["build_cohort", "floors", "stratum_of_cells"]

_MOST_SERVICES = 1000.0
"""Most expected services of a category per member and year: three a day; a frail member has room for many more."""


class AssumptionsLike(Protocol):
    """What is read of ``vbcsim.assumptions.spec.Assumptions``; stages meet in values, not in imports."""

    @property
    def services(self) -> Sequence[Any]: ...
    @property
    def shared_frailty(self) -> Any: ...
    @property
    def market_trend(self) -> Any: ...
    @property
    def provider_group(self) -> Any: ...
    @property
    def risk_score(self) -> Any: ...
    @property
    def quality(self) -> Any: ...
    @property
    def provider_revenue(self) -> Any: ...
    @property
    def large_claimants(self) -> Any: ...
    @property
    def reference_year(self) -> int | None: ...


def build_cohort(
    cohort: CohortSpec, assumptions: AssumptionsLike, base: Sequence[int], performance: Sequence[int]
) -> xr.Dataset:
    """The cohort dataset of a scenario, dims cell, year (base then performance), category, stratum.

    :param base: base years, calendar, ascending; the last one is the reference of every index.
    :param performance: performance years, calendar, ascending.
    :raises BadInput: where the floors do not match the strata, or a member would have impossibly many services.
    """
    import xarray as xr

    years = np.array([*base, *performance])
    strata, cell_stratum = stratum_of_cells(cohort)
    data = {
        **_cells(cohort, assumptions, years, cell_stratum, reference=base[-1]),
        **_categories(cohort, assumptions),
        **_systemic(cohort, assumptions, years, base, performance),
        "claimant_floor_usd": ("stratum", floors(assumptions.large_claimants.floor_usd, strata)),
    }
    coords = {
        "cell": [c.cell for c in cohort.cells],
        "year": years,
        "category": [s.category for s in assumptions.services],
        "stratum": strata,
        "period": ("year", ["base"] * len(base) + ["performance"] * len(performance)),
        "service": ("category", [s.service for s in assumptions.services]),
    }
    dataset = xr.Dataset(data, coords, attrs={"retention": cohort.retention, "months": cohort.months})
    return label(dataset, _sources(cohort, assumptions))


def stratum_of_cells(cohort: CohortSpec) -> tuple[list[str], np.ndarray[Any, Any]]:
    """Names of the settlement strata in order of appearance, and each cell's index among them."""
    names = ["/".join(str(getattr(c, a)) for a in cohort.strata) or "all" for c in cohort.cells]
    strata = list(dict.fromkeys(names))
    return strata, np.array([strata.index(n) for n in names], dtype=np.int64)


def floors(floor_usd: float | dict[str, float], strata: Sequence[str]) -> np.ndarray[Any, Any]:
    """The claimant floor of each stratum; raises BadInput where one is missing or unknown."""
    if not isinstance(floor_usd, dict):
        return np.full(len(strata), float(floor_usd))
    place = "assumptions.large_claimants.floor_usd"
    unknown = [
        Problem(place, f'"{n}" is not a stratum of the cohort ({", ".join(strata)}){did_you_mean(n, strata)}')
        for n in floor_usd
        if n not in strata
    ]
    missing = [Problem(place, f'no floor for stratum "{n}"; add one') for n in strata if n not in floor_usd]
    if unknown or missing:
        raise BadInput(unknown + missing)
    return np.array([float(floor_usd[n]) for n in strata])


def _cells(
    cohort: CohortSpec, assumptions: AssumptionsLike, years: Any, cell_stratum: Any, reference: int
) -> dict[str, Any]:
    """Variables by cell, year and category."""
    cells, services = cohort.cells, assumptions.services
    lag = years - (assumptions.reference_year or reference)
    exposure = cohort.months / 12.0
    use = np.array([c.utilization_relativity for c in cells])
    price = np.array([c.price_relativity for c in cells])
    rate = np.array([s.utilization_per_1000 / 1000.0 * (1 + s.utilization_trend) ** lag for s in services]).T
    cost = np.array([s.mean_cost_usd * (1 + s.price_trend) ** lag for s in services]).T
    score = np.array([c.risk_score for c in cells])
    growth = (1 + assumptions.risk_score.coding_growth) ** lag
    utilization = exposure * use[:, None, None] * rate[None]
    _check_utilization(utilization, cohort, assumptions, years)
    return {
        "members": ("cell", np.array([c.members for c in cells], dtype=np.int64)),
        "cell_stratum": ("cell", cell_stratum),
        "frailty_relativity": ("cell", np.array([c.frailty_relativity for c in cells])),
        "utilization_rate": (("cell", "year", "category"), utilization),
        "mean_cost_usd": (("cell", "year", "category"), price[:, None, None] * cost[None]),
        "expected_risk_score": (("cell", "year"), score[:, None] * growth[None]),
    }


def _check_utilization(utilization: Any, cohort: CohortSpec, assumptions: AssumptionsLike, years: Any) -> None:
    """Refuse rates that no person can have; a wrong unit or a trend of 100 % shows here."""
    problems = []
    for j, s in enumerate(assumptions.services):
        c, t = np.unravel_index(int(np.argmax(utilization[:, :, j])), utilization.shape[:2])
        if utilization[c, t, j] > _MOST_SERVICES:
            problems.append(
                Problem(
                    f"assumptions.services[{s.category}].utilization_per_1000",
                    f"{s.utilization_per_1000:g} makes {utilization[c, t, j]:,.0f} services per member of cell "
                    f'"{cohort.cells[c].cell}" in {years[t]}; at most {_MOST_SERVICES:,.0f} are possible: '
                    "check its unit, utilization_trend and the cell's utilization_relativity",
                )
            )
    if problems:
        raise BadInput(problems)


def _categories(cohort: CohortSpec, assumptions: AssumptionsLike) -> dict[str, Any]:
    """Variables by category; persistence is that of a place in the panel, so who leaves takes it away."""
    services = assumptions.services
    bounded = [s.maximum_usd is not None and s.mean_cost_usd > 0 for s in services]
    maximum = [s.maximum_usd / s.mean_cost_usd if b else np.inf for s, b in zip(services, bounded, strict=True)]
    named = ("overdispersion", "shared_weight", "body_sigma", "tail_probability", "tail_index")
    return {
        **{name: ("category", np.array([float(getattr(s, name)) for s in services])) for name in named},
        "own_persistence": ("category", np.array([s.persistence * cohort.retention for s in services])),
        "maximum_multiple": ("category", np.array(maximum)),
    }


def _systemic(
    cohort: CohortSpec, assumptions: AssumptionsLike, years: Any, base: Sequence[int], performance: Sequence[int]
) -> dict[str, Any]:
    """Scalars and yearly courses of what all members share."""
    market, group = assumptions.market_trend, assumptions.provider_group
    expected = _expected_market_index(assumptions, years, base[-1])
    rate = market.prospective_rate
    announced = expected if rate is None else (1.0 + rate) ** (years - base[-1])
    effect = np.where(np.isin(years, performance), 1.0 - group.improvement_rate, 1.0)
    frailty, quality = assumptions.shared_frailty, assumptions.quality
    return {
        "shared_variance": ((), frailty.variance),
        "shared_persistence": ((), frailty.persistence * cohort.retention),
        "national_shock_sd": ((), market.national_shock_sd),
        "regional_shock_sd": ((), market.regional_shock_sd),
        "expected_market_index": ("year", expected),
        "prospective_index": ("year", announced),
        "group_effect_sd": ((), group.effect_sd),
        "group_effect_persistence": ((), group.persistence),
        "expected_group_effect": ("year", effect),
        "risk_score_noise_sd": ((), assumptions.risk_score.noise_sd),
        "quality_mean": ((), quality.mean),
        "quality_sd": ((), quality.sd),
        "quality_persistence": ((), quality.persistence),
        "provider_own_share": ((), assumptions.provider_revenue.own_share),
    }


def _expected_market_index(assumptions: AssumptionsLike, years: Any, reference: int) -> Any:
    """Expected per-capita growth of the cohort's own mix against the last base year: the market grows like it."""
    level = np.zeros(len(years))
    at_reference = 0.0
    for s in assumptions.services:
        growth = (1 + s.utilization_trend) * (1 + s.price_trend)
        weight = s.utilization_per_1000 * s.mean_cost_usd
        anchor = assumptions.reference_year or reference
        level += weight * growth ** (years - anchor)
        at_reference += weight * growth ** (reference - anchor)
    return level / at_reference if at_reference > 0 else np.ones(len(years))


def _sources(cohort: CohortSpec, assumptions: AssumptionsLike) -> dict[str, str]:
    """Where each variable comes from."""
    services = "; ".join(dict.fromkeys(s.source for s in assumptions.services))
    by_section = {
        assumptions.shared_frailty.source: ("shared_variance", "shared_persistence"),
        assumptions.market_trend.source: ("national_shock_sd", "regional_shock_sd", "prospective_index"),
        assumptions.provider_group.source: ("group_effect_sd", "group_effect_persistence", "expected_group_effect"),
        assumptions.risk_score.source: ("risk_score_noise_sd",),
        assumptions.quality.source: ("quality_mean", "quality_sd", "quality_persistence"),
        assumptions.provider_revenue.source: ("provider_own_share",),
        cohort.source: ("members", "cell_stratum", "frailty_relativity", "expected_risk_score"),
        "chosen by the scenario": ("claimant_floor_usd",),
    }
    return {"": services} | {name: source for source, names in by_section.items() for name in names}
