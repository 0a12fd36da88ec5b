"""Inversion tables: distributions prepared once, so that a kernel draws from them with one look-up.

The survival probability is divided into octaves ``(2**-(k+1), 2**-k]`` and each octave into equal cells. A cell stores
the mean of the quantile function over it and a spread (the difference between its ends of the straight line with the
cell's own variance). Mean and variance of the table are therefore those of the distribution; relative resolution is
the same far out in the tail as in the middle. Beyond the last octave (2**-48) the last cell serves.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "CELL_BITS",
    "OCTAVES",
    "POISSON_STEP",
    "POISSON_TOP",
    "cost_table",
    "gamma_table",
    "poisson_tables",
    "table_moments",
]

CELL_BITS = 6
OCTAVES = 48

Floats = NDArray[np.float64]
Table = Floats


def _edges() -> NDArray[np.float64]:
    """Survival probability at the lower edge and the width of each cell, shape (cell, 2), in table order."""
    cells = 1 << CELL_BITS
    octave = np.repeat(np.arange(OCTAVES), cells)
    within = np.tile(np.arange(cells), OCTAVES)
    width = 2.0 ** (-octave - 1) / cells
    return np.stack([2.0 ** (-octave - 1) + within * width, width], axis=1)


def table_moments(table: Table) -> tuple[float, float]:
    """Mean and variance of what a table draws."""
    _, width = _edges().T
    mean = float(table[:, 0] @ width)
    second = float((table[:, 0] ** 2 + table[:, 1] ** 2 / 12.0) @ width)
    return mean, second - mean**2


@lru_cache(maxsize=4096)
def gamma_table(shape: float) -> Table:
    """Table of the gamma distribution of scale 1 and the given shape (0: no mass), from its partial moments."""
    from scipy.special import gammaincc

    if shape < 1e-30:  # no mass, or one that cannot matter
        return np.zeros((OCTAVES << CELL_BITS, 2))
    lower, width = _edges().T
    order = np.argsort(lower)
    s = np.append(lower[order], 1.0)
    x = gamma_quantile(shape, s)
    # E[X; a < X <= b] = shape * (P(G' > a) - P(G' > b)) with G' of shape + 1; likewise the second moment.
    first = shape * np.diff(gammaincc(shape + 1.0, x)) / width[order]
    second = shape * (shape + 1.0) * np.diff(gammaincc(shape + 2.0, x)) / width[order]
    table = np.empty((len(lower), 2))
    table[order] = _cells(first, second, x[1:], x[:-1])
    # Masses that cannot matter become zero: subnormal numbers would slow every sum they enter.
    table[table < 1e-30] = 0.0
    table.setflags(write=False)
    return table


def _cells(first: Floats, second: Floats, low: Floats, high: Floats, maximum: float = np.inf) -> Table:
    """Means and spreads of cells from their first two moments and the quantiles at their ends."""
    span = high - low
    # Far out the difference of moments loses its digits; there a straight line through the ends serves.
    fine = span > 1e-4 * high
    variance = np.where(fine, np.clip(second - first**2, 0.0, span**2 / 4.0), span**2 / 12.0)
    mean = np.minimum(np.where(first > 0, np.clip(first, low, high), 0.0), maximum)
    # A straight line of variance v over a unit interval spans sqrt(12 v); it stays above zero and below the maximum.
    spread = np.minimum(np.sqrt(12.0 * variance), 2.0 * np.minimum(mean, maximum - mean))
    return np.stack([mean, spread], axis=1)


def gamma_quantile(shape: float, s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Value that a gamma variable of the given shape exceeds with probability ``s``, tiny shapes included."""
    from scipy.special import gammainccinv, gammaincinv

    # Above one half the complement is taken, where it is exact; below, the survival function is.
    upper = s > 0.5
    x = np.empty_like(s)
    x[upper] = gammaincinv(shape, 1.0 - s[upper])
    x[~upper] = gammainccinv(shape, s[~upper])
    return x


@lru_cache(maxsize=4096)
def cost_table(sigma: float, tail_probability: float, tail_index: float, maximum: float) -> Table:
    """Table of the cost of one service relative to its mean: lognormal body, Pareto tail, optional maximum.

    ``maximum`` is relative to the mean (``inf``: none). The little that lies beyond the last octave is left out, and
    the table scaled to mean 1.
    """
    cost = SplicedCost(sigma, tail_probability, tail_index)
    scale = 1.0 if np.isinf(maximum) else _scale_for_maximum(cost, maximum)
    lower, width = _edges().T
    upper = lower + width
    first = scale * _limited_moment(cost, 1, maximum / scale, lower, upper) / width
    second = scale**2 * _limited_moment(cost, 2, maximum / scale, lower, upper) / width
    low, high = (np.minimum(scale * cost.quantile(s), maximum) for s in (upper, lower))
    total = float(first @ width) + 2.0**-OCTAVES * first[-1 << CELL_BITS]
    table = _cells(first / total, second / total**2, low / total, high / total, maximum)
    table.setflags(write=False)
    return table


