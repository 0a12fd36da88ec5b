"""Tables of the pooled engine: the standard normal, and the sum of many small claims.

A two-sided table divides the probability below and that above the median into octaves, each octave into equal cells; a
cell stores the mean of the quantile function over it and a spread that gives its variance, as in
``vbcsim.random.tables``. One word draws: its top bit names the side, the rest the place.

A row has thousands of small claims of a category. The sum of fewer than 64 is drawn digit by digit of their number to
the base 8: ``d`` at place ``i`` is one look-up in the table of the sum of ``d * 8**i`` claims. From 64 claims on one
word is looked up in the tables of the standardised sums of the two nearest of ``NODES`` numbers of claims, and in the
normal's: the quantile's distance from the normal is a power series in ``s = 1 / sqrt(claims)`` without a constant (the
Cornish-Fisher expansion), and the parabola through the normal (s = 0) and both nodes is exact to its second order. From
4,096 claims on the expansion itself serves, with the exact cumulants. The sums' distributions come from Fourier
transforms of the claim's own table, and each table is set to the exact mean and variance of its sum.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from vbcsim.random.tables import CELL_BITS, OCTAVES, cost_table

__all__ = [
    "FEW",
    "LOT",
    "NODES",
    "NODE_HIGH",
    "NODE_LOW",
    "NODE_OF",
    "NODE_ROOT",
    "NODE_SHIFT",
    "RADIX_BITS",
    "SIDE_BITS",
    "SIDE_LENGTH",
    "SUM_LENGTH",
    "SmallClaims",
    "normal_table",
    "small_claims",
    "survival_step",
]

Floats = NDArray[np.float64]

SIDE_BITS = 5
"""Cells of an octave: 2**5."""
_SIDE_OCTAVES = 32
SIDE_LENGTH = _SIDE_OCTAVES << (SIDE_BITS + 1)
"""Numbers in one side of a flat two-sided table."""
RADIX_BITS = 3
_DIGITS = (1 << RADIX_BITS) - 1
FEW = 64
"""Claims below which a sum is drawn digit by digit."""
LOT = 4096
"""Claims from which on a sum is drawn by its cumulants."""
_MULTIPLES = (8, 11, 16, 23, 32, 45)
NODES = np.array([*(8 * m for m in _MULTIPLES), *(64 * m for m in _MULTIPLES), LOT], dtype=np.int64)
"""Numbers of claims of the tables of standardised sums, from ``FEW`` to ``LOT``."""
NODE_SHIFT = 3
NODE_OF = (np.searchsorted(NODES, np.arange(0, LOT, 1 << NODE_SHIFT), side="right") - 1).clip(0).astype(np.int64)
"""The last node that is no larger, by number of claims // 8."""
NODE_ROOT = 1.0 / np.sqrt(NODES.astype(np.float64))
NODE_LOW = 1.0 / (NODE_ROOT[:-1] * (NODE_ROOT[:-1] - NODE_ROOT[1:]))
NODE_HIGH = 1.0 / (NODE_ROOT[1:] * (NODE_ROOT[:-1] - NODE_ROOT[1:]))
"""The parabola at s through nodes a and b weighs their distances from the normal by s (s - s_b) ``NODE_LOW`` and
s (s_a - s) ``NODE_HIGH``."""
SUM_LENGTH = 2 * SIDE_LENGTH * (2 * _DIGITS + len(NODES))
"""Numbers in the flat tables of a category's sums: by place and digit, then by node; side, cell, (mean, spread)."""
_FINEST = 1 << 17
_FINE = 1 << 15
_POINT = 1e-18
"""Squared coefficient of variation below which a claim's cost is one number."""


@dataclass(frozen=True)
class _Pieces:
    """A distribution as straight pieces of its quantile function, from the largest value down to the smallest."""

    width: Floats
    mean: Floats
    spread: Floats

    def turned(self) -> _Pieces:
        """The same of the negative variable."""
        return _Pieces(self.width[::-1], -self.mean[::-1], self.spread[::-1])

    def moment(self, k: int, centre: float) -> float:
        """The k-th moment about a centre: a piece is uniform."""
        high, low = self.mean + self.spread / 2 - centre, self.mean - self.spread / 2 - centre
        powers = sum(high**i * low ** (k - i) for i in range(k + 1)) / (k + 1)
        return float((powers * self.width).sum())


