"""Stochastic dominance of one design over another, on the same draws, so stated that noise does not call it.

First order: whatever amount x is asked for, a is at least as likely to exceed it as b (every party that prefers more
money prefers a). Second order: E(x - a)+ <= E(x - b)+ at every x (every such party that dislikes risk prefers a). First
order implies second order.

**The rule.** Both are claims about every threshold x, and noise could make them by chance. A draw *speaks against* a at
x when it favours b there. a is said to dominate when at every threshold either no draw speaks against it, or the draws
in its favour outweigh those against it by three standard errors of that balance, less an allowance of nine draws (3
squared: with fewer no balance can reach three errors), and never by less than nothing; and when somewhere, or in the
mean, they outweigh them by three full errors. The errors are paired, and as every threshold must pass (an
intersection-union test), the whole claim is wrong no more often than one test: about once in 700.

So equal designs never dominate, a rare loss seen in two draws is enough to deny dominance, and designs that differ by
payments of one sign are recognised at once. Not seen: a reversal that happens in fewer than about nine draws of n and
is hidden by as many in favour, or in fewer than five and drawn in none. Not called: dominance so slight, or so exactly
balanced (a mean-preserving spread), that the draws cannot tell it from noise.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["ERRORS", "HALF_A_CENT", "Dominance", "dominance"]

Array = NDArray[np.float64]
Verdict = Literal["a", "b", "none"]

ERRORS = 3.0
"""Standard errors that a balance of draws must exceed."""
HALF_A_CENT = 0.005
"""USD: amounts nearer than this are one amount; sums of money in floating point differ by less."""


class Dominance(NamedTuple):
    """Which of two designs dominates, in the first and in the second order."""

    first_order: Verdict
    second_order: Verdict


def dominance(a: Array, b: Array) -> Dominance:
    """Dominance between the amounts of two designs in the same draws, arrays (draw,) of USD."""
    a = np.where(np.abs(a - b) < HALF_A_CENT, b, a)
    better, worse = a > b, a < b
    up, down = (b[better], a[better]), (a[worse], b[worse])  # (low, high) of each draw that tells them apart
    thresholds = np.unique(np.concatenate([*up, *down]))
    integrals = _shortfall(thresholds, *up, a.size), _shortfall(thresholds, *down, a.size)
    # At the last threshold the integral is the difference of the means, which dominance of either order implies.
    means = _clearly(*_last(*integrals)), _clearly(*_last(*reversed(integrals)))
    first = _verdict(_crossed(thresholds, *up), _crossed(thresholds, *down), *means)
    return Dominance(first, first if first != "none" else _verdict(*integrals, *means))


class _Balance(NamedTuple):
    """What the draws that favour one design say at each threshold: how many, their sum, their sum of squares, of n."""

    draws: Array
    total: Array
    squares: Array
    per_draw: float


def _verdict(for_a: _Balance, for_b: _Balance, mean_a: bool, mean_b: bool) -> Verdict:
    """Who is favoured everywhere and clearly somewhere, or clearly in the mean."""
    if _favours(for_a, for_b) and (mean_a or _clearly(for_a, for_b)):
        return "a"
    return "b" if _favours(for_b, for_a) and (mean_b or _clearly(for_b, for_a)) else "none"


def _favours(ours: _Balance, theirs: _Balance) -> bool:
    """Whether the draws in our favour outweigh theirs at every threshold, by the rule of this module."""
    balance, error = _weigh(ours, theirs)
    count, squares = ours.draws + theirs.draws, ours.squares + theirs.squares
    allowance = ERRORS**2 * np.sqrt(squares / np.maximum(count, 1.0))
    return bool(np.all((theirs.draws == 0) | (balance >= np.maximum(ERRORS * error - allowance, 0.0))))


def _clearly(ours: _Balance, theirs: _Balance) -> bool:
    """Whether the draws in our favour outweigh theirs by three full errors at some threshold."""
    balance, error = _weigh(ours, theirs)
    return bool(np.any((balance > ERRORS * error) & (ours.draws > ERRORS**2)))


def _weigh(ours: _Balance, theirs: _Balance) -> tuple[Array, Array]:
    """The balance and its standard error, at each threshold."""
    balance = ours.total - theirs.total
    return balance, np.sqrt(np.maximum(ours.squares + theirs.squares - balance**2 * ours.per_draw, 0.0))


def _crossed(thresholds: Array, low: Array, high: Array) -> _Balance:
    """Draws with low <= x < high: one design exceeds x there and the other does not."""
    count = _number_at_most(thresholds, low) - _number_at_most(thresholds, high)
    return _Balance(count, count, count, 0.0)


def _shortfall(thresholds: Array, low: Array, high: Array, n: int) -> _Balance:
    """What the draws add to E(x - .)+ of the worse design over the better: min(x, high) - low where x > low.

    Sums over draws at all thresholds at once, from running sums of the sorted ends; values are taken from the middle of
    the range so that squares lose no digits.
    """
    if low.size == 0:
        nothing = np.zeros(thresholds.size)
        return _Balance(nothing, nothing, nothing, 1.0 / n)
    middle = 0.5 * (thresholds[0] + thresholds[-1])
    x, low, high = thresholds - middle, low - middle, high - middle
    by_low, by_high = low[np.argsort(low, kind="stable")], np.argsort(high, kind="stable")
    started = np.searchsorted(by_low, x, side="left")
    ended = np.searchsorted(high[by_high], x, side="left")
    low_of_ended, width = low[by_high], (high - low)[by_high]
    started_low, started_low2 = _running(by_low)[started], _running(by_low**2)[started]
    ended_low, ended_low2 = _running(low_of_ended)[ended], _running(low_of_ended**2)[ended]
    open_count = started - ended
    total = open_count * x - (started_low - ended_low) + _running(width)[ended]
    squares = open_count * x**2 - 2 * x * (started_low - ended_low) + (started_low2 - ended_low2)
    return _Balance(started.astype(float), total, np.maximum(squares, 0.0) + _running(width**2)[ended], 1.0 / n)


def _last(*balances: _Balance) -> tuple[_Balance, ...]:
    return tuple(_Balance(b.draws[-1:], b.total[-1:], b.squares[-1:], b.per_draw) for b in balances)


def _number_at_most(thresholds: Array, values: Array) -> Array:
    return np.searchsorted(np.sort(values), thresholds, side="right").astype(float)


def _running(values: Array) -> Array:
    """Running sum that starts with nought: entry k is the sum of the first k."""
    return np.concatenate([[0.0], np.cumsum(values)])
