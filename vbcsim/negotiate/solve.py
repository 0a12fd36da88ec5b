"""Solving for one or two terms: the values that meet every goal, how firmly the draws tell them, and what is left over.

All values are tried on the same draws, so an answer is exact for those draws and deterministic. Two things are told of
it beside. The *error* of a value: how far other draws would move it. And the *optimism*: an answer chosen on some draws
looks better on them than on others, so it is also found on one half of the draws and measured on the other, both ways.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from vbcsim.negotiate.goal import Goal, Objective
from vbcsim.negotiate.question import Question, Range, Tried
from vbcsim.negotiate.search import best, scales
from vbcsim.outcomes.distribution import Estimate

__all__ = ["Question", "Range", "Second", "Solution", "solve"]

Floats = NDArray[np.float64]
_ROUNDS = 40
_STEPS = 12
"""Values tried at once while a bracket is narrowed: each round makes it eleven times smaller."""
_FINE = 1e-9
"""Where the search of one term ends, as a part of the value."""
_FINE_SEARCH, _FINE_PARTS = 1e-5, 3e-3
"""Where what is searched on a grid ends, as a part of the range; and what is searched on parts of the draws."""
_FEWEST = 4
_PARTS = 5
"""The error of what is searched on a grid comes from answers on so many parts of the draws."""


@dataclass(frozen=True)
class Second:
    """The answers on each half of the draws, and what goals' figures are on that half and on the other."""

    values: tuple[tuple[float, ...], ...]
    """By half: the value of each term."""
    inside: tuple[float, ...]
    """By figure (goals, then the objective): on the half on which the answer was found, mean of both."""
    outside: tuple[Estimate, ...]
    """By figure: on the half that was held out, mean of both, with its Monte Carlo error."""


@dataclass(frozen=True)
class Solution:
    """What was found: the values, how firmly the draws tell them, and every goal's figure there."""

    question: Question
    values: tuple[float, ...]
    """The values that meet every goal; where none do, those that come nearest."""
    met: bool
    binding: Goal | None
    """The goal that decides; none where the ends of the ranges do."""
    figures: tuple[tuple[Goal, float, float], ...]
    """Each goal with its figure and Monte Carlo error at the values."""
    aim: tuple[Objective, float, float] | None
    """The objective with its value and error there."""
    bounds: tuple[float, ...]
    """The bound of each goal."""
    reach: tuple[float, ...]
    """By goal: the figure that is deepest inside it over the values tried."""
    crossings: int
    """How often meeting and missing change along the range of one term."""
    left_out: int
    """Trials of the first grid that make no possible contract."""
    errors: tuple[float, ...] = ()
    """Monte Carlo error of each value; NaN where the draws do not tell it."""
    second: Second | None = None
    ends: tuple[bool, ...] = field(default=())
    """Whether each value is an end of its range."""

    @property
    def value(self) -> float:
        """The value of the only, or of the first, term."""
        return self.values[0]

    @property
    def present(self) -> float:
        """That term in the design."""
        return self.question.present[0]


def solve(question: Question, *, errors: bool = True, halves: bool = True) -> Solution:
    """The answer to a question.

    One term without an objective: the largest or smallest value that meets every goal, or where the goal with ``=`` is
    met. Else the values with the best objective among those that meet every goal; of two goals with ``=``, the values
    that meet both.

    :param errors: also find the Monte Carlo error of the values.
    :param halves: also find the answer on either half of the draws and measure it on the other; as much work again.
    :raises BadInput: where no value makes a contract that can be.
    """
    found = _answer(question, _FINE_SEARCH)
    return replace(
        found,
        errors=_errors(found) if errors and found.met else (),
        second=_second(question) if halves and found.met and question.variants.draws >= _FEWEST else None,
    )


