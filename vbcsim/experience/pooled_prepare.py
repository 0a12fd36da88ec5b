"""From the engine's inputs to what the pooled kernel reads beside them: spans of presence, splits, tables of sums.

Where a claim is large, and who is looked at one by one, is decided here. Neither touches the distribution of totals;
both decide who can be missed in the list of large claimants (``vbcsim.experience.pooled_neglect``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vbcsim.experience.pooled_tables import SUM_LENGTH, normal_table, small_claims, survival_step

if TYPE_CHECKING:
    from vbcsim.experience.prepare import KernelInputs

__all__ = ["CANDIDATE", "LARGE", "PooledInputs", "prepare_pooled", "scratch"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Places = NDArray[np.uint64]

LARGE = 0.1
"""A claim is large above this share of the floor, at the highest price of the category."""
CANDIDATE = 0.4
"""A member whose large claims of a period pass this share of the floor is looked at one by one."""
_WIDEST = 4096.0
"""Large claims are at most so many medians: the grid of the sums of small claims then resolves the median."""


@dataclass(frozen=True)
class PooledInputs:
    """What the pooled kernel reads beside ``KernelInputs``; Q spans of presence, N splits."""

    span: Integers
    """(R,): span of a row."""
    span_start: Integers
    """(Q,): first period of the shared trawl: that of presence, or earlier where a risk score looks back."""
    shapes: Floats
    """(W * F, Q, K): shapes of a member's gamma masses: slices, lasting parts, passing parts by period of presence."""
    mass_table_of: Places
    """(W * F, Q, K): where the table of each of them begins."""
    mass_tables: Floats
    """Flat."""
    split: Integers
    """(R,): split of a row."""
    large_step: Places
    """(W, N, J): of 2**32 words of a claim's survival probability, how many are large claims."""
    sum_start: Places
    """(W, N, J): where the tables of the sums of small claims begin."""
    sum_cumulants: Floats
    """(W, N, J, 5): cumulants of one small claim."""
    sum_tables: Floats
    """Flat."""
    normal: Floats
    """Flat two-sided table of the standard normal."""
    candidate: Floats
    """(S,): large claims of a member and period above it make a candidate [USD]."""


def prepare_pooled(inputs: KernelInputs, large: float = LARGE, candidate: float = CANDIDATE) -> PooledInputs:
    """The pooled kernel's further inputs.

    :param large: share of the floor above which a claim is drawn one by one.
    :param candidate: share of the floor that a candidate's large claims pass.
    """
    return PooledInputs(
        **_spans(inputs),
        **_splits(inputs, large),
        normal=normal_table(),
        candidate=candidate * inputs.floor,
    )


def scratch(n_periods: int, n_categories: int, room: int = 1024) -> tuple[NDArray[Any], ...]:
    """Arrays for the pooled kernel to work in, in its order; one set for each thread.

    :param room: large claims of a row and draw that there is room for; rounded up to a power of two.
    """
    full, claims = n_periods * n_categories, 1 << max(room - 1, 1).bit_length()
    masses = n_periods * (n_periods + 1) // 2 + n_categories + full

    def words(*shape: int) -> NDArray[np.uint32]:
        return np.zeros(shape, dtype=np.uint32)

    def whole(n: int) -> Integers:
        return np.zeros(n, dtype=np.int64)

    return (
        *(words(2, masses), words(full), words(3 * full), words(2 * full), words(masses)),
        *(words(4, masses), words(4, full), words(4, 3 * full)),
        *(words(4, 2 * n_categories), words(4, 3), words(4 * masses)),
        *(np.zeros(masses) for _ in range(7)),
        *(np.zeros(n_periods), np.zeros(n_periods), np.zeros((3, full)), np.zeros((3, full)), np.zeros(full)),
        *(np.zeros(full), np.zeros(full), np.zeros(full), np.zeros(full)),
        *(np.zeros(n_categories), np.zeros(n_categories), np.zeros(n_categories)),
        *(whole(full), whole(full), whole(n_categories), whole(masses), whole(masses), whole(masses), whole(masses)),
        *(whole(claims) for _ in range(8)),
        *(np.zeros(claims), words(claims)),
        *(whole(2 * claims) for _ in range(5)),
        *(np.zeros(2 * claims), np.zeros(2 * claims)),
    )


