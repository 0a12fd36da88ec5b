"""How many members each row of a cohort has in a draw: tenure groups with turnover, patients with episodes.

**Turnover.** A cell is a number of places. In every month the member in a place goes with the cell's chance, and is
replaced at once. Months are alike and places independent, so a year can be drawn at once, exactly:

- of the members who were there at its beginning, by their year of joining, a binomial number goes, and of these a
  binomial number dies;
- every place that was emptied has a new member at the end of the year, and with growth so have further places; where
  the cell shrinks, places that were emptied are closed until it has its size;
- in such a place further members joined and went within the year: independent small counts, place by place.

Each number is a sum of independent small counts: drawn by inversion from tables of the sum of 1, 2, 4, ... of them, one
addressed word each. Neither blocks of draws nor further cells move the numbers of others.

**Episodes.** The patients of a row are Poisson, by inversion of one word.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vbcsim.experience.compiled import compile_kernel
from vbcsim.experience.layers import LayerDraws
from vbcsim.experience.systemic import draw_worlds
from vbcsim.random.streams import Stream
from vbcsim.random.twin import uniforms

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["draw_turnover", "passing_chances", "sum_tables", "targets"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_TOO_SMALL = 1e-13
"""Chances at the ends of a table that no word of 32 bits can reach."""


def draw_turnover(
    cohort: xr.Dataset, seed: int, layers: LayerDraws, start: int, stop: int, *, engine: str = "members"
) -> Integers:
    """Members by draw and row, (D, R), of the draws start..stop-1.

    :param engine: ``reference`` draws without a compiler; the numbers are the same.
    """
    if "membership_growth" in cohort:
        ids, world = layers.of(Stream.TURNOVER, start, stop), draw_worlds(cohort, seed, layers, start, stop)
        return _tenure_groups(cohort, seed, ids, world, engine)
    if "half_use" in cohort:
        return _patients(cohort, seed, layers.of(Stream.EPISODE, start, stop))
    return np.tile(np.rint(cohort["expected_members"].values).astype(np.int64), (stop - start, 1))


def targets(members: Integers, growth: float, first: int, last: int, reference: int) -> Integers:
    """Members at the beginning of every calendar year ``first`` to ``last + 1``, shape (C, years)."""
    lag = np.arange(first, last + 2) - reference
    return np.maximum(np.rint(members[:, None] * (1.0 + growth) ** lag).astype(np.int64), 1)


def passing_chances(stays: float) -> tuple[Floats, Floats]:
    """Chances of 0, 1, ... 11 members who join and go within the year, in a place filled again and in a new one.

    A place sees a binomial number of changes in twelve months. Of those in a place that was emptied the first ends a
    member of before and the last begins one who stays to the end of the year. A new place is filled in any month with
    the same chance; each later change ends a member who joined in the year.

    :param stays: chance to be there in a month and in the next.
    """
    added = np.zeros(12)
    changes = np.zeros(13)
    changes[0] = 1.0
    for _ in range(12):
        added += changes[:12] / 12.0
        changes[1:] = changes[1:] * stays + changes[:-1] * (1.0 - stays)
        changes[0] *= stays
    some = changes[1:]
    return (some / some.sum() if some.sum() > 0 else np.eye(12)[0]), added


def sum_tables(chances: tuple[float, ...], digits: int) -> tuple[list[int], list[Integers]]:
    """Smallest sum, and the words from which on a sum is larger, for sums of 1, 2, 4, ... counts.

    :param chances: of the counts 0, 1, ...
    :param digits: how many sums.
    """
    first, mass = 0, np.array(chances)
    firsts, bounds = [], []
    for _ in range(digits):
        first, mass = _trimmed(first, mass)
        firsts.append(first)
        bounds.append(np.rint(np.cumsum(mass)[:-1] * 2.0**32).astype(np.int64))
        first, mass = 2 * first, _with_itself(mass)
    return firsts, bounds


def _trimmed(first: int, mass: Floats) -> tuple[int, Floats]:
    """A distribution without the ends that no word reaches."""
    reached = np.cumsum(mass)
    low = int(np.searchsorted(reached, _TOO_SMALL))
    high = len(mass) - int(np.searchsorted(np.cumsum(mass[::-1]), _TOO_SMALL))
    kept = mass[low:high]
    return first + low, kept / kept.sum()


def _with_itself(mass: Floats) -> Floats:
    """The distribution of the sum of two independent counts."""
    if len(mass) < 2048:
        return np.convolve(mass, mass)
    from scipy.signal import fftconvolve

    return np.maximum(fftconvolve(mass, mass), 0.0)


@lru_cache(maxsize=64)
def _law_tables(
    leaves: tuple[float, ...], dies: tuple[float, ...], digits: int
) -> tuple[Integers, Integers, Integers, Integers]:
    """``law_of``, ``table_at``, ``table_first``, ``below`` of the kernel, for the cells' chances of a month."""
    laws: dict[tuple[float, ...], int] = {}
    law_of = np.array([[laws.setdefault(law, len(laws)) for law in _laws(*c)] for c in zip(leaves, dies, strict=True)])
    table_at = np.zeros((len(laws), digits + 1), dtype=np.int64)
    table_first = np.zeros((len(laws), digits), dtype=np.int64)
    parts: list[Integers] = []
    at = 0
    for k, law in enumerate(laws):
        table_first[k], bounds = sum_tables(law, digits)
        lengths = [0, *(len(b) for b in bounds)]
        table_at[k] = at + np.cumsum(lengths)
        at = int(table_at[k, -1])
        parts += bounds
    return law_of.astype(np.int64), table_at, table_first, np.concatenate([*parts, np.zeros(1, dtype=np.int64)])