@dataclass(frozen=True)
class SmallClaims:
    """The relative cost of the small claims of a category: how likely, their cumulants, the tables of their sums."""

    share: float
    """Probability that a claim is small."""
    cumulants: Floats
    """Mean, standard deviation and the third to fifth standardised cumulants of one small claim."""
    tables: Floats
    """Flat; see ``SUM_LENGTH``."""


def normal_table() -> Floats:
    """The two-sided table of the standard normal, flat."""
    from scipy.special import ndtri

    lower, width = _edges()
    low, high = -ndtri(lower + width), -ndtri(np.maximum(lower, 1e-300))

    def density(z: Floats) -> Floats:
        return np.asarray(np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi))

    first = (density(low) - np.where(lower > 0, density(high), 0.0)) / width
    z_density = low * density(low) - np.where(lower > 0, high * density(high), 0.0)
    second = 1.0 + z_density / width
    side = np.stack([first, np.sqrt(12.0 * np.maximum(second - first**2, 0.0))], axis=1)
    return np.concatenate([side.ravel(), -side.ravel()])


def survival_step(severity: tuple[float, float, float, float], limit: float) -> int:
    """Of 2**32 words of survival probability, how many stand for a claim above ``limit`` times the mean cost.

    A whole number of the table's cells, so that what is small and what is large is the table's law exactly; ``limit``
    is rounded down to a cell's edge. 0 where no claim is so large, 2**32 where every claim is.
    """
    table = cost_table(*severity)
    edge = _table_order()
    above = np.flatnonzero(table[edge, 0] + table[edge, 1] / 2 > limit)
    if len(above) == 0:
        return 0
    # The last cells of the deepest octaves are not whole words; those claims are large in any case.
    upper = float(_survival_edges()[above[-1] + 1])
    return max(int(np.ceil(upper * 2.0**32)), 1)


@lru_cache(maxsize=1024)
def small_claims(severity: tuple[float, float, float, float], step: int) -> SmallClaims:
    """The small claims of a category: those whose survival probability is ``step / 2**32`` or more.

    :param severity: body sigma, tail probability, tail index, largest cost over the mean.
    :param step: from ``survival_step``.
    """
    share = 1.0 - step / 2.0**32
    if share <= 0.0:
        return SmallClaims(0.0, np.zeros(5), np.zeros(SUM_LENGTH))
    one = _small_pieces(severity, step, share)
    cumulants = _cumulants(one)
    tables = np.concatenate(_sum_tables(one, cumulants))
    tables.setflags(write=False)
    return SmallClaims(share, cumulants, tables)


def _edges() -> tuple[Floats, Floats]:
    """Tail probability at the outer edge of the cells of one side, in the table's order, and their width."""
    cells = 1 << SIDE_BITS
    octave = np.repeat(np.arange(_SIDE_OCTAVES), cells)
    within = np.tile(np.arange(cells), _SIDE_OCTAVES)
    width = 2.0 ** (-octave - 2) / cells
    lower = 2.0 ** (-octave - 2) + within * width
    # The deepest octave reaches to zero.
    deepest = octave == _SIDE_OCTAVES - 1
    return np.where(deepest, within * 2 * width, lower), np.where(deepest, 2 * width, width)


def _table_order() -> NDArray[np.int64]:
    """The cells of a cost table from the largest cost down."""
    return np.arange(OCTAVES << CELL_BITS).reshape(OCTAVES, -1)[::-1].ravel()


def _survival_edges() -> Floats:
    """Survival probabilities at the edges of a cost table's cells, from 0 up to 1."""
    cells = 1 << CELL_BITS
    octave = np.repeat(np.arange(OCTAVES)[::-1], cells)
    within = np.tile(np.arange(cells), OCTAVES)
    return np.concatenate([[0.0], 2.0 ** (-octave - 1.0) * (1.0 + (within + 1) / cells)])


def _small_pieces(severity: tuple[float, float, float, float], step: int, share: float) -> _Pieces:
    """The law of one small claim."""
    table = cost_table(*severity)[_table_order()]
    edges = np.maximum(_survival_edges(), step / 2.0**32)
    width = np.diff(edges) / share
    kept = width > 0
    return _Pieces(width[kept] / width[kept].sum(), table[kept, 0], table[kept, 1])


def _cumulants(one: _Pieces) -> Floats:
    mean = one.moment(1, 0.0)
    m2, m3, m4, m5 = (one.moment(k, mean) for k in (2, 3, 4, 5))
    if m2 <= _POINT * mean**2:
        return np.array([mean, 0.0, 0.0, 0.0, 0.0])
    sd = np.sqrt(m2)
    return np.array([mean, sd, m3 / sd**3, m4 / sd**4 - 3.0, m5 / sd**5 - 10.0 * m3 / sd**3])


