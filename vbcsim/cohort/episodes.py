"""Rows of a cohort of episodes: patients by the half-years in which they are in treatment.

Patients begin a regimen in the half-years of the study, and in those before it: who is still in treatment when the
study begins is there from its first half-year. Each episode fills the half-year in which it begins (one that begins in
the middle of a half-year is counted as if it began at its start). Rows that are seen in the same half-years are one
row; their numbers are independent Poisson, so their sum is Poisson.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from vbcsim.cohort.spec import CohortSpec

__all__ = ["EpisodeRows", "episode_rows"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class EpisodeRows:
    """The rows of a cohort of episodes, in the order of their cells; R rows, Y years, 2 half-years, J categories."""

    cell: Integers
    """(R,)"""
    entry: Integers
    """(R,) first half-year of presence, counted from the first half of the first year."""
    exit: Integers
    """(R,) last half-year of presence."""
    exposure: Floats
    """(R, Y, 2) person-years."""
    use: Floats
    """(R, Y, 2, J) what multiplies the cell's yearly rates."""
    expected: Floats
    """(R,) expected number of patients."""


def episode_rows(cohort: CohortSpec, years: Integers, reference: int, season: Floats) -> EpisodeRows:
    """The rows of a cohort that states its episodes.

    :param years: simulated calendar years; ``reference``: the year whose number of starts is stated.
    :param season: (C, J, 12) use of each month against the year's mean.
    """
    assert cohort.episodes is not None
    halves = (2 * years[:, None] + np.arange(2)).ravel()
    starts = _starts(cohort, halves, reference)
    spans = np.array(sorted(starts), dtype=np.int64)
    per_year = np.array([starts[first, last] for first, last in spans])
    members = np.array([c.members for c in cohort.cells], dtype=np.float64)
    mix = members / members.sum()
    n_cells, n_spans = len(mix), len(spans)
    cell = np.repeat(np.arange(n_cells), n_spans)
    entry, final = (np.tile(column, n_cells) for column in spans.T)
    period = np.arange(len(halves))
    there = ((entry[:, None] <= period) & (period <= final[:, None])).reshape(-1, len(years), 2)
    by_half = season.reshape(*season.shape[:2], 2, 6).mean(axis=3).transpose(0, 2, 1)  # (C, 2, J)
    return EpisodeRows(
        cell=cell,
        entry=entry,
        exit=final,
        exposure=np.where(there, 0.5, 0.0),
        use=0.5 * there[..., None] * by_half[cell][:, None],
        expected=(mix[:, None] * per_year).ravel(),
    )


def _starts(cohort: CohortSpec, halves: Integers, reference: int) -> dict[tuple[int, int], float]:
    """Expected patients of the whole cohort by the first and last half-year of the study in which they are seen."""
    assert cohort.episodes is not None
    chances = cohort.episodes.length_probability
    growth = 1.0 + cohort.episodes.growth_per_year
    found: dict[tuple[int, int], float] = {}
    for half in range(int(halves[0]) - len(chances) + 1, int(halves[-1]) + 1):
        patients = 0.5 * cohort.episodes.starts_per_year * growth ** (half // 2 - reference)
        for length, chance in enumerate(chances, start=1):
            seen = np.flatnonzero((halves >= half) & (halves < half + length))
            if chance > 0.0 and len(seen):
                span = int(seen[0]), int(seen[-1])
                found[span] = found.get(span, 0.0) + patients * chance
    return found