@dataclass(frozen=True)
class SplicedCost:
    """Cost of one service: lognormal with median 1 up to the splice, Pareto beyond it."""

    sigma: float
    tail_probability: float
    tail_index: float

    @property
    def splice(self) -> float:
        """Where the tail begins (infinity: there is none)."""
        from scipy.special import ndtri

        return float(np.exp(-self.sigma * ndtri(self.tail_probability))) if self.tail_probability > 0 else np.inf

    def quantile(self, s: Floats) -> Floats:
        """Cost that is exceeded with probability ``s``, above 0."""
        from scipy.special import ndtri

        body = np.exp(-self.sigma * ndtri(s)) if self.sigma > 0 else np.ones_like(s)
        if self.tail_probability == 0:
            return body
        tail = self.splice * np.maximum(self.tail_probability / s, 1.0) ** (1.0 / self.tail_index)
        return np.where(s < self.tail_probability, tail, body)

    def survival(self, x: float) -> float:
        """Probability of a cost above ``x``."""
        from scipy.special import ndtr

        if x >= self.splice:
            return float(self.tail_probability * (self.splice / x) ** self.tail_index)
        return float(ndtr(-np.log(x) / self.sigma)) if self.sigma > 0 else float(x < 1.0)

    def moment(self, k: int, lower: Floats, upper: Floats) -> Floats:
        """E[cost**k; survival probability between ``lower`` and ``upper``]."""
        from scipy.special import ndtr, ndtri

        p, e = self.tail_probability, 1.0 - k / self.tail_index
        a, b = (ndtri(np.maximum(s, p)) + k * self.sigma for s in (lower, upper))
        # Of two probabilities near one, the complements keep the digits of the difference.
        mass = np.where(a > 0, ndtr(-a) - ndtr(-b), ndtr(b) - ndtr(a))
        body = np.exp(0.5 * (k * self.sigma) ** 2) * mass
        if p == 0:
            return body
        c, d = (np.minimum(s, p) / p for s in (lower, upper))
        return body + self.splice**k * p * ((d**e - c**e) / e if e else np.log(d / c))


def _limited_moment(cost: SplicedCost, k: int, maximum: float, lower: Floats, upper: Floats) -> Floats:
    """E[min(cost, maximum)**k; survival probability between ``lower`` and ``upper``]."""
    if np.isinf(maximum):
        return cost.moment(k, lower, upper)
    cut = cost.survival(maximum)
    cut_off = np.minimum(upper, cut) - np.minimum(lower, cut)
    return cost.moment(k, np.maximum(lower, cut), np.maximum(upper, cut)) + maximum**k * cut_off


def _scale_for_maximum(cost: SplicedCost, maximum: float) -> float:
    """Factor on the untruncated cost for which the cost cut at ``maximum`` has mean 1."""
    from scipy.optimize import brentq

    everything = np.array([0.0]), np.array([1.0])

    def excess(log_scale: float) -> float:
        scale = float(np.exp(log_scale))
        return scale * float(_limited_moment(cost, 1, maximum / scale, *everything)[0]) - 1.0

    return float(np.exp(brentq(excess, -60.0, 60.0, xtol=1e-14)))


POISSON_STEP = 4
"""Grid points of the Poisson tables per unit of the mean."""
POISSON_TOP = 32
"""Largest tabulated Poisson mean."""
POISSON_REACH = 100
"""Largest count of a tabulated Poisson distribution (beyond it lies less than 2**-33 of the probability)."""
POISSON_GUIDE = 256


def poisson_tables() -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Poisson distributions at the means k / 4, k = 0..128, for inversion from one word.

    Returns, both flat, ``below`` (grid, count): how many of the 2**32 words give this count or less; and ``guide``
    (grid, 256): the count at the lowest word with these top eight bits, where the search starts.
    """
    from scipy.special import pdtr

    mean = np.arange(POISSON_TOP * POISSON_STEP + 1) / POISSON_STEP
    cdf = pdtr(np.arange(POISSON_REACH)[None, :], mean[:, None])
    cdf[0] = 1.0
    cdf[:, -1] = 1.0
    # A word w stands for (w + 0.5) / 2**32; it gives the smallest count whose distribution function reaches it.
    below = np.floor(cdf * 2.0**32 + 0.5).astype(np.int64)
    words = np.arange(POISSON_GUIDE) * (2**32 // POISSON_GUIDE)
    guide = (below[:, None, :] <= words[None, :, None]).sum(axis=2)
    return below.ravel(), guide.astype(np.int32).ravel()
