"""Allocation: which of several losses that are borne together brings the tail of their sum (Euler, co-TVaR).

The tail value at risk of a sum is the mean of the sum over its worst draws; the mean of each part over the same draws
is its contribution. Contributions add up to the whole, and are what the whole would change by with a little more of a
part (Tasche 1999, "Risk contributions and performance measurement").
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vbcsim.outcomes.distribution import Estimate, tail_value_at_risk, value_at_risk

__all__ = ["Allocation", "tail_allocation"]

Array = NDArray[np.float64]


class Allocation(NamedTuple):
    """The tail of a sum of losses and what its parts are of it; positive is a loss."""

    contributions: Estimate
    """Of each part (part,); they add up to the whole."""
    whole: Estimate
    """Tail value at risk of the sum."""
    alone: Estimate
    """Tail value at risk of each part by itself (part,)."""
    spared: Estimate
    """What holding the parts together spares: the parts alone, added up, less the whole; never below nought."""


def tail_allocation(losses: Array, level: float) -> Allocation:
    """The allocation of the tail of the sum of ``losses`` (part, draw) above ``level``.

    Draws at the edge of the tail count in part, all that are equal there alike. Errors are those of the influence
    functions, paired over parts; where the part's loss at the edge is needed, it is its mean over the draws next to it.
    """
    total = losses.sum(axis=0)
    weight = _in_the_tail(total, level)
    contributions = (losses * weight).sum(axis=-1)
    edge = _at_the_edge(losses, total, level)
    alone = tail_value_at_risk(np.sort(-losses, axis=-1), level)
    whole = tail_value_at_risk(np.sort(-total), level)
    spared = _excess(losses, level).sum(axis=0) - _excess(total, level)
    return Allocation(
        Estimate(contributions, _error(losses.shape[-1] * weight * (losses - edge[:, None]))),
        whole,
        alone,
        Estimate(alone.value.sum() - whole.value, _error(spared)),
    )


def _in_the_tail(total: Array, level: float) -> Array:
    """Weights of the draws in the tail, which sum to one; all draws that are equal at its edge count alike."""
    size = total.size * (1 - Fraction(level).limit_denominator(10**9))
    edge = np.sort(total)[total.size - math.ceil(size)]
    beyond, level_with = total > edge, total == edge
    part = float(size - int(beyond.sum())) / int(level_with.sum())
    return np.asarray((beyond + part * level_with) / float(size))


def _excess(losses: Array, level: float) -> Array:
    """Influence function of the tail value at risk of each row, but for a constant."""
    edge = value_at_risk(np.sort(-losses, axis=-1), level).value
    tail = float(1 - Fraction(level).limit_denominator(10**9))
    return np.asarray(np.maximum(losses - edge[..., None], 0.0) / tail)


def _at_the_edge(losses: Array, total: Array, level: float) -> Array:
    """The mean loss of each part over the draws whose sum lies nearest the edge (part,)."""
    n = total.size
    rank = n - math.ceil(n * (1 - Fraction(level).limit_denominator(10**9)))
    reach = max(1, math.isqrt(n) // 2)
    near = np.argsort(total, kind="stable")[max(0, rank - reach) : rank + reach + 1]
    return np.asarray(losses[:, near].mean(axis=-1))


def _error(influence: Array) -> Array:
    """Standard deviation of an influence function over the square root of the number of draws."""
    n = influence.shape[-1]
    if n < 2:
        return np.full(influence.shape[:-1], np.nan)
    return np.asarray(influence.std(axis=-1, ddof=1) / math.sqrt(n))
