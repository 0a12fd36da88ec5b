"""Build the cohort: rating cells with their expected use and cost by year and category.

The cohort dataset holds everything an experience depends on, and nothing of any contract; its hash, with the seed and
the engine, names the experience.

Members stand in rows: a row is a cell, or a tenure group of a cell (``tenure``), or the patients of a kind who are in
treatment over the same half-years (``episodes``). Lines of business with assumptions of their own are profiles
(``profile``). Cells that answer alike to all that is shared in a draw are a response class: same provider group,
profile and interventions.

Interventions and measures come as values with one method each, ``tables``; it returns variables by name, each with its
dims and values and without the dim ``intervention`` or ``measure``, along which they are stacked here. All
interventions return the same names, one of them ``intervention_reach`` by cell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from vbcsim.cohort.episodes import episode_rows
from vbcsim.cohort.profile import Profiles, groups_of, profiles_of, relativities
from vbcsim.cohort.risk_score import Members, relative_square, score_course
from vbcsim.cohort.shapes import number_of_worlds, severity, shape_variables
from vbcsim.cohort.shared import shared_variables
from vbcsim.cohort.tenure import Hazards, Rows, rows_without_turnover, tenure_rows
from vbcsim.core.dataset import label
from vbcsim.core.errors import BadInput, Problem, did_you_mean
from vbcsim.core.uncertain import world_points

if TYPE_CHECKING:
    import xarray as xr

    from vbcsim.cohort.spec import CohortSpec

__all__ = ["build_cohort", "floors", "stratum_of_cells"]

_MOST_SERVICES = 1000.0
"""Most expected services of a category per member and year: three a day; a frail member has room for many more."""

Variables = dict[str, Any]
"""Dims and values by name."""


class AssumptionsLike(Protocol):
    """What is read of ``vbcsim.assumptions.spec.Assumptions``; stages meet in values, not in imports."""

    @property
    def services(self) -> Sequence[Any]: ...
    @property
    def categories(self) -> Sequence[str]: ...
    @property
    def shared_frailties(self) -> Sequence[Any]: ...
    @property
    def market_trend(self) -> Any: ...
    @property
    def provider_groups(self) -> Sequence[Any]: ...
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


class TablesLike(Protocol):
    """An intervention or a measure: its part of the cohort dataset, variable -> (dims, values)."""

    @property
    def tables(self) -> Callable[..., Mapping[str, tuple[tuple[str, ...], Any]]]:
        """``tables(cells, categories, base, performance)``; of a measure also ``interventions`` and its ``name``."""


def build_cohort(
    cohort: CohortSpec,
    assumptions: AssumptionsLike,
    base: Sequence[int],
    performance: Sequence[int],
    interventions: Mapping[str, TablesLike] | None = None,
    measures: Mapping[str, TablesLike] | None = None,
) -> xr.Dataset:
    """The cohort dataset of a scenario, dims cell, row, year (base then performance), category, stratum, ...

    :param base: base years, calendar, ascending; the last one is the reference of every index.
    :param performance: performance years, calendar, ascending.
    :param interventions: by name, and ``measures`` likewise.
    :raises BadInput: with every problem of the first part that does not fit the others.
    """
    import xarray as xr

    years = np.array([*base, *performance])
    strata, cell_stratum = stratum_of_cells(cohort)
    profiles = profiles_of(cohort, assumptions)
    groups, cell_group, effects = groups_of(cohort, assumptions)
    lag = years - (assumptions.reference_year or base[-1])
    tables = {
        **_stacked("intervention", interventions or {}, cohort, profiles.categories, base, performance),
        **_stacked("measure", measures or {}, cohort, profiles.categories, base, performance, interventions or {}),
    }
    turnover = cohort.turnover
    moving = (turnover.exit_rate_per_month, turnover.growth_per_year) if turnover else ()
    worlds = number_of_worlds(profiles, moving)
    cells = _cells(cohort, assumptions, profiles, lag, years)
    shared, shared_coords = shared_variables(
        assumptions, profiles, effects, cells, base, performance, season=_season(profiles)
    )
    classes = _classes(cell_group, profiles.of_cell, tables.get("intervention_reach", ((), None))[1])
    data = {
        **cells,
        "cell_stratum": ("cell", cell_stratum),
        "cell_profile": ("cell", profiles.of_cell),
        "cell_group": ("cell", cell_group),
        "cell_class": ("cell", classes),
        **_rows(cohort, profiles, years, base[-1], worlds),
        **shape_variables(profiles, cohort.retention, worlds),
        **shared,
        **_risk_score(cohort, assumptions, profiles, cells, int(np.flatnonzero(years == base[-1])[0])),
        "claimant_floor_usd": ("stratum", floors(assumptions.large_claimants.floor_usd, strata)),
        **tables,
    }
    coords = {
        "cell": [c.cell for c in cohort.cells],
        "year": years,
        "category": list(profiles.categories),
        "stratum": strata,
        "profile": list(profiles.names),
        "group": groups,
        "period": ("year", ["base"] * len(base) + ["performance"] * len(performance)),
        "service": ("category", [s.service for s in profiles.services[0]]),
        **_attributes(cohort, strata, cell_stratum),
        **shared_coords,
        **{name: list(named) for name, named in (("intervention", interventions), ("measure", measures)) if named},
    }
    attrs: dict[str, Any] = {"retention": cohort.retention, "months": cohort.months}
    attrs["periods_per_year"] = 1 if cohort.episodes is None else 2
    return label(xr.Dataset(data, coords, attrs), _sources(cohort, assumptions, tables, interventions, measures))


def stratum_of_cells(cohort: CohortSpec) -> tuple[list[str], np.ndarray[Any, Any]]:
    """Names of the settlement strata in order of appearance, and each cell's index among them."""
    names = ["/".join(str(getattr(c, a)) for a in cohort.strata) or "all" for c in cohort.cells]
    strata = list(dict.fromkeys(names))
    index = {name: k for k, name in enumerate(strata)}
    return strata, np.array([index[n] for n in names], dtype=np.int64)


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


