"""Risk measures of a sample of draws, each with its Monte Carlo standard error.

Every function takes an array whose last axis is the draw and works on all other axes at once; it returns the estimate
and its standard error (MCSE): the standard deviation that the estimate would show over repeated studies with as many
draws. Draws are independent and equally likely. Where they cannot tell an error (a single draw), it is NaN.
"""

from __future__ import annotations

import math
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Estimate",
    "mean",
    "probability",
    "quantile",
    "ratio",
    "standard_deviation",
    "tail_value_at_risk",
    "value_at_risk",
]

Array = NDArray[np.float64]

RULE_OF_THREE = 1.5
"""Least error of a probability, in draws: two errors then reach the rule of three (Hanley and Lippman-Hand 1983)."""


class Estimate(NamedTuple):
    """An estimate and its Monte Carlo standard error, arrays of one shape and unit."""

    value: Array
    mcse: Array


def mean(draws: Array) -> Estimate:
    """Mean; error s / sqrt(n)."""
    n = draws.shape[-1]
    return Estimate(draws.mean(axis=-1), np.sqrt(_variance(draws) / n))


def ratio(above: Array, below: Array) -> Estimate:
    """Ratio of two means over the same draws; NaN where the lower one is nought.

    Error by the delta method on paired draws: sd(above - ratio x below) / (sqrt(n) |mean below|).
    """
    bottom = below.mean(axis=-1)
    known = np.where(bottom == 0.0, np.nan, bottom)
    found = above.mean(axis=-1) / known
    return Estimate(found, mean(above - found[..., None] * below).mcse / np.abs(known))


def standard_deviation(draws: Array) -> Estimate:
    """Standard deviation s (n - 1 in the denominator); error from the fourth central moment.

    Var(s^2) = (m4 - s^4 (n - 3) / (n - 1)) / n and, by the delta method, MCSE(s) = sqrt(Var(s^2)) / (2 s), with no
    assumption of normality. A very heavy tail makes it too small, as it does any error of s.
    """
    n = draws.shape[-1]
    variance = _variance(draws)
    fourth = ((draws - draws.mean(axis=-1, keepdims=True)) ** 4).mean(axis=-1)
    spread = np.sqrt(variance)
    error = np.sqrt(np.maximum(fourth - variance**2 * (n - 3) / max(n - 1, 1), 0.0) / n)
    with np.errstate(divide="ignore", invalid="ignore"):
        return Estimate(spread, np.where(spread > 0, error / (2 * spread), variance))


def probability(hits: NDArray[np.bool_]) -> Estimate:
    """Share of draws that hit; error sqrt(p (1 - p) / n), but never below 1.5 / n.

    Where no draw hits, or all do, the plug-in error would be nought and claim certainty; with 1.5 / n, two errors
    reach 3 / n, the 95 % bound of the rule of three.
    """
    n = hits.shape[-1]
    p = hits.mean(axis=-1)
    return Estimate(p, np.maximum(np.sqrt(p * (1 - p) / n), RULE_OF_THREE / n))


def quantile(ordered: Array, p: float) -> Estimate:
    """Quantile at ``p`` of draws **sorted along the last axis**: an order statistic; Maritz-Jarrett error.

    Where n p is whole, every value between two neighbouring draws is a p-quantile: the one nearer the median is taken
    (the median itself is their midpoint). Nothing is interpolated elsewhere, for a settlement has atoms (no payment, a
    limit reached) between which no amount is possible. Losses mirror gains exactly: q(p) of X is -q(1 - p) of -X, and
    the negative of the 5 % quantile of net is the textbook value at risk of the loss.

    The error is the standard deviation of that order statistic under resampling, which has a closed form: beta weights
    on the sorted draws (Maritz and Jarrett 1978, JASA 73:194). It needs no density, so an atom gives the right nought.
    """
    low, high = order_positions(ordered.shape[-1], p)
    value = 0.5 * (ordered[..., low] + ordered[..., high]) if low != high else ordered[..., low].copy()
    start, weight = _maritz_jarrett(ordered.shape[-1], low, high)
    window = ordered[..., start : start + weight.size] - value[..., None]
    first = (window * weight).sum(axis=-1)
    second = (window**2 * weight).sum(axis=-1)
    error = np.sqrt(np.maximum(second - first**2, 0.0))
    return Estimate(value, error if ordered.shape[-1] > 1 else np.full_like(error, np.nan))


def value_at_risk(ordered: Array, level: float) -> Estimate:
    """VaR of the loss at ``level``: minus the (1 - level) quantile of the amounts, sorted; positive is a loss."""
    below = quantile(ordered, float(1 - _exact(level)))
    return Estimate(0.0 - below.value, below.mcse)  # 0.0 - x leaves no negative zero


def tail_value_at_risk(ordered: Array, level: float) -> Estimate:
    """TVaR at ``level``: mean loss of the worst (1 - level) of the sorted amounts; positive is a loss.

    The mean of VaR over the levels above ``level`` (Acerbi and Tasche 2002): where n (1 - level) is not whole, the draw
    at the edge counts in part. Error by the influence function (L - VaR)+ / (1 - level), the derivative of the
    Rockafellar-Uryasev form of TVaR, whose standard deviation over sqrt(n) it is.
    """
    n = ordered.shape[-1]
    tail = float(1 - _exact(level))
    whole = math.floor(n * (1 - _exact(level)))
    part = float(n * (1 - _exact(level)) - whole)
    worst = ordered[..., :whole].sum(axis=-1)
    if part:
        worst = worst + part * ordered[..., whole]
    edge = -value_at_risk(ordered, level).value
    excess = np.maximum(edge[..., None] - ordered, 0.0)
    return Estimate(0.0 - worst / (n * tail), np.sqrt(_variance(excess) / n) / tail)


def order_positions(n: int, p: float) -> tuple[int, int]:
    """Positions, from 0, of the sorted draws whose midpoint is the p-quantile; equal but for a median of even n."""
    exact = _exact(p)
    if not 0 < exact < 1:
        raise ValueError(f"a quantile needs a probability between 0 and 1, not {p!r}")
    below = math.ceil(n * exact) - 1
    above = min(math.floor(n * exact), n - 1)
    if exact == Fraction(1, 2):
        return below, above
    return (above, above) if exact < Fraction(1, 2) else (below, below)


def _exact(p: float) -> Fraction:
    """The decimal that was meant by a float such as .95, so that n p is whole when it should be."""
    return Fraction(p).limit_denominator(10**9)


def _variance(draws: Array) -> Array:
    """Sample variance; NaN for a single draw."""
    n = draws.shape[-1]
    if n < 2:
        return np.full(draws.shape[:-1], np.nan)
    return draws.var(axis=-1, ddof=1)


@lru_cache(maxsize=256)
def _maritz_jarrett(n: int, low: int, high: int) -> tuple[int, Array]:
    """First position and weights of the sorted draws: the order statistic's beta law, cut where it is below 1e-15."""
    from scipy.special import betainc

    a = 0.5 * (low + high) + 1.0
    b = n + 1.0 - a
    reach = 9.0 * math.sqrt(a * b / (n + 1.0)) + 40.0
    start, stop = max(0, math.floor(a - reach)), min(n, math.ceil(a + reach))
    weight = np.diff(betainc(a, b, np.arange(start, stop + 1) / n))
    weight.flags.writeable = False
    return start, weight
