"""From a cohort dataset to the plain arrays that an engine reads.

Axes: R rows (members of a cell who are there over the same time), C cells, P periods (years, or half-years of
episodes), J categories, S strata, G response classes, F profiles (sets of frailty and severity, one for each line of
business), W worlds (equally likely sets of uncertain shapes), T targeted rules. A cohort that lacks a dim has one of
it: without ``row`` every cell is one row, there in every year; without ``class``, ``profile`` or ``world`` there is
one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vbcsim.random.tables import cost_table, gamma_table, poisson_tables

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["KernelInputs", "own_variance", "periods_per_year", "prepare", "trawl_weights", "unseen_score"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Places = NDArray[np.uint64]
"""Where tables begin in a flat array."""


@dataclass(frozen=True)
class KernelInputs:
    """What an engine reads beside the numbers that are drawn for a block."""

    cell_members: Integers
    """(C,): members of a cell."""
    row_cell: Integers
    """(R,): the cell of a row; the row's own number stands in the addresses of its random words."""
    row_expected: Floats
    """(R,): expected number of members of a row; the number itself where nothing of it is drawn."""
    row_first: Integers
    """(R,): first period of presence."""
    row_last: Integers
    """(R,): last period of presence."""
    stratum: Integers
    """(R,)"""
    cls: Integers
    """(R,): response class."""
    profile: Integers
    """(R,)"""
    rate: Floats
    """(R, P, J): expected services of a member in a period at multiplier 1; exposure is part of it."""
    exposure: Floats
    """(R, P): person-years of a member in a period."""
    score: Floats
    """(R, P): expected risk score of a member."""
    score_weight: Floats
    """(R, P): what a unit of the shared factor adds to a member's risk score."""
    score_lag: int
    """Periods between the shared factor and the risk score that it moves (0: concurrent)."""
    cost: Floats
    """(R, P, J): mean cost of a service at multiplier 1 [USD]."""
    weights: Floats
    """(W, R, J, 3): frailty = constant + weight x mass of the shared factor + weight x mass of the own factor."""
    shared_scale: Floats
    """(W * F, 2): shared factor = constant + scale x its mass."""
    table_of: Places
    """(W * F, K): the table of each gamma mass: slices of the shared factor, lasting parts, passing parts by period."""
    cost_table_of: Places
    """(W * F, J): the table of each category's relative cost."""
    frailty_tables: Floats
    cost_tables: Floats
    floor: Floats
    """(S,): member-periods above it are listed [USD]."""
    below: Integers
    guide: NDArray[np.int32]
    shared_shape: Floats
    """(W, F): shape of the shared gamma factor, one over its variance; 0 where there is none."""
    shared_slices: Floats
    """(W, F, slices): weights of the slices of the shared trawl, in the order of ``trawl_weights``."""
    own_shape: Floats
    """(W, F, J): shape of a category's own factor; 0 where there is none."""
    lasting: Floats
    """(W, F, J): share of the own factor that lasts."""
    severity: Floats
    """(W, F, J, 4): body sigma, tail probability, tail index, largest cost over the mean."""
    years: Integers
    """(Y,): calendar years."""
    times: Floats
    """(P,): when a period begins [calendar years]."""
    target_intervention: Integers
    """(T,): which of the cohort's interventions a targeted rule is."""
    target_category: Integers
    """(T,): the category whose services of the period before make a member eligible; -1: the cost of all does."""
    target_least: Floats
    """(T,): that many services or more; a cost above so much [USD]."""
    target_reach: NDArray[np.bool_]
    """(T, R): whether a rule reaches the members of a row."""

    @property
    def member_periods(self) -> float:
        """Expected number of member-periods of a draw: what its work is measured by."""
        return float((self.row_expected * (self.row_last - self.row_first + 1)).sum())


def prepare(cohort: xr.Dataset) -> KernelInputs:
    """The engine's inputs for a cohort."""
    below, guide = poisson_tables()
    return KernelInputs(
        **_rows(cohort),
        **_scores(cohort),
        **_shapes(cohort),
        **_tables(cohort),
        **_rules(cohort),
        floor=np.array(cohort["claimant_floor_usd"].values, dtype=np.float64),
        below=below,
        guide=guide,
        years=np.asarray(cohort["year"].values, dtype=np.int64),
        times=period_times(cohort),
    )