def _attributes(cohort: CohortSpec, strata: Sequence[str], cell_stratum: Any) -> Variables:
    """For each attribute that sets strata apart, its value in every stratum."""
    first = [int(np.flatnonzero(cell_stratum == k)[0]) for k in range(len(strata))]
    return {a: ("stratum", [str(getattr(cohort.cells[c], a)) for c in first]) for a in cohort.strata}


def _stacked(
    dim: str,
    named: Mapping[str, TablesLike],
    cohort: CohortSpec,
    categories: Sequence[str],
    base: Sequence[int],
    performance: Sequence[int],
    interventions: Mapping[str, TablesLike] | None = None,
) -> Variables:
    """The tables of all interventions, or of all measures, along a first dim; every problem at its name."""
    found: dict[str, list[Any]] = {}
    dims: dict[str, tuple[str, ...]] = {}
    problems: list[Problem] = []
    for name, one in named.items():
        try:
            more = {} if interventions is None else {"interventions": interventions, "name": name}
            tables = one.tables(cohort.cells, categories, base, performance, **more)
        except BadInput as error:
            problems += [Problem(f"{dim}s.{name}.{p.place}".rstrip("."), p.message) for p in error.problems]
            continue
        for variable, (of_variable, values) in tables.items():
            dims[variable] = (dim, *of_variable)
            found.setdefault(variable, []).append(values)
    if problems:
        raise BadInput(problems)
    return {variable: (dims[variable], np.stack(values)) for variable, values in found.items()}


def _classes(group: Any, profile: Any, reach: Any) -> Any:
    """The response class of each cell: same provider group, same profile, reached by the same interventions."""
    columns = [group, profile, *([] if reach is None else np.asarray(reach, dtype=np.int64))]
    _, index = np.unique(np.stack(columns), axis=1, return_inverse=True)
    index = index.ravel()
    order = {k: place for place, k in enumerate(dict.fromkeys(index.tolist()))}
    return np.array([order[k] for k in index.tolist()], dtype=np.int64)