def _laws(leaves: float, dies: float) -> Sequence[tuple[float, ...]]:
    """Chances of going in a year, of dying if gone, of members who pass in a place filled again and in a new one."""
    stays = 1.0 - leaves - dies
    gone = leaves + dies
    share = dies / gone if gone > 0 else 0.0
    refilled, added = passing_chances(stays)
    return [(stays**12, 1.0 - stays**12), (1.0 - share, share), tuple(refilled.tolist()), tuple(added.tolist())]


def _tenure_groups(cohort: xr.Dataset, seed: int, ids: NDArray[np.uint32], world: Integers, engine: str) -> Integers:
    """Tenure groups, the draws of each world with its chances; exposure stays that of the expected ones."""
    years = cohort["year"].values
    first, last = int(years[0]), int(years[-1])
    base = years[cohort["period"].values == "base"]
    places = _places(cohort, first, last)
    dies = tuple(cohort["death_chance_per_month"].values.tolist())
    found = np.zeros((len(ids), cohort.sizes["row"]), dtype=np.int64)
    for w in np.unique(world).tolist():
        growth = float(cohort["membership_growth"].values[w])
        size = targets(cohort["members"].values, growth, first, last, int(base[-1]))
        # In a place at most eleven members pass in a year.
        digits = int(12 * size.max()).bit_length()
        leaves = tuple(cohort["exit_chance_per_month"].values[w].tolist())
        own = np.flatnonzero(world == w)
        part = np.zeros((len(own), found.shape[1]), dtype=np.int64)
        _kernel(engine)(
            *(part, np.uint32(seed % 2**32), np.uint32(seed >> 32), ids[own]),
            *(size, places, *_law_tables(leaves, dies, digits)),
        )
        found[own] = part
    return found


def _kernel(engine: str) -> Any:
    if engine == "reference":
        from vbcsim.experience.tenure_twin import draw_tenure

        return draw_tenure
    return compile_kernel("draw_tenure", "tenure")


def _places(cohort: xr.Dataset, first: int, last: int) -> Integers:
    """Row by cell, year of joining (0: before the first), year of going and ending; -1 where there is none."""
    at = np.full((cohort.sizes["cell"], last - first + 2, last - first + 2, 3), -1, dtype=np.int64)
    joined, left = cohort["row_joined"].values - first + 1, cohort["row_left"].values - first
    at[cohort["row_cell"].values, joined, left, cohort["row_ending"].values] = np.arange(cohort.sizes["row"])
    return at


def _patients(cohort: xr.Dataset, seed: int, ids: NDArray[np.uint32]) -> Integers:
    """Poisson numbers of patients by draw and row."""
    from scipy.special import pdtr

    expected = cohort["expected_members"].values
    row = np.arange(len(expected))
    u = uniforms(seed, Stream.EPISODE, draw=ids[:, None], cell=row, period=cohort["row_entry_half"].values)
    found = np.empty(u.shape, dtype=np.int64)
    for r, mean in enumerate(expected.tolist()):
        # 7 standard deviations above the mean and 40 more hold every word of 32 bits.
        reached = pdtr(np.arange(int(mean + 7.0 * mean**0.5 + 40.0)), mean)
        found[:, r] = np.searchsorted(reached, u[:, r])
    return found
