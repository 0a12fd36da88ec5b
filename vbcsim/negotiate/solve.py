"""Solving for a term: the largest, the smallest or the fair value of a figure that meets a goal under constraints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vbcsim.core.errors import BadInput
from vbcsim.negotiate.goal import Goal
from vbcsim.negotiate.variants import Variants

__all__ = ["Solution", "solve"]

Floats = NDArray[np.float64]
Want = Literal["largest", "smallest"]
_GRID = 41
_HALVINGS = 40
_STEPS = 12
"""Points tried at once while a bracket is narrowed: each round makes it eleven times smaller."""


@dataclass(frozen=True)
class Solution:
    """What was found: the value, how firmly the draws tell it, and every goal's figure there."""

    term: str
    value: float
    """The value that meets every goal; where none does, the one that comes nearest."""
    met: bool
    interval: tuple[float, float]
    """Values at which the deciding goal is within two Monte Carlo errors of its bound."""
    binding: Goal
    """The goal that decides."""
    figures: tuple[tuple[Goal, float, float], ...]
    """Each goal with its figure and Monte Carlo error at the value."""
    present: float
    """The figure's value in the design."""
    crossings: int
    """How often meeting and missing change along the range; above one, other values meet the goals as well."""


def solve(
    variants: Variants, term: str, goals: Sequence[Goal], *, least: float, most: float, want: Want = "largest"
) -> Solution:
    """The value of one figure in [least, most] that meets every goal: the largest or smallest, or where ``=`` holds.

    All values are tried on the same draws, so the answer is exact for those draws; ``interval`` says how far other
    draws would move it. Goals with ``=`` are met at a crossing.

    :raises BadInput: on an empty range, no goal, or a figure that the design does not have.
    """
    if not goals:
        raise BadInput("goal", "there is none; say what is to be reached, as in provider.p_loss <= 5%")
    if not least < most:
        raise BadInput("range", f"from {least:g} to {most:g} is empty; give a smaller number first")
    present = variants.value(term)
    x = np.linspace(least, most, _GRID)
    slack, error = _slacks(variants, term, goals, x)
    equal = [k for k, goal in enumerate(goals) if goal.sign == "="]
    if len(equal) > 1:
        raise BadInput("goal", "two goals with = cannot both be met by one figure; keep one, or bound the other")
    if equal:
        return _crossing(variants, term, goals, equal[0], x, slack, error, present)
    met: NDArray[np.bool_] = np.asarray((slack >= 0.0).all(axis=0))
    crossings = int(np.count_nonzero(met[1:] != met[:-1]))
    if not met.any():
        return _nearest(variants, term, goals, x, slack, error, present)
    inside = int(np.flatnonzero(met)[-1 if want == "largest" else 0])
    outside = inside + (1 if want == "largest" else -1)
    value = float(x[inside])
    if 0 <= outside < len(x):
        value = _edge(variants, term, goals, float(x[inside]), float(x[outside]))
    return _solution(variants, term, goals, value, x, slack, error, present, met=True, crossings=crossings)


def _slacks(variants: Variants, term: str, goals: Sequence[Goal], x: Floats) -> tuple[Floats, Floats]:
    """Slack and error of every goal at every value (goal, value)."""
    nets = variants.nets([{term: float(v)} for v in x])
    found = [goal.slack(nets) for goal in goals]
    return np.stack([f.value for f in found]), np.stack([f.mcse for f in found])


def _edge(variants: Variants, term: str, goals: Sequence[Goal], inside: float, outside: float) -> float:
    """The last value that meets the goals between one that does and one that does not, to nine digits."""
    for _ in range(_HALVINGS):
        if abs(outside - inside) <= 1e-9 * max(abs(inside), abs(outside)):
            break
        x = np.linspace(inside, outside, _STEPS)[1:-1]
        met = (_slacks(variants, term, goals, x)[0] >= 0.0).all(axis=0)
        first_out = int(np.argmin(met)) if not met.all() else len(x)
        points = np.concatenate([[inside], x, [outside]])
        inside, outside = float(points[first_out]), float(points[first_out + 1])
    return inside


def _crossing(
    variants: Variants,
    term: str,
    goals: Sequence[Goal],
    equal: int,
    x: Floats,
    slack: Floats,
    error: Floats,
    present: float,
) -> Solution:
    """Where the figure of the goal with ``=`` passes its bound, the others being met."""
    others = np.delete(slack, equal, axis=0)
    fine: NDArray[np.bool_] = np.asarray((others >= 0.0).all(axis=0)) if len(others) else np.ones(len(x), dtype=bool)
    sign = np.sign(slack[equal])
    turns = [k for k in range(len(x) - 1) if sign[k] * sign[k + 1] <= 0.0 and fine[k] and fine[k + 1]]
    if not turns:
        return _nearest(variants, term, goals, x, np.where(_equal(goals), -np.abs(slack), slack), error, present)
    low, high = float(x[turns[0]]), float(x[turns[0] + 1])
    rising = slack[equal][turns[0] + 1] >= slack[equal][turns[0]]
    for _ in range(_HALVINGS):
        if abs(high - low) <= 1e-9 * max(abs(low), abs(high), 1e-9):
            break
        points = np.linspace(low, high, _STEPS)
        value = _slacks(variants, term, [goals[equal]], points)[0][0]
        above = value >= 0.0 if rising else value <= 0.0
        k = int(np.argmax(above)) if above.any() else len(points) - 1
        low, high = float(points[max(k - 1, 0)]), float(points[k])
    return _solution(variants, term, goals, high, x, slack, error, present, met=True, crossings=len(turns))


def _equal(goals: Sequence[Goal]) -> NDArray[np.bool_]:
    """Whether each goal is to be met exactly, as a column."""
    return np.array([[goal.sign == "="] for goal in goals])


def _nearest(
    variants: Variants, term: str, goals: Sequence[Goal], x: Floats, slack: Floats, error: Floats, present: float
) -> Solution:
    """The value that comes nearest: where the worst goal, in its own spread over the range, misses least."""
    spread = np.maximum(np.ptp(slack, axis=1, keepdims=True), 1e-300)
    worst = (slack / spread).min(axis=0)
    return _solution(
        variants, term, goals, float(x[int(np.argmax(worst))]), x, slack, error, present, met=False, crossings=0
    )


def _solution(
    variants: Variants,
    term: str,
    goals: Sequence[Goal],
    value: float,
    x: Floats,
    slack: Floats,
    error: Floats,
    present: float,
    *,
    met: bool,
    crossings: int,
) -> Solution:
    nets = variants.nets([{term: value}])
    there = [goal.figure.of(nets) for goal in goals]
    at = [goal.slack(nets) for goal in goals]
    spread = np.maximum(np.ptp(slack, axis=1), 1e-300)
    binding = int(np.argmin([float(a.value[0]) / s for a, s in zip(at, spread, strict=True)]))
    near = np.abs(slack[binding]) <= 2.0 * error[binding]
    interval = (value, value)
    if near.any():
        around = [*x[near].tolist(), value]
        interval = (min(around), max(around))
    figures = tuple((g, float(f.value[0]), float(f.mcse[0])) for g, f in zip(goals, there, strict=True))
    return Solution(term, value, met, interval, goals[binding], figures, present, crossings)
