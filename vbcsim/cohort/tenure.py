"""Tenure groups: the members of a cell who join and go in the same years, with their time and use in each year.

Every month of a cell is alike: a member dies with a chance ``d`` or else leaves with a chance ``e``, and stays with
``s = (1 - d) (1 - e)``. Who goes does so in the middle of the month and is replaced at once by a like member, so both
have half of it. The number of members is therefore steady, or follows the stated growth: further places are filled
evenly over the months of a year; places to be given up are those that leavers empty.

A row of the cohort dataset is a tenure group: cell, year of joining (the year before the first: there from the start),
year of going (the year after the last: still there at the end), and how it ends. Exposure and use are the means over
the months in which the members of a row join and go; the spread of these months within a row is not kept.

Axes: C cells, R rows, Y simulated years, J categories.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vbcsim.core.errors import BadInput, Problem

if TYPE_CHECKING:
    from vbcsim.cohort.spec import CohortSpec

__all__ = ["DIES", "LEAVES", "STAYS", "Hazards", "Rows", "check_growth", "rows_without_turnover", "tenure_rows"]

STAYS, LEAVES, DIES = 0, 1, 2
"""How a row ends."""

_NONE, _FULL, _JOINS, _GOES, _PASSES = range(5)
"""What a year is for a row: not there, there all year, the year of joining, of going, of both."""

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Rows:
    """The rows of a cohort, in the order of their cells."""

    cell: Integers
    """(R,)"""
    joined: Integers
    """(R,) calendar year of joining; the year before the first: there from the start."""
    left: Integers
    """(R,) calendar year of going; the year after the last: there to the end."""
    ending: Integers
    """(R,) one of STAYS, LEAVES, DIES."""
    entry: Integers
    """(R,) index of the first simulated year with any of its time."""
    exit: Integers
    """(R,) index of the last."""
    exposure: Floats
    """(R, Y) mean person-years of a member."""
    use: Floats
    """(R, Y, J) what multiplies the cell's yearly rates: exposure, season, nearness of death."""
    expected: Floats
    """(R,) expected number of members."""


@dataclass(frozen=True)
class Hazards:
    """Chances of a month, by cell."""

    leaves: Floats
    dies: Floats

    @classmethod
    def of(cls, cohort: CohortSpec, exit_rate: float | None = None) -> Hazards:
        """Those of a cohort that states its turnover, at the expected or another chance to leave."""
        assert cohort.turnover is not None
        yearly = np.array([c.death_rate_per_year for c in cohort.cells])
        dies = 1.0 - (1.0 - yearly) ** (1.0 / 12.0)
        rate = float(cohort.turnover.exit_rate_per_month) if exit_rate is None else exit_rate
        return cls(leaves=rate * (1.0 - dies), dies=dies)

    @property
    def stays(self) -> Floats:
        """Chance to be there in a month and in the next."""
        return 1.0 - self.leaves - self.dies


def rows_without_turnover(cohort: CohortSpec, n_years: int, n_categories: int) -> Rows:
    """One row for each cell: everyone is there in every year, for the stated months."""
    n = len(cohort.cells)
    share = cohort.months / 12.0
    zero = np.zeros(n, dtype=np.int64)
    return Rows(
        cell=np.arange(n),
        joined=zero,
        left=zero,
        ending=zero,
        entry=zero,
        exit=np.full(n, n_years - 1),
        exposure=np.full((n, n_years), share),
        use=np.full((n, n_years, n_categories), share),
        expected=np.array([float(c.members) for c in cohort.cells]),
    )


def tenure_rows(cohort: CohortSpec, years: Integers, reference: int, season: Floats) -> Rows:
    """The tenure groups of a cohort with turnover.

    :param years: simulated calendar years, ascending; years between them pass unseen.
    :param reference: the year at whose beginning a cell has its stated number of members.
    :param season: (C, J, 12) use of each month against the year's mean.
    :raises BadInput: where the cohort shall shrink faster than its members leave.
    """
    assert cohort.turnover is not None
    hazards = Hazards.of(cohort)
    growth = float(cohort.turnover.growth_per_year)
    check_growth(cohort)
    first, last = int(years[0]), int(years[-1])
    cell, joined, left, ending = _groups(hazards, growth, first, last)
    kind = _kind_of_year(joined, left, years)
    seen = (kind != _NONE).any(axis=1)
    cell, joined, left, ending, kind = cell[seen], joined[seen], left[seen], ending[seen], kind[seen]
    presence = _presence(hazards, growth)
    share = presence.mean(axis=2)
    exposure = share[cell[:, None], kind]
    used = np.einsum("ckm,cjm->ckj", presence, season) / 12.0
    use = used[cell[:, None], kind]
    expected = _expected(cohort, hazards, (cell, joined, left, ending), first, last, reference)
    dying = (ending == DIES)[:, None] & (left[:, None] == years)
    use = np.where(dying[..., None], use * cohort.turnover.last_year_use_relativity, use)
    use = use * _to_stated_use(cell, expected, exposure, use, len(cohort.cells))[cell]
    order = np.argsort(kind == _NONE, axis=1, kind="stable")[:, 0]
    final = len(years) - 1 - np.argsort((kind == _NONE)[:, ::-1], axis=1, kind="stable")[:, 0]
    return Rows(cell, joined, left, ending, order, final, exposure, use, expected)


