"""Inversion tables: distributions prepared once, so that a kernel draws from them with one look-up.

The survival probability is divided into octaves ``(2**-(k+1), 2**-k]`` and each octave into equal cells. A cell stores
the mean of the quantile function over it and a spread (the difference between its ends of the straight line with the
cell's own variance). Mean and variance of the table are therefore those of the distribution; relative resolution is
the same far out in the tail as in the middle. Beyond the last octave (2**-48) the last cell serves.
"""

from __future__ import annotations

from collections.abc import Callable
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
_NODES = 6

Table = NDArray[np.float64]
Quantile = Callable[[NDArray[np.float64]], NDArray[np.float64]]


def _edges() -> NDArray[np.float64]:
    """Survival probability at the lower edge and the width of each cell, shape (cell, 2), in table order."""
    cells = 1 << CELL_BITS
    octave = np.repeat(np.arange(OCTAVES), cells)
    within = np.tile(np.arange(cells), OCTAVES)
    width = 2.0 ** (-octave - 1) / cells
    return np.stack([2.0 ** (-octave - 1) + within * width, width], axis=1)


def build_table(inverse_survival: Quantile, mean: float) -> Table:
    """Table (cell, 2) of cell means and spreads of a nonnegative distribution with the given mean."""
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    lower, width = _edges().T
    s = lower[:, None] + width[:, None] * (nodes + 1) / 2
    quantile = inverse_survival(s)
    cell_mean = quantile @ (weights / 2)
    variance = np.maximum(((quantile - cell_mean[:, None]) ** 2) @ (weights / 2), 0.0)
    total = float(cell_mean @ width) + 2.0**-OCTAVES * cell_mean[-1 << CELL_BITS]
    cell_mean *= mean / total
    # A straight line of variance v over a unit interval spans sqrt(12 v); it must not fall below zero.
    spread = np.minimum(np.sqrt(12.0 * variance) * (mean / total), 2.0 * cell_mean)
    return np.ascontiguousarray(np.stack([cell_mean, spread], axis=1))


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

    if shape <= 0.0:
        return np.zeros((OCTAVES << CELL_BITS, 2))
    lower, width = _edges().T
    order = np.argsort(lower)
    s = np.append(lower[order], 1.0)
    x = gamma_quantile(shape, s)
    # E[X; a < X <= b] = shape * (P(G' > a) - P(G' > b)) with G' of shape + 1; likewise the second moment.
    first = shape * np.diff(gammaincc(shape + 1.0, x)) / width[order]
    second = shape * (shape + 1.0) * np.diff(gammaincc(shape + 2.0, x)) / width[order]
    span = x[:-1] - x[1:]
    # Far out the difference of moments loses its digits; there a straight line through the ends serves.
    fine = span > 1e-4 * x[:-1]
    variance = np.where(fine, np.clip(second - first**2, 0.0, span**2 / 4.0), span**2 / 12.0)
    table = np.empty((len(lower), 2))
    table[order, 0] = np.where(first > 0, np.clip(first, x[1:], x[:-1]), 0.0)
    table[order, 1] = np.minimum(np.sqrt(12.0 * variance), 2.0 * table[order, 0])
    # Masses that cannot matter become zero: subnormal numbers would slow every sum they enter.
    table[table < 1e-30] = 0.0
    table.setflags(write=False)
    return table


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

    ``maximum`` is relative to the mean (``inf``: none).
    """
    scale = 1.0
    if np.isfinite(maximum):
        scale = _scale_for_maximum(sigma, tail_probability, tail_index, maximum)
    raw = cost_quantile(sigma, tail_probability, tail_index)
    if np.isfinite(maximum):
        table = build_table(lambda s: np.minimum(scale * raw(s), maximum), 1.0)
    else:
        table = build_table(raw, 1.0)
    table.setflags(write=False)
    return table


def cost_quantile(sigma: float, tail_probability: float, tail_index: float) -> Quantile:
    """Inverse survival function of the spliced cost with lognormal median 1."""
    from scipy.special import ndtri

    splice = float(np.exp(-sigma * ndtri(tail_probability))) if tail_probability > 0 else np.inf

    def inverse_survival(s: NDArray[np.float64]) -> NDArray[np.float64]:
        body = np.exp(-sigma * ndtri(s))
        if tail_probability == 0:
            return body
        tail = splice * np.maximum(tail_probability / s, 1.0) ** (1.0 / tail_index)
        return np.where(s < tail_probability, tail, body)

    return inverse_survival


def _scale_for_maximum(sigma: float, tail_probability: float, tail_index: float, maximum: float) -> float:
    """Factor on the untruncated cost for which the cost cut at ``maximum`` has mean 1."""
    from scipy.optimize import brentq

    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    lower, width = _edges().T
    quantile = cost_quantile(sigma, tail_probability, tail_index)(lower[:, None] + width[:, None] * (nodes + 1) / 2)

    def excess(log_scale: float) -> float:
        cut = np.minimum(quantile * np.exp(log_scale), maximum)
        return float((cut @ (weights / 2)) @ width) - 1.0

    return float(np.exp(brentq(excess, -60.0, 60.0, xtol=1e-12)))


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
