"""Numbers that may be uncertain, as four figures of a dataset, and their quantiles.

A dataset holds plain arrays only. Along the dimension ``figure`` stand the number of the distribution (0: a plain
number) and its parameters as a file writes them.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vbcsim.core.uncertain import Distribution, number_of
from vbcsim.core.uncertain import figures_of as uncertain_figures

__all__ = ["FIGURE", "SIZE", "drawn", "figures", "figures_of", "means", "words"]

Floats = NDArray[np.float64]

FIGURE = "figure"
"""The dimension."""
SIZE = 4
"""Its length."""


def figures(value: float) -> Floats:
    """The four figures of a number, shape (4,)."""
    return np.array(uncertain_figures(value))


def figures_of(values: Iterable[float]) -> Floats:
    """The figures of several numbers, shape (number, 4)."""
    return np.array([uncertain_figures(value) for value in values]).reshape(-1, SIZE)


def means(given: ArrayLike) -> Floats:
    """Expected values, shape (..., 4) to (...)."""
    rows = np.asarray(given, dtype=np.float64)
    return np.array([float(number_of(row.tolist())) for row in rows.reshape(-1, SIZE)]).reshape(rows.shape[:-1])


def drawn(given: ArrayLike, u: Floats, *, strongest: bool = False) -> Floats:
    """The numbers drawn by inversion.

    :param given: figures, shape (..., 4).
    :param u: uniform numbers, shape (draw,) for all alike, or (draw, ...) for each its own.
    :param strongest: read ``u`` from the other end for a number whose mean is zero or less, so that a high ``u`` makes
        every number lie far out on its own side of zero.
    :returns: shape (draw, ...).
    """
    rows = np.asarray(given, dtype=np.float64)
    flat = rows.reshape(-1, SIZE)
    by_row = u.reshape(len(u), -1)
    found = np.empty((len(u), len(flat)))
    for k, row in enumerate(flat):
        number = number_of(row.tolist())
        own = by_row[:, k if by_row.shape[1] > 1 else 0]
        if not isinstance(number, Distribution):
            found[:, k] = number
        else:
            found[:, k] = number.quantile(1.0 - own if strongest and number <= 0.0 else own)
    return found.reshape(len(u), *rows.shape[:-1])


def words(value: float) -> str:
    """A change in words: ``-6.0% (sd 5.0%)``."""
    return f"{value:+.1%} (sd {value.sd:.1%})" if isinstance(value, Distribution) else f"{value:+.1%}"