def _cells(cohort: CohortSpec, assumptions: AssumptionsLike, profiles: Profiles, lag: Any, years: Any) -> Variables:
    """Variables by cell, year and category, for a whole year of a member."""
    cells, of_cell = cohort.cells, profiles.of_cell
    use, price = relativities(cohort, profiles.categories)
    per_1000 = _courses(profiles, "utilization_per_1000", "utilization_trend", lag, years)
    cost = _courses(profiles, "mean_cost_usd", "price_trend", lag, years)
    score = np.array([c.risk_score for c in cells])
    growth = (1 + assumptions.risk_score.coding_growth) ** lag
    utilization = use[:, None, :] * (per_1000 / 1000.0)[of_cell]
    _check_utilization(utilization, cohort, profiles, years)
    return {
        "members": ("cell", np.array([c.members for c in cells], dtype=np.int64)),
        "frailty_relativity": ("cell", np.array([c.frailty_relativity for c in cells])),
        "utilization_rate": (("cell", "year", "category"), utilization),
        "mean_cost_usd": (("cell", "year", "category"), price[:, None, :] * cost[of_cell]),
        "expected_risk_score": (("cell", "year"), score[:, None] * growth[None]),
    }


def _courses(profiles: Profiles, level: str, trend: str, lag: Any, years: Any) -> Any:
    """A figure of the services by profile, year and category, grown from the year whose level its row states."""
    found = [
        [
            getattr(s, level) * (1 + getattr(s, trend)) ** (years - s.reference_year if s.reference_year else lag)
            for s in row
        ]
        for row in profiles.services
    ]
    return np.array(found).transpose(0, 2, 1)


def _check_utilization(utilization: Any, cohort: CohortSpec, profiles: Profiles, years: Any) -> None:
    """Refuse rates that no person can have; a wrong unit or a trend of 100 % shows here."""
    problems = []
    for j, category in enumerate(profiles.categories):
        c, t = np.unravel_index(int(np.argmax(utilization[:, :, j])), utilization.shape[:2])
        if utilization[c, t, j] > _MOST_SERVICES:
            s = profiles.services[profiles.of_cell[c]][j]
            problems.append(
                Problem(
                    f"assumptions.services[{category}].utilization_per_1000",
                    f"{s.utilization_per_1000:g} makes {utilization[c, t, j]:,.0f} services per member of cell "
                    f'"{cohort.cells[c].cell}" in {years[t]}; at most {_MOST_SERVICES:,.0f} are possible: '
                    "check its unit, utilization_trend and the cell's utilization_relativity",
                )
            )
    if problems:
        raise BadInput(problems)


def _rows(cohort: CohortSpec, profiles: Profiles, years: Any, reference: int, worlds: int) -> Variables:
    """Variables by row, and what the numbers of members of rows are drawn from."""
    season = _season(profiles)[profiles.of_cell]
    if cohort.episodes is not None:
        return _episode_variables(cohort, years, reference, season)
    if cohort.turnover is None:
        rows = rows_without_turnover(cohort, len(years), len(profiles.categories))
        return _row_variables(rows)
    place, told = "cohort.turnover", cohort.turnover
    exits = world_points(told.exit_rate_per_month, f"{place}.exit_rate_per_month", worlds)
    leaves = np.stack([Hazards.of(cohort, rate).leaves for rate in exits.tolist()])
    return {
        **_row_variables(tenure_rows(cohort, years, reference, season)),
        "exit_chance_per_month": (("world", "cell"), leaves),
        "death_chance_per_month": ("cell", Hazards.of(cohort).dies),
        "membership_growth": ("world", world_points(told.growth_per_year, f"{place}.growth_per_year", worlds)),
    }


def _season(profiles: Profiles) -> Any:
    """Use of each month against the year's mean, by profile and category: (F, J, 12), mean 1 over the months."""
    even = (1.0,) * 12
    season = np.array([[s.seasonality or even for s in row] for row in profiles.services])
    return season / season.mean(axis=2, keepdims=True)


def _row_variables(rows: Rows) -> Variables:
    return {
        "row_cell": ("row", rows.cell),
        "row_joined": ("row", rows.joined),
        "row_left": ("row", rows.left),
        "row_ending": ("row", rows.ending),
        "row_entry": ("row", rows.entry),
        "row_exit": ("row", rows.exit),
        "row_exposure": (("row", "year"), rows.exposure),
        "row_use": (("row", "year", "category"), rows.use),
        "expected_members": ("row", rows.expected),
    }


