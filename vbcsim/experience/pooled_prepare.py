"""From the engine's inputs to what the pooled kernel reads beside them: spans of presence, splits, tables of sums.

Where a claim is large, and who is looked at one by one, is decided here. Neither touches the distribution of totals;
both decide who can be missed in the list of large claimants (``vbcsim.experience.pooled_neglect``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vbcsim.experience.pooled_neglect import Neglect, neglect
from vbcsim.experience.pooled_tables import SUM_LENGTH, normal_table, small_claims, survival_step
from vbcsim.random.tables import cost_table, gamma_table

if TYPE_CHECKING:
    from vbcsim.experience.prepare import KernelInputs

__all__ = ["CHOICES", "PooledInputs", "Split", "choose_split", "prepare_pooled", "scratch", "split_at"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Places = NDArray[np.uint64]

CHOICES = (
    *((0.25, 0.5), (0.2, 0.45), (0.15, 0.4), (0.12, 0.4), (0.1, 0.3), (0.07, 0.25)),
    *((0.05, 0.15), (0.03, 0.1), (0.02, 0.1), (0.01, 0.05)),
)
"""Shares of the floor above which a claim is large, and above which a member's large claims of a period make a
candidate: from the fastest to the finest."""
MISSED_CLAIMANTS = 0.01
"""The first choice is taken of which the bound says that no more than this share of the claimants is missed, ..."""
MISSED_EXCESS = 0.002
"""... and no more than this share of their cost above the floor."""
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
    """(W, N, J, 5): of one small claim: mean, standard deviation, standardised cumulants."""
    sum_tables: Floats
    """Flat."""
    normal: Floats
    """Flat two-sided table of the standard normal."""
    candidate: Floats
    """(S,): large claims of a member and period above it make a candidate [USD]."""
    chosen: Split


@dataclass(frozen=True)
class Split:
    """What is large and who is a candidate, with what the choice misses."""

    large: float
    candidate: float
    of_row: Integers
    """(R,): split of a row."""
    step: Places
    """(W, N, J): of 2**32 words of a claim's survival probability, how many are large claims."""
    missed: Neglect


def choose_split(inputs: KernelInputs, choices: Sequence[tuple[float, float]] = CHOICES) -> Split:
    """The first choice that misses little enough; the finest where none does.

    It depends on the cohort alone: draws are the same in a shorter and in a longer run.
    """
    for choice in choices:
        split = split_at(inputs, *choice)
        missed = neglect(inputs, split.of_row, split.step, split.candidate)
        split = replace(split, missed=missed)
        few = missed.claimants <= MISSED_CLAIMANTS * missed.all_claimants
        if few and missed.excess_usd <= MISSED_EXCESS * missed.all_excess_usd:
            return split
    return split


def split_at(inputs: KernelInputs, large: float, candidate: float) -> Split:
    """A split by shares of the floor; what it misses is not yet worked out, and stands as nothing."""
    of_row, step = _steps(inputs, large)
    return Split(large, candidate, of_row, step, Neglect(0.0, 0.0, 0.0, 0.0))


def prepare_pooled(inputs: KernelInputs, split: Split | None = None) -> PooledInputs:
    """The pooled kernel's further inputs; ``split`` is chosen where none is given."""
    split = split or choose_split(inputs)
    return PooledInputs(
        **_spans(inputs),
        **_sums(inputs, split),
        normal=normal_table(),
        candidate=split.candidate * inputs.floor,
        chosen=split,
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
        *(words(2, masses), words(full), words(full), words(full), words(masses)),
        *(words(4, masses), words(4, full), words(4, full), words(4, n_categories), words(4 * masses)),
        *(np.zeros(masses) for _ in range(8)),
        *(np.zeros(n_periods), np.zeros(n_periods), np.zeros((3, full)), np.zeros((3, full)), np.zeros(full)),
        *(np.zeros(full), np.zeros(full), np.zeros(full), np.zeros(full)),
        *(np.zeros(n_categories), np.zeros(n_categories), np.zeros(n_categories)),
        *(whole(full), whole(full), whole(n_categories), *(whole(masses) for _ in range(5))),
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


def _steps(inputs: KernelInputs, large: float) -> tuple[Integers, Places]:
    """Where claims are large: one split for each profile and claimant floor, by world and category."""
    floor = inputs.floor[inputs.stratum]
    kinds, split = np.unique(np.stack([inputs.profile, floor], axis=1), axis=0, return_inverse=True)
    split = split.reshape(-1).astype(np.int64)
    n_worlds, _, n_categories = inputs.own_shape.shape
    step = np.zeros((n_worlds, len(kinds), n_categories), dtype=np.uint64)
    for n, (profile, of_floor) in enumerate(kinds.tolist()):
        price = inputs.cost[split == n].max(axis=(0, 1))
        for w, j in np.ndindex(n_worlds, n_categories):
            severity = _severity(inputs, w, int(profile), j)
            limit = large * of_floor / price[j] if price[j] > 0 else np.inf
            step[w, n, j] = survival_step(severity, min(limit, _WIDEST * _median(severity)))
    return split, step


def _severity(inputs: KernelInputs, w: int, profile: int, j: int) -> tuple[float, float, float, float]:
    sigma, probability, index, maximum = inputs.severity[w, profile, j].tolist()
    return sigma, probability, index, maximum


def _sums(inputs: KernelInputs, split: Split) -> dict[str, Any]:
    """Tables of the sums of small claims; equal severities with equal splits share theirs."""
    start, cumulants = np.zeros_like(split.step), np.zeros((*split.step.shape, 5))
    tables: dict[tuple[object, int], int] = {}
    flat: list[Floats] = []
    for w, n, j in np.ndindex(*split.step.shape):
        profile = int(inputs.profile[np.flatnonzero(split.of_row == n)[0]])
        key = _severity(inputs, w, profile, j), int(split.step[w, n, j])
        small = small_claims(*key)
        if key not in tables:
            tables[key] = len(flat) * SUM_LENGTH
            flat.append(small.tables)
        start[w, n, j] = tables[key]
        cumulants[w, n, j] = small.cumulants
    return {
        "split": split.of_row,
        "large_step": split.step,
        "sum_start": start,
        "sum_cumulants": cumulants,
        "sum_tables": np.concatenate(flat),
    }


def _median(severity: tuple[float, float, float, float]) -> float:
    """Median of the relative cost of a claim: the first octave of its table ends there."""
    return float(cost_table(*severity)[0, 0])