def targets(members: Integers, growth: float, first: int, last: int, reference: int) -> Integers:
    """Members at the beginning of every calendar year ``first`` to ``last + 1``, shape (C, years)."""
    lag = np.arange(first, last + 2) - reference
    sizes = np.round(members[:, None] * (1.0 + growth) ** lag).astype(np.int64)
    return np.maximum(sizes, 1)


def check_growth(cohort: CohortSpec) -> None:
    """Raise BadInput where the cohort shall shrink faster than its members go."""
    if cohort.turnover is None:
        return
    growth = cohort.turnover.growth_per_year
    going = 1.0 - Hazards.of(cohort).stays ** 12
    slow = np.flatnonzero(going < -growth)
    problems = [
        Problem(
            "cohort.turnover.growth_per_year",
            f'{growth:g} is not possible in cell "{cohort.cells[c].cell}", whose members go at {going[c]:.4g} a year; '
            "raise exit_rate_per_month or let the cohort shrink more slowly",
        )
        for c in slow[:5]
    ]
    if problems:
        raise BadInput(problems)


def _groups(hazards: Hazards, growth: float, first: int, last: int) -> tuple[Integers, ...]:
    """Cell, year of joining, year of going and ending of every tenure group that can have members."""
    some_join = (hazards.stays < 1.0) | (growth > 0.0)
    parts = []
    for c in range(len(hazards.stays)):
        endings = [e for e, chance in ((LEAVES, hazards.leaves[c]), (DIES, hazards.dies[c])) if chance > 0.0]
        parts.append(_groups_of_cell(c, tuple(endings), bool(some_join[c]), first, last))
    return tuple(np.concatenate(column) for column in zip(*parts, strict=True))


def _groups_of_cell(c: int, endings: tuple[int, ...], some_join: bool, first: int, last: int) -> tuple[Integers, ...]:
    starts = range(first - 1, last + 1) if some_join else range(first - 1, first)
    groups = [
        (start, end, ending) for start in starts for end in range(max(start, first), last + 1) for ending in endings
    ]
    groups += [(start, last + 1, STAYS) for start in starts]
    joined, left, ending = np.array(sorted(groups), dtype=np.int64).T
    return np.full(len(joined), c, dtype=np.int64), joined, left, ending


def _kind_of_year(joined: Integers, left: Integers, years: Integers) -> Integers:
    """What each simulated year is for each row, shape (R, Y)."""
    begins, ends = joined[:, None] == years, left[:, None] == years
    inside = (joined[:, None] <= years) & (years <= left[:, None])
    kind = np.where(inside, _FULL, _NONE)
    kind = np.where(begins, _JOINS, kind)
    kind = np.where(ends, _GOES, kind)
    return np.asarray(np.where(begins & ends, _PASSES, kind), dtype=np.int64)


def _presence(hazards: Hazards, growth: float) -> Floats:
    """Mean share of each month that a member is there, by what the year is for the row: (C, 5, 12)."""
    s = hazards.stays[:, None]
    month = np.arange(12)
    gone = 1.0 - hazards.stays
    # Places that were emptied and filled again, and new ones, per member at the beginning of the year.
    refilled = (1.0 - hazards.stays**12) + min(growth, 0.0)
    added = max(growth, 0.0) / 12.0
    goes = s**month
    # The last to join a place joins in a month after which nobody else goes; a new place has its first one too.
    again = np.divide(refilled, 1.0 - hazards.stays**12, out=np.zeros_like(gone), where=gone > 0)
    begins = again[:, None] * gone[:, None] + added * (1.0 + gone[:, None] * month)
    joins = begins * s ** (11 - month)
    gap = month[None, :] - month[:, None]
    passes = np.where(gap > 0, begins[:, :, None] * gone[:, None, None] * s[..., None] ** np.maximum(gap - 1, 0), 0.0)
    later, same = (gap > 0).astype(float), 0.5 * (gap == 0)
    presence = np.zeros((len(s), 5, 12))
    presence[:, _FULL] = 1.0
    presence[:, _GOES] = _normalized(goes) @ (later + same).T
    presence[:, _JOINS] = _normalized(joins) @ (later + same)
    from_join = passes.sum(axis=2) @ (later + same)
    from_exit = passes.sum(axis=1) @ (later + same)
    total = passes.sum(axis=(1, 2))[:, None]
    presence[:, _PASSES] = np.divide(from_join - from_exit, total, out=np.zeros_like(from_join), where=total > 0)
    return presence