def _episode_variables(cohort: CohortSpec, years: Any, reference: int, season: Any) -> Variables:
    rows = episode_rows(cohort, years, reference, season)
    return {
        "row_cell": ("row", rows.cell),
        "row_entry": ("row", rows.entry // 2),
        "row_exit": ("row", rows.exit // 2),
        "row_entry_half": ("row", rows.entry),
        "row_exit_half": ("row", rows.exit),
        "row_exposure": (("row", "year"), rows.exposure.sum(axis=2)),
        "row_use": (("row", "year", "category"), rows.use.sum(axis=2)),
        "half_exposure": (("row", "year", "half"), rows.exposure),
        "half_use": (("row", "year", "half", "category"), rows.use),
        "expected_members": ("row", rows.expected),
    }


def _risk_score(
    cohort: CohortSpec, assumptions: AssumptionsLike, profiles: Profiles, cells: Variables, reference: int
) -> Variables:
    """How scores drift, and how members' scores follow their health."""
    stated = assumptions.risk_score
    slope, member_sd = np.zeros((2, len(cohort.cells)))
    lag = int(stated.timing == "prospective")
    if stated.sd is not None:
        for f, name in enumerate(profiles.names):
            own = profiles.of_cell == f
            of_profile = _members(profiles, f, own, cells, cohort.retention, lag, reference)
            course = score_course(of_profile, stated.sd, stated.r_squared, name)
            slope[own], member_sd[own] = course.slope, course.member_sd
    return {
        "risk_score_noise_sd": ((), float(stated.noise_sd)),
        "risk_score_slope": ("cell", slope),
        "risk_score_member_sd": ("cell", member_sd),
        "risk_score_lag": ((), np.int64(lag)),
    }


def _members(
    profiles: Profiles, f: int, own: Any, cells: Variables, retention: float, lag: int, reference: int
) -> Members:
    services, frailty = profiles.services[f], profiles.frailty[f]
    return Members(
        number=cells["members"][1][own].astype(np.float64),
        score=cells["expected_risk_score"][1][own, reference],
        rate=cells["utilization_rate"][1][own, reference],
        cost=cells["mean_cost_usd"][1][own, reference],
        relative_square=np.array([relative_square(*severity(s)) for s in services]),
        overdispersion=np.array([float(s.overdispersion) for s in services]),
        shared_weight=np.array([float(s.shared_weight) for s in services]),
        frailty=cells["frailty_relativity"][1][own],
        shared_variance=float(frailty.variance),
        persistence=float(frailty.persistence * retention) ** lag,
    )


def _sources(
    cohort: CohortSpec,
    assumptions: AssumptionsLike,
    tables: Variables,
    interventions: Mapping[str, Any] | None,
    measures: Mapping[str, Any] | None,
) -> dict[str, str]:
    """Where each variable comes from."""
    by_section = {
        _together(assumptions.shared_frailties): ("shared_variance", "shared_persistence"),
        assumptions.market_trend.source: ("national_shock_sd", "regional_shock_sd", "prospective_index"),
        _together(assumptions.provider_groups): (
            *("group_effect_sd", "group_effect_persistence", "expected_group_effect"),
        ),
        assumptions.risk_score.source: ("risk_score_noise_sd", "risk_score_slope", "risk_score_member_sd"),
        assumptions.quality.source: ("quality_mean", "quality_sd", "quality_persistence"),
        assumptions.provider_revenue.source: ("provider_own_share",),
        cohort.source: ("members", "cell_stratum", "frailty_relativity", "expected_risk_score"),
        "chosen by the scenario": ("claimant_floor_usd",),
    }
    turnover = cohort.turnover or cohort.episodes
    rows = ("row_exposure", "row_use", "half_exposure", "half_use", "expected_members")
    chances = ("exit_chance_per_month", "death_chance_per_month", "membership_growth")
    found = {"": _together(assumptions.services)}
    found |= dict.fromkeys((*rows, *chances), turnover.source if turnover else cohort.source)
    for dim, named in (("intervention", interventions), ("measure", measures)):
        text = _together((named or {}).values())
        found |= {name: text for name, (dims, _) in tables.items() if dims[0] == dim}
    return found | {name: source for source, names in by_section.items() for name in names}


def _together(stated: Iterable[Any]) -> str:
    """Sources, each once."""
    return "; ".join(dict.fromkeys(str(one.source) for one in stated))