def _spans(inputs: KernelInputs) -> dict[str, Any]:
    """Distinct spans of presence, and a member's gamma shapes over each."""
    first, last = inputs.row_first, np.maximum(inputs.row_last, inputs.row_first)
    start = np.maximum(first - inputs.score_lag, 0)
    distinct, span = np.unique(np.stack([start, first, last], axis=1), axis=0, return_inverse=True)
    n_worlds, n_profiles, n_categories = inputs.own_shape.shape
    n_periods = inputs.rate.shape[1]
    n_masses = n_periods * (n_periods + 1) // 2 + n_categories + n_periods * n_categories
    shapes = np.zeros((n_worlds * n_profiles, len(distinct), n_masses))
    shared = (inputs.shared_shape[..., None] * inputs.shared_slices).reshape(n_worlds * n_profiles, -1)
    lasting = (inputs.own_shape * inputs.lasting).reshape(-1, n_categories)
    passing = (inputs.own_shape * (1.0 - inputs.lasting)).reshape(-1, n_categories)
    for q, (begin, entry, end) in enumerate(distinct.tolist()):
        n_slices, n_counts = (end - begin + 1) * (end - begin + 2) // 2, (end - entry + 1) * n_categories
        shapes[:, q, :n_slices] = _slices_within(shared, n_periods, begin, end)
        shapes[:, q, n_slices : n_slices + n_categories] = lasting
        own = n_slices + n_categories
        shapes[:, q, own : own + n_counts] = np.tile(passing, end - entry + 1)
    return {
        "span": span.reshape(-1).astype(np.int64),
        "span_start": np.ascontiguousarray(distinct[:, 0]),
        "shapes": shapes,
        **_mass_tables(shapes),
    }


def _mass_tables(shapes: Floats) -> dict[str, Any]:
    """Tables of gamma masses; shapes equal but for rounding share one."""
    from vbcsim.random.tables import gamma_table

    keys, of_mass = np.unique([float(f"{shape:.12g}") for shape in shapes.ravel().tolist()], return_inverse=True)
    tables = np.stack([gamma_table(float(shape)) for shape in keys])
    places = of_mass.reshape(shapes.shape).astype(np.uint64) * np.uint64(tables[0].size)
    return {"mass_table_of": places, "mass_tables": tables.ravel()}


def _slices_within(shared: Floats, n_periods: int, begin: int, end: int) -> Floats:
    """Shapes of the slices of a trawl as they live in periods begin..end: those that look alike are one."""
    place: dict[tuple[int, int], int] = {}
    for a in range(begin, end + 1):
        for b in range(end, a - 1, -1):
            place[a, b] = len(place)
    within = np.zeros((len(shared), len(place)))
    k = 0
    for a in range(n_periods):
        for b in range(n_periods - 1, a - 1, -1):
            if a <= end and b >= begin:
                within[:, place[max(a, begin), min(b, end)]] += shared[:, k]
            k += 1
    return within


def _splits(inputs: KernelInputs, large: float) -> dict[str, Any]:
    """Where claims are large: one split for each profile and claimant floor, by world and category."""
    floor = inputs.floor[inputs.stratum]
    kinds, split = np.unique(np.stack([inputs.profile, floor], axis=1), axis=0, return_inverse=True)
    split = split.reshape(-1).astype(np.int64)
    n_worlds, _, n_categories = inputs.own_shape.shape
    shape = (n_worlds, len(kinds), n_categories)
    step, start = np.zeros(shape, dtype=np.uint64), np.zeros(shape, dtype=np.uint64)
    cumulants = np.zeros((*shape, 5))
    tables: dict[tuple[object, int], int] = {}
    flat: list[Floats] = []
    for n, (profile, of_floor) in enumerate(kinds.tolist()):
        price = inputs.cost[split == n].max(axis=(0, 1))
        for w in range(n_worlds):
            for j in range(n_categories):
                severity = tuple(inputs.severity[w, int(profile), j].tolist())
                limit = large * of_floor / price[j] if price[j] > 0 else np.inf
                step[w, n, j] = survival_step(severity, min(limit, _WIDEST * _median(severity)))
                key = severity, int(step[w, n, j])
                small = small_claims(*key)
                if key not in tables:
                    tables[key] = len(flat) * SUM_LENGTH
                    flat.append(small.tables)
                start[w, n, j] = tables[key]
                cumulants[w, n, j] = small.cumulants
    return {
        "split": split,
        "large_step": step,
        "sum_start": start,
        "sum_cumulants": cumulants,
        "sum_tables": np.concatenate(flat),
    }


def _median(severity: tuple[float, float, float, float]) -> float:
    """Median of the relative cost of a claim."""
    from vbcsim.random.tables import CELL_BITS, cost_table

    # The first octave ends at the median: its cells run up from survival probability 1/2.
    table = cost_table(*severity)
    assert len(table) > CELL_BITS
    return float(table[0, 0])