def periods_per_year(cohort: xr.Dataset) -> int:
    """Periods of a year: 1, or 2 where episodes run by half-years."""
    return int(cohort.attrs.get("periods_per_year", 1))


def period_times(cohort: xr.Dataset) -> Floats:
    """When each period begins [calendar years]."""
    n = periods_per_year(cohort)
    within = np.arange(n) / n
    return np.asarray((cohort["year"].values[:, None].astype(np.float64) + within).ravel())


def trawl_weights(times: NDArray[Any], persistence: float) -> list[tuple[int, int, float]]:
    """Slices (first, last, weight) of a gamma trawl over calendar time, in the kernel's order.

    The weights of the slices that live in a period sum to 1, and the weight that lives in two periods is
    ``persistence`` to the power of their distance in years: the trawl has that autocorrelation (Barndorff-Nielsen,
    Lunde, Shephard & Veraart, "Integer-valued trawl processes", Scand. J. Stat. 41, 2014).
    """
    n = len(times)
    slices = []
    for first in range(n):
        start = 1.0 if first == 0 else 1.0 - persistence ** float(times[first] - times[first - 1])
        for last in range(n - 1, first - 1, -1):
            end = 1.0 if last == n - 1 else 1.0 - persistence ** float(times[last + 1] - times[last])
            slices.append((first, last, start * end * persistence ** float(times[last] - times[first])))
    return slices


def own_variance(cohort: xr.Dataset) -> Floats:
    """Variance of each category's own frailty factor (W, F, J), so that its frailty has its overdispersion."""
    weight = _by_category(cohort, "shared_weight")
    rest = _by_category(cohort, "overdispersion") - weight**2 * _by_profile(cohort, "shared_variance")[..., None]
    own = np.zeros_like(rest)
    np.divide(rest, (1.0 - weight) ** 2, out=own, where=weight < 1.0)
    return np.where(own > 1e-9, own, 0.0)


def _worlds_and_profiles(cohort: xr.Dataset) -> tuple[int, int]:
    return cohort.sizes.get("world", 1), cohort.sizes.get("profile", 1)


def _by_profile(cohort: xr.Dataset, name: str) -> Floats:
    """A figure as (W, F), whichever of these dims it has."""
    values = cohort[name]
    missing = {dim: 1 for dim in ("world", "profile") if dim not in values.dims}
    full = values.expand_dims(missing).transpose("world", "profile").values
    return np.array(np.broadcast_to(full, _worlds_and_profiles(cohort)), dtype=np.float64)


def _by_category(cohort: xr.Dataset, name: str) -> Floats:
    """A figure as (W, F, J), whichever of these dims it has."""
    values = cohort[name]
    missing = {dim: 1 for dim in ("world", "profile") if dim not in values.dims}
    full = values.expand_dims(missing).transpose("world", "profile", "category").values
    return np.array(np.broadcast_to(full, (*_worlds_and_profiles(cohort), full.shape[-1])), dtype=np.float64)


def _indices(cohort: xr.Dataset, name: str, usual: NDArray[Any]) -> Integers:
    """A variable of whole numbers, or what stands where the cohort has none."""
    return np.array(cohort[name].values if name in cohort else usual, dtype=np.int64)