def _answer(question: Question, fine: float) -> Solution:
    tried = question.at(question.grid(coarse=fine > _FINE_SEARCH))
    crossings = 0
    if len(question.ranges) == 1 and question.objective is None:
        values, met, crossings = _of_one(question, tried, fine)
    else:
        values, met = best(question, tried, fine)
    return _solution(question, tried, values, met, crossings)


def _of_one(question: Question, tried: Tried, fine: float) -> tuple[Floats, bool, int]:
    """The largest, smallest or fair value of one term; whether it meets the goals; how often that changes."""
    if question.equal:
        return _crossing(question, tried, fine)
    met: NDArray[np.bool_] = np.asarray((tried.slack >= 0.0).all(axis=0))
    if not met.any():
        return (*best(question, tried, fine), 0)
    inside = int(np.flatnonzero(met)[-1 if question.want == "largest" else 0])
    outside = inside + (1 if question.want == "largest" else -1)
    value = float(tried.x[inside, 0])
    if 0 <= outside < len(tried.x):
        value = _edge(question, value, float(tried.x[outside, 0]), _FINE if fine == _FINE_SEARCH else fine)
    return np.array([value]), True, int(np.count_nonzero(met[1:] != met[:-1]))


def _edge(question: Question, inside: float, outside: float, fine: float) -> float:
    """The last value that meets the goals between one that does and one that does not, to nine digits."""
    for _ in range(_ROUNDS):
        if abs(outside - inside) <= fine * max(abs(inside), abs(outside)):
            break
        points = np.linspace(inside, outside, _STEPS)
        met = (question.at(points[:-1, None]).slack >= 0.0).all(axis=0)
        first_out = int(np.argmin(met)) if not met.all() else len(points) - 1
        inside, outside = float(points[max(first_out - 1, 0)]), float(points[first_out])
    return inside


def _crossing(question: Question, tried: Tried, fine: float) -> tuple[Floats, bool, int]:
    """Where the figure of the goal with ``=`` passes its bound, the others being met, next to the present value."""
    (equal,) = question.equal
    others = np.delete(tried.slack, equal, axis=0)
    kept = tried.possible & (others >= 0.0).all(axis=0)
    slack = tried.slack[equal]
    turns = [k for k in range(len(slack) - 1) if slack[k] * slack[k + 1] <= 0.0 and kept[k] and kept[k + 1]]
    if not turns:
        return (*best(question, tried, fine), 0)
    (present,), (within,) = question.present, question.ranges
    if within.least <= present <= within.most and not question.at(np.array([[present]])).slack[equal].any():
        return np.array([present]), True, len(turns)
    turn = min(turns, key=lambda k: abs(float(tried.x[k : k + 2, 0].mean()) - present))
    low, high = float(tried.x[turn, 0]), float(tried.x[turn + 1, 0])
    rising = slack[turn + 1] >= slack[turn]
    for _ in range(_ROUNDS):
        if abs(high - low) <= _FINE * max(abs(low), abs(high), _FINE):
            break
        points = np.linspace(low, high, _STEPS)
        value = question.at(points[:, None]).slack[equal]
        above = value >= 0.0 if rising else value <= 0.0
        k = int(np.argmax(above)) if above.any() else len(points) - 1
        low, high = float(points[max(k - 1, 0)]), float(points[k])
    return np.array([high]), True, len(turns)


def _solution(question: Question, tried: Tried, values: Floats, met: bool, crossings: int) -> Solution:
    there, figures, bounds = question.at(values[None]), question.figures(values), question.bounds()
    low = np.array([r.least for r in question.ranges])
    high = np.array([r.most for r in question.ranges])
    aim = None
    if question.objective is not None:
        objective = question.objective
        aim = (objective, float(objective.sign * there.aim[0]), float(there.aim_error[0]))
    deepest = np.nanargmax(np.where(_exact(question), -np.abs(tried.slack), tried.slack), axis=1) if figures else []
    return Solution(
        question=question,
        values=tuple(map(float, values)),
        met=met,
        binding=_binding(question, tried, there, met),
        figures=tuple((g, float(f.value), float(f.mcse)) for g, f in zip(question.goals, figures, strict=False)),
        aim=aim,
        bounds=tuple(bounds),
        reach=tuple(
            bound + float(tried.slack[k, at]) * (-1.0 if goal.sign == "<=" else 1.0)
            for k, (goal, bound, at) in enumerate(zip(question.goals, bounds, deepest, strict=True))
        ),
        crossings=crossings,
        left_out=int(np.count_nonzero(~tried.possible)),
        ends=tuple(map(bool, (values <= low) | (values >= high))),
    )