def _normalized(weights: Floats) -> Floats:
    total = weights.sum(axis=1, keepdims=True)
    return np.divide(weights, total, out=np.zeros_like(weights), where=total > 0)


def _expected(
    cohort: CohortSpec,
    hazards: Hazards,
    rows: tuple[Integers, Integers, Integers, Integers],
    first: int,
    last: int,
    reference: int,
) -> Floats:
    """Expected number of members of each row."""
    assert cohort.turnover is not None
    cell, joined, left, ending = rows
    members = np.array([c.members for c in cohort.cells], dtype=np.int64)
    size = targets(members, float(cohort.turnover.growth_per_year), first, last, reference).astype(np.float64)
    year = hazards.stays**12
    grown = np.diff(size, axis=1)
    to_the_end = np.maximum(size[:, :-1] * (1.0 - year)[:, None] + grown, 0.0)
    added = np.maximum(grown, 0.0)
    refilled = to_the_end - added
    by_refilled, by_added = (_mean(p) for p in passing_chances(hazards.stays))
    passing = refilled * by_refilled[:, None] + added * by_added[:, None]
    at = np.clip(joined - first, 0, None)
    there = np.where(joined < first, size[cell, 0], to_the_end[cell, at])
    whole_years = left - np.where(joined < first, first, joined + 1)
    stayed = there * year[cell] ** np.maximum(whole_years, 0)
    gone = 1.0 - hazards.stays
    of_ending = np.where(ending == LEAVES, hazards.leaves[cell], hazards.dies[cell])
    share = np.divide(of_ending, gone[cell], out=np.zeros_like(stayed), where=gone[cell] > 0)
    goes = np.where(joined == left, passing[cell, at], stayed * (1.0 - year[cell])) * share
    return np.asarray(np.where(ending == STAYS, stayed, goes))


def passing_chances(stays: Floats) -> tuple[Floats, Floats]:
    """Chances of 0, 1, ... 11 members who join and go within the year, in a place filled again and in a new one.

    A place sees a binomial number of changes in twelve months; of those in a place that was emptied the first one ends
    a member of before, and the last member to join stays to the end of the year. Shape (C, 12) each.
    """
    from math import comb

    go = 1.0 - stays
    count = np.arange(13)
    ways = np.array([[comb(n, k) for k in count] for n in range(13)], dtype=np.float64)
    power = stays[:, None, None] ** np.maximum(np.arange(13)[:, None] - count, 0)
    binomial = ways * power * go[:, None, None] ** count  # (C, months, changes)
    some = binomial[:, 12, 1:]
    total = some.sum(axis=1, keepdims=True)
    refilled = np.divide(some, total, out=np.zeros_like(some), where=total > 0)
    refilled[:, 0] = np.where(total[:, 0] > 0, refilled[:, 0], 1.0)
    added = binomial[:, :12, :12].mean(axis=1)  # filled in any month, 0 to 11 months are left
    return refilled, added


def _mean(chances: Floats) -> Floats:
    return np.asarray(chances @ np.arange(chances.shape[1]))


def _to_stated_use(cell: Integers, expected: Floats, exposure: Floats, use: Floats, n_cells: int) -> Floats:
    """What makes the expected use of a cell's member-year that of the services' table: (C, Y, J)."""
    n_years, n_categories = use.shape[1:]
    stated = np.zeros((n_cells, n_years))
    reached = np.zeros((n_cells, n_years, n_categories))
    np.add.at(stated, cell, expected[:, None] * exposure)
    np.add.at(reached, cell, expected[:, None, None] * use)
    ones = np.ones_like(reached)
    return np.divide(np.broadcast_to(stated[..., None], reached.shape), reached, out=ones, where=reached > 0)