def _rows(cohort: xr.Dataset) -> dict[str, Any]:
    """Rows: where they belong, when they are there, what their members are expected to use and at what cost."""
    n_cells = cohort.sizes["cell"]
    row_cell = _indices(cohort, "row_cell", np.arange(n_cells))
    per_year = periods_per_year(cohort)
    exposure, use = _presence(cohort, len(row_cell))
    rate = np.repeat(cohort["utilization_rate"].values, per_year, axis=1)[row_cell]
    first, last = ("row_entry_half", "row_exit_half") if per_year == 2 else ("row_entry", "row_exit")
    zeros = np.zeros(n_cells)
    members = cohort["members"].values
    return {
        "cell_members": _indices(cohort, "members", zeros),
        "row_cell": row_cell,
        "row_expected": np.array(
            cohort["expected_members"].values if "expected_members" in cohort else members[row_cell], dtype=np.float64
        ),
        "row_first": _indices(cohort, first, np.zeros(len(row_cell))),
        "row_last": _indices(cohort, last, np.full(len(row_cell), rate.shape[1] - 1)),
        "stratum": _indices(cohort, "cell_stratum", zeros)[row_cell],
        "cls": _indices(cohort, "cell_class", zeros)[row_cell],
        "profile": _indices(cohort, "cell_profile", zeros)[row_cell],
        "rate": np.array(rate if use is None else rate * use, dtype=np.float64),
        "exposure": exposure,
        "cost": np.repeat(cohort["mean_cost_usd"].values, per_year, axis=1)[row_cell].astype(np.float64),
        "weights": np.ascontiguousarray(_frailty_weights(cohort)[:, row_cell]),
    }


def _presence(cohort: xr.Dataset, n_rows: int) -> tuple[Floats, Floats | None]:
    """Person-years of a member by row and period, and what multiplies the yearly rates (none: they hold as stated)."""
    n_periods = len(period_times(cohort))
    if "half_use" in cohort:
        use = cohort["half_use"].transpose("row", "year", "half", "category").values
        exposure = cohort["half_exposure"].transpose("row", "year", "half").values
        return exposure.reshape(n_rows, n_periods).astype(np.float64), use.reshape(n_rows, n_periods, -1)
    if "row_use" in cohort:
        return np.array(cohort["row_exposure"].values, dtype=np.float64), cohort["row_use"].values
    return np.full((n_rows, n_periods), cohort.attrs["months"] / 12.0 / periods_per_year(cohort)), None


def _scores(cohort: xr.Dataset) -> dict[str, Any]:
    """Risk scores: a member's is expected x (1 + slope x (shared factor - 1)).

    Of a factor before the first year its expectation given that of the first year stands in; see ``unseen_score``.
    """
    row_cell = _indices(cohort, "row_cell", np.arange(cohort.sizes["cell"]))
    per_year = periods_per_year(cohort)
    expected = np.repeat(cohort["expected_risk_score"].values, per_year, axis=1)[row_cell]
    slope = cohort["risk_score_slope"].values if "risk_score_slope" in cohort else np.zeros(cohort.sizes["cell"])
    lag = int(cohort["risk_score_lag"]) * per_year if "risk_score_lag" in cohort else 0
    weight = np.array(expected * slope[row_cell, None], dtype=np.float64)
    weight[:, :lag] *= _memory(cohort)[row_cell, None]
    return {"score": np.array(expected, dtype=np.float64), "score_weight": weight, "score_lag": lag}


def unseen_score(cohort: xr.Dataset) -> Floats:
    """Variance of a member's score in the first year, relative to the cell's, from a year before it (C,)."""
    profile = _indices(cohort, "cell_profile", np.zeros(cohort.sizes["cell"]))
    if "risk_score_lag" not in cohort or int(cohort["risk_score_lag"]) == 0:
        return np.zeros(len(profile))
    variance = _by_profile(cohort, "shared_variance").mean(axis=0)[profile]
    return np.asarray(cohort["risk_score_slope"].values ** 2 * variance * (1.0 - _memory(cohort) ** 2))


def _memory(cohort: xr.Dataset) -> Floats:
    """Autocorrelation of the shared factor from one year to the next (C,)."""
    profile = _indices(cohort, "cell_profile", np.zeros(cohort.sizes["cell"]))
    return np.asarray(_by_profile(cohort, "shared_persistence").mean(axis=0)[profile])


def _shapes(cohort: xr.Dataset) -> dict[str, Any]:
    """Shapes of frailty and severity by world and profile."""
    shared, own = _by_profile(cohort, "shared_variance"), own_variance(cohort)
    persistence, times = _by_profile(cohort, "shared_persistence"), period_times(cohort)
    slices = [[[w for *_, w in trawl_weights(times, p)] for p in row] for row in persistence.tolist()]
    names = ("body_sigma", "tail_probability", "tail_index", "maximum_multiple")
    return {
        "shared_shape": _inverse(shared),
        "shared_slices": np.array(slices),
        "own_shape": _inverse(own),
        "lasting": _by_category(cohort, "own_persistence"),
        "severity": np.stack([_by_category(cohort, n) for n in names], axis=-1),
        "shared_scale": np.stack([1.0 * (shared == 0), shared], axis=-1).reshape(-1, 2),
    }