def _exact(question: Question) -> NDArray[np.bool_]:
    """Whether each goal is to be met exactly, as a column."""
    return np.array([goal.sign == "=" for goal in question.goals], dtype=bool).reshape(-1, 1)


def _binding(question: Question, tried: Tried, there: Tried, met: bool) -> Goal | None:
    """The goal with least slack, in its own scale; none where all are met with room to spare."""
    if not question.goals:
        return None
    slack = there.slack[:, 0] / scales(tried)[:, 0]
    slack = np.where(_exact(question)[:, 0], -np.abs(slack), slack)
    k = int(np.argmin(slack))
    room = there.slack[k, 0] > there.error[k, 0] and question.goals[k].sign != "="
    return None if met and room and slack[k] > 1e-3 else question.goals[k]


def _errors(found: Solution) -> tuple[float, ...]:
    """Monte Carlo error of each value.

    Of one term whose value a goal decides: the error of the goal's figure over how steeply it moves there. At an end of
    the range that no goal decides, 0. Else the spread of the answers on parts of the draws over the root of their
    number.
    """
    question = found.question
    if len(found.values) == 1 and question.objective is None:
        return (_error_of_edge(found),)
    size = question.variants.draws // _PARTS
    if size < 2:
        return tuple(np.nan for _ in found.values)
    parts = [question.between(k * size, (k + 1) * size) for k in range(_PARTS)]
    values = np.array([_answer(part, _FINE_PARTS).values for part in parts])
    return tuple(map(float, values.std(axis=0, ddof=1) / np.sqrt(_PARTS)))


def _error_of_edge(found: Solution) -> float:
    question, value = found.question, found.values[0]
    if found.binding is None:
        return 0.0
    k = question.goals.index(found.binding)
    (within,) = question.ranges
    step = within.width / (len(question.grid()) - 1)
    ends = np.clip([value - step, value, value + step], within.least, within.most)
    near = question.at(ends[:, None])
    kept = np.flatnonzero(near.possible)
    rise = near.slack[k, kept[-1]] - near.slack[k, kept[0]]
    run = ends[kept[-1]] - ends[kept[0]]
    return float(near.error[k, 1] * run / abs(rise)) if rise else float("nan")


def _second(question: Question) -> Second:
    """The answers on both halves of the draws, each measured on its own half and on the other."""
    draws = question.variants.draws
    halves = [question.between(0, draws // 2), question.between(draws - draws // 2, draws)]
    answers = [_answer(half, _FINE_PARTS) for half in halves]
    values = [np.array(answer.values) for answer in answers]
    inside = [_plain(half.figures(x)) for half, x in zip(halves, values, strict=True)]
    held_out = [half.figures(x) for half, x in zip(reversed(halves), values, strict=True)]
    errors = np.array([[float(f.mcse) for f in row] for row in held_out])
    outside = np.mean([_plain(row) for row in held_out], axis=0)
    # Two halves: the mean of two independent figures.
    error = np.sqrt((errors**2).sum(axis=0)) / 2.0
    return Second(
        values=tuple(answer.values for answer in answers),
        inside=tuple(map(float, np.mean(inside, axis=0))),
        outside=tuple(Estimate(v, e) for v, e in zip(outside, error, strict=True)),
    )


def _plain(figures: Sequence[Estimate]) -> list[float]:
    return [float(f.value) for f in figures]