def _sum_tables(one: _Pieces, cumulants: Floats) -> list[Floats]:
    """The flat two-sided tables of the sums of d * 8**i claims (the first is one claim), then those of the nodes."""
    mean, variance = float(cumulants[0]), float(cumulants[1]) ** 2
    if variance == 0.0:
        counts = [d << (RADIX_BITS * i) for i in range(2) for d in range(1, _DIGITS + 1)]
        fixed = [np.tile(np.array([k * mean, 0.0]), SIDE_LENGTH) for k in counts]
        return fixed + [np.zeros(2 * SIDE_LENGTH)] * len(NODES)
    ones = _on_grid(one)
    eights = _lot_of_eight(ones, 8 * mean)
    lots = {1: ones, 8: eights, 64: _lot_of_eight(eights, 64 * mean)}
    transforms = {k: np.fft.rfft(lot[2], _FINEST if k == 1 else _FINE) for k, lot in lots.items()}

    def table(of: int, times: int) -> Floats:
        step, origin, _ = lots[of]
        n, claims = _FINEST if of == 1 else _FINE, of * times
        first, probability = _power(transforms[of], times, n, step, origin, claims * mean)
        return _two_sided(_of_grid(first, step, probability), claims * mean, claims * variance)

    tables = [_two_sided(one, mean, variance)]
    tables += [table(1, digit) for digit in range(2, _DIGITS + 1)]
    tables += [table(8, digit) for digit in range(1, _DIGITS + 1)]
    for claims in NODES.tolist():
        of = 8 if claims < 512 else 64
        cells = table(of, claims // of).reshape(-1, 2)
        centred = cells - np.array([claims * mean, 0.0])
        tables.append((centred / np.sqrt(claims * variance)).ravel())
    return tables


def _power(
    transform: NDArray[np.complex128], times: int, n: int, step: float, origin: float, mean: float
) -> tuple[float, Floats]:
    """The sum of so many like variables from their transform: its first value and the probabilities from there on."""
    start, of_sum = _unwrapped(np.asarray(np.fft.irfft(transform**times, n)), (mean - times * origin) / step)
    return times * origin + start * step, of_sum


def _lot_of_eight(one: tuple[float, float, Floats], mean: float) -> tuple[float, float, Floats]:
    """Step, origin and probabilities of the sum of eight like variables, on a grid that holds 64 such sums."""
    step, origin, probability = one
    n = _FINEST if len(probability) > _FINE // 4 else _FINE
    first, of_sum = _power(np.fft.rfft(probability, n), 8, n, step, origin, mean)
    return _coarser(first, step, of_sum, _FINE)


def _on_grid(one: _Pieces) -> tuple[float, float, Floats]:
    """Step, origin and probabilities of a claim on a grid that holds the sum of eight; mean kept, by linear splitting.

    The mass at a node is the second difference of E[(x - X)+], a sum over uniform pieces.
    """
    high, low = one.mean + one.spread / 2, one.mean - one.spread / 2
    largest = float(high.max())
    step = 8.2 * largest / _FINEST
    nodes = step * np.arange(-1, int(np.ceil(largest / step)) + 2)
    narrow = high - low < 1e-6 * step
    below = np.zeros(len(nodes))
    # A piece so narrow is a point: it is split between its two neighbours by a tent of its own.
    point, weight = one.mean[narrow], one.width[narrow]
    place = point / step
    at = np.floor(place).astype(np.int64)
    mass: Floats = np.bincount(at + 1, weight * (at + 1 - place), len(nodes)).astype(np.float64)
    mass[1:] += np.bincount(at + 1, weight * (place - at), len(nodes) - 1)
    edges = np.concatenate([low[~narrow], high[~narrow]])
    density = one.width[~narrow] / (high - low)[~narrow]
    slopes = np.concatenate([density, -density])
    order = np.argsort(edges, kind="stable")
    edges, slopes = edges[order], np.cumsum(slopes[order])
    if len(edges) > 0:
        gaps = np.diff(edges)
        cdf = np.concatenate([[0.0], np.cumsum(slopes[:-1] * gaps)])
        area = np.concatenate([[0.0], np.cumsum(cdf[:-1] * gaps + slopes[:-1] * gaps**2 / 2)])
        i = np.clip(np.searchsorted(edges, nodes, side="right") - 1, 0, len(edges) - 1)
        beyond = nodes - edges[i]
        below = np.where(nodes > edges[0], area[i] + cdf[i] * beyond + slopes[i] * beyond**2 / 2, 0.0)
        mass[1:-1] += np.diff(below, 2) / step
    mass = np.maximum(mass, 0.0)
    return step, -step, mass / mass.sum()


def _unwrapped(probability: Floats, centre: float) -> tuple[int, Floats]:
    """A cyclic distribution opened where it is empty, and cut to where it is not: first node, probabilities."""
    n = len(probability)
    # Below this lies the rounding of the transform; all of it together is far below 2**-32.
    clean = np.where(probability > 1e-16 * np.sqrt((probability**2).sum()), probability, 0.0)
    # The longest run of nothing, on the far side of a long upper tail, is where the circle is opened.
    held = np.flatnonzero(clean)
    gaps = np.diff(np.append(held, held[0] + n))
    begin = int(held[(int(np.argmax(gaps)) + 1) % len(held)])
    turned = np.roll(clean, -begin)
    turned = turned[: int(np.flatnonzero(turned)[-1]) + 1]
    turned = turned / turned.sum()
    mean = float((turned * np.arange(len(turned))).sum())
    # Up to whole turns of the circle; the mean tells which.
    return begin + n * int(np.round((centre - mean - begin) / n)), turned


def _of_grid(first: float, step: float, probability: Floats) -> _Pieces:
    """A distribution on a grid, each mass spread over its step."""
    values = first + step * np.arange(len(probability))
    kept = probability > 0
    return _Pieces(probability[kept][::-1], np.asarray(values[kept][::-1]), np.full(int(kept.sum()), step))


def _coarser(first: float, step: float, probability: Floats, n: int) -> tuple[float, float, Floats]:
    """The same distribution on a grid of n nodes wide enough for the sum of 64; mean kept by linear splitting."""
    wide = len(probability) * step * 8.0 * 1.6
    wider = max(wide / n, step)
    place = step * np.arange(len(probability)) / wider
    at = place.astype(np.int64)
    mass: Floats = np.bincount(at, probability * (at + 1 - place), int(at[-1]) + 2).astype(np.float64)
    mass[1:] += np.bincount(at, probability * (place - at), int(at[-1]) + 1)
    return wider, first, mass


def _two_sided(pieces: _Pieces, mean: float, variance: float) -> Floats:
    """The flat two-sided table of a distribution, set to this mean and variance."""
    centred = _Pieces(pieces.width, pieces.mean - mean, pieces.spread)
    upper, lower = _side(centred), _side(centred.turned())
    cells = np.concatenate([upper, -lower])
    _, width = _edges()
    width = np.tile(width, 2)
    off = float((cells[:, 0] * width).sum())
    found = float((((cells[:, 0] - off) ** 2 + cells[:, 1] ** 2 / 12.0) * width).sum())
    cells[:, 0] -= off
    cells *= np.sqrt(variance / found)
    cells[:, 0] += mean
    # Costs are not negative: a cell whose line would pass below zero is drawn in.
    cells[:, 0] = np.maximum(cells[:, 0], 0.0)
    room = 2.0 * cells[:, 0]
    cells[:, 1] = np.clip(cells[:, 1], -room, room)
    return cells.ravel()


def _side(pieces: _Pieces) -> Floats:
    """Mean and spread of the quantile function over the cells of the upper side."""
    lower, width = _edges()
    ends = np.concatenate([[0.0], np.cumsum(pieces.width)])
    first = np.concatenate([[0.0], np.cumsum(pieces.width * pieces.mean)])
    second = np.concatenate([[0.0], np.cumsum(pieces.width * (pieces.mean**2 + pieces.spread**2 / 12.0))])

    def integrals(s: Floats) -> tuple[Floats, Floats]:
        i = np.clip(np.searchsorted(ends, s, side="right") - 1, 0, len(pieces.width) - 1)
        part = np.clip(s - ends[i], 0.0, pieces.width[i])
        # Over the outer part of a piece: from its high end down.
        share = part / pieces.width[i]
        spread = pieces.spread[i] * share
        mean = pieces.mean[i] + pieces.spread[i] / 2 - spread / 2
        return first[i] + part * mean, second[i] + part * (mean**2 + spread**2 / 12.0)

    outer, inner = integrals(lower), integrals(lower + width)
    mean = (inner[0] - outer[0]) / width
    variance = (inner[1] - outer[1]) / width - mean**2
    return np.stack([mean, np.sqrt(12.0 * np.maximum(variance, 0.0))], axis=1)