def _inverse(variance: Floats) -> Floats:
    """Shape of a gamma factor of mean 1; 0 where it does not vary."""
    shape = np.zeros_like(variance)
    np.divide(1.0, variance, out=shape, where=variance > 0)
    return shape


def _tables(cohort: xr.Dataset) -> dict[str, Any]:
    """Where the table of every gamma mass and of every category's cost begins, and the tables."""
    shapes = _shapes(cohort)
    n_periods = len(period_times(cohort))
    shared = shapes["shared_shape"][..., None]
    slices = np.divide(shapes["shared_slices"], 1.0 / np.where(shared > 0, shared, 1.0)) * (shared > 0)
    lasting = shapes["own_shape"] * shapes["lasting"]
    passing = shapes["own_shape"] * (1.0 - shapes["lasting"])
    masses = np.concatenate([slices, lasting, np.tile(passing, n_periods)], axis=-1).reshape(slices[..., 0].size, -1)
    # Shapes equal but for rounding share a table.
    keys = [[float(f"{shape:.12g}") for shape in row] for row in masses.tolist()]
    distinct = {shape: i for i, shape in enumerate(sorted({shape for row in keys for shape in row}))}
    gamma = np.stack([gamma_table(shape) for shape in distinct])
    severities = [tuple(one) for one in shapes["severity"].reshape(-1, 4).tolist()]
    kinds = {one: i for i, one in enumerate(dict.fromkeys(severities))}
    costs = np.stack([cost_table(*one) for one in kinds])
    of_cost = np.array([kinds[one] for one in severities], dtype=np.uint64).reshape(len(masses), -1)
    of_mass = np.array([[distinct[shape] for shape in row] for row in keys], dtype=np.uint64)
    return {
        "table_of": of_mass * np.uint64(gamma[0].size),
        "cost_table_of": of_cost * np.uint64(costs[0].size),
        "frailty_tables": gamma.ravel(),
        "cost_tables": costs.ravel(),
    }


def _frailty_weights(cohort: xr.Dataset) -> Floats:
    """(world, cell, category, 3): constant, weight of the shared mass, weight of the own mass.

    A cell whose frailty variance is ``k**2`` times the assumption has frailty ``1 - k + k * theta``.
    """
    k = np.sqrt(cohort["frailty_relativity"].values)[:, None]
    profile = _indices(cohort, "cell_profile", np.zeros(cohort.sizes["cell"]))
    v = _by_category(cohort, "shared_weight")[:, profile]
    shared = _by_profile(cohort, "shared_variance")[:, profile, None]
    own = own_variance(cohort)[:, profile]
    constant = 1.0 - k + k * (v * (shared == 0) + (1.0 - v) * (own == 0))
    return np.stack([constant, k * v * shared, k * (1.0 - v) * own], axis=-1)


_NO_HISTORY = -2
"""Stands in a cohort for an intervention that is offered whatever was used the year before."""


def _rules(cohort: xr.Dataset) -> dict[str, Any]:
    """Targeted rules, the interventions that choose members by the period before: by what, and in which rows."""
    row_cell = _indices(cohort, "row_cell", np.arange(cohort.sizes["cell"]))
    history = _indices(cohort, "intervention_history", np.zeros(0))
    rules = np.flatnonzero(history != _NO_HISTORY)
    reach = np.zeros((0, cohort.sizes["cell"]), dtype=np.uint8)
    least = np.zeros(0)
    if len(rules) > 0:
        reach = cohort["intervention_reach"].transpose("intervention", "cell").values[rules]
        least = cohort["intervention_history_least"].values[rules]
    return {
        "target_intervention": rules.astype(np.int64),
        "target_category": history[rules],
        "target_least": np.array(least, dtype=np.float64),
        "target_reach": np.array(reach[:, row_cell] > 0),
    }
