"""Looking for the best values of one or two terms: a grid, ever finer ones around the best value, and a last polish.

Every trial uses the same draws and the order of trials is fixed, so that the answer is the same on every machine. What
is searched is the sample's own function of the terms: steps (chances) and kinks (limits) do no harm to grids, for no
slope is used. But grids stall where one party gains what the other loses: there what is better and what is allowed
point in nearly opposite directions, and the way along the bound lies between the points of any grid. So the answer is
polished by ``scipy.optimize`` (COBYQA, which follows bounds by models of them), from the best point of the grid and
from where the grids ended, and kept where it is better.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray

from vbcsim.core.errors import BadInput
from vbcsim.negotiate.question import Question, Tried

__all__ = ["best", "scales"]

Floats = NDArray[np.float64]
_STENCIL = (-1.0, -0.5, 0.0, 0.5, 1.0)
_MOST_ROUNDS = 80
_RADIUS, _LAST_RADIUS, _MOST_TRIALS = 0.05, 1e-6, 40
"""Of the polish: where it begins and ends to look around, as parts of the ranges, and its trials."""
_ROUGH = 1e-4
_BACK = (0.0, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1)
"""How far back to the start of the polish a point within the bounds is looked for."""
_MET = 0.05
"""A goal with = is met by two terms where the figure is this part of its Monte Carlo error from the bound."""


class _Known:
    """Trials that are made once: finer grids meet the points of coarser ones again."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self._found: dict[tuple[float, ...], Tried] = {}

    def at(self, x: Floats) -> Tried:
        """As ``Question.at``."""
        names = [self._name(row) for row in x]
        new = [k for k, name in enumerate(names) if name not in self._found]
        if new:
            tried = self._tried(x[new])
            self._found |= {names[k]: _one(tried, n) for n, k in enumerate(new)}
        return _joined([self._found[name] for name in names])

    def _tried(self, x: Floats) -> Tried:
        try:
            return self.question.at(x)
        except BadInput:
            # None of them is a contract: they are known as that.
            nothing = np.full((len(self.question.goals), len(x)), np.nan)
            unknown = np.full(len(x), np.nan)
            return Tried(x, nothing, nothing, unknown, unknown, np.zeros(len(x), dtype=bool))

    def _name(self, row: Floats) -> tuple[float, ...]:
        within = zip(row, self.question.ranges, strict=True)
        return tuple(round((float(value) - r.least) / r.width, 12) for value, r in within)


def _one(tried: Tried, k: int) -> Tried:
    part = slice(k, k + 1)
    return Tried(
        tried.x[part],
        tried.slack[:, part],
        tried.error[:, part],
        tried.aim[part],
        tried.aim_error[part],
        tried.possible[part],
    )


def _joined(parts: Sequence[Tried]) -> Tried:
    return Tried(
        np.concatenate([t.x for t in parts]),
        np.concatenate([t.slack for t in parts], axis=1),
        np.concatenate([t.error for t in parts], axis=1),
        np.concatenate([t.aim for t in parts]),
        np.concatenate([t.aim_error for t in parts]),
        np.concatenate([t.possible for t in parts]),
    )


def scales(tried: Tried) -> Floats:
    """How far the slack of each goal moves over the trials (goal, 1): the measure of a miss."""
    if not len(tried.slack):
        return np.ones((0, 1))
    found: Floats = np.nanmax(tried.slack, axis=1, keepdims=True) - np.nanmin(tried.slack, axis=1, keepdims=True)
    return np.where(found > 0.0, found, 1.0)


def best(question: Question, tried: Tried, fine: float) -> tuple[Floats, bool]:
    """The best values (term,) and whether they meet every goal.

    :param tried: the grid to begin with.
    :param fine: where the search ends, as a part of the ranges.
    """
    scale = scales(tried)
    low = np.array([r.least for r in question.ranges])
    width = np.array([r.width for r in question.ranges])
    size = round(len(tried.x) ** (1.0 / len(question.ranges)))
    first, _ = _first(question, tried, scale)
    centre, reach, known = tried.x[first], 1.0 / (size - 1), _Known(question)
    offsets = np.array(list(product(_STENCIL, repeat=len(question.ranges))))
    for _ in range(_MOST_ROUNDS):
        if reach <= fine:
            break
        around = np.clip(centre + reach * width * offsets, low, low + width)
        points = np.unique(np.concatenate([centre[None], around]), axis=0)
        trial = known.at(points)
        where, _ = _first(question, trial, scale)
        moved = np.abs(points[where] - centre) / width
        centre = points[where]
        # At the rim of the finer grid the best may lie further on; elsewhere it lies within.
        inner = (centre <= low) | (centre >= low + width) | (moved < 0.99 * reach)
        reach *= 0.5 if inner.all() else 1.0
    # A rough answer is polished from one end only.
    starts = (centre,) if fine > _ROUGH else (centre, tried.x[first])
    points = np.concatenate([centre[None], *(_polished(known, tried, start) for start in starts)])
    trial = known.at(points)
    where, met = _first(question, trial, scale)
    return points[where], met


def _polished(known: _Known, tried: Tried, start: Floats) -> Floats:
    """What a search that follows the bounds finds from a start (trial, term), and points on the way back to the start.

    It may end a hair beyond a bound; one of the points before it is then within.
    """
    from scipy.optimize import NonlinearConstraint, minimize

    question = known.question
    scale = scales(tried)
    low = np.array([r.least for r in question.ranges])
    width = np.array([r.width for r in question.ranges])
    spread = float(np.nanmax(tried.aim) - np.nanmin(tried.aim)) or 1.0
    bounds = [k for k in range(len(question.goals)) if k not in question.equal]

    def at(unit: Floats) -> Tried:
        return known.at((low + width * np.clip(unit, 0.0, 1.0))[None])

    def loss(unit: Floats) -> float:
        trial = at(unit)
        if not trial.possible[0]:
            return 1.0 + len(question.goals)
        if question.objective is None:
            return float(_miss(question, trial, scale)[0])
        return float(-trial.aim[0] / spread)

    def room(unit: Floats) -> Floats:
        return np.nan_to_num(at(unit).slack[bounds, 0] / scale[bounds, 0], nan=-1.0)

    # Without an objective the miss is what is to be small, and bounds are part of it.
    kept = [NonlinearConstraint(room, 0.0, np.inf)] if bounds and question.objective is not None else []
    options = {"initial_tr_radius": _RADIUS, "final_tr_radius": _LAST_RADIUS, "maxfev": _MOST_TRIALS}
    unit = (start - low) / width
    box = [(0.0, 1.0)] * len(unit)
    end = np.clip(minimize(loss, unit, method="COBYQA", bounds=box, constraints=kept, options=options).x, 0.0, 1.0)
    return np.asarray(low + width * (end + np.array(_BACK)[:, None] * (unit - end)))


def _miss(question: Question, tried: Tried, scale: Floats) -> Floats:
    """How far each trial is from meeting the goals (trial,): the root of the squared misses, each in its own scale.

    So a goal that no value can help does not keep the others from being met; 0 where all are.
    """
    if not len(tried.slack):
        return np.where(tried.possible, 0.0, np.nan)
    short = np.maximum(-tried.slack, 0.0)
    for k in question.equal:
        short[k] = np.abs(tried.slack[k])
    return np.asarray(np.sqrt(((short / scale) ** 2).sum(axis=0)))


def _first(question: Question, tried: Tried, scale: Floats) -> tuple[int, bool]:
    """The best trial: nearest to meeting the goals, then the best objective, then nearest to the present contract."""
    miss = np.where(tried.possible, _miss(question, tried, scale), np.inf)
    aim = np.where(tried.possible, tried.aim, -np.inf)
    width = np.array([r.width for r in question.ranges])
    far = (((tried.x - np.array(question.present)) / width) ** 2).sum(axis=1)
    k = int(np.lexsort((far, -aim, miss))[0])
    close = [abs(tried.slack[e, k]) <= max(_MET * tried.error[e, k], 1e-9 * scale[e, 0]) for e in question.equal]
    others = [g for g in range(len(question.goals)) if g not in question.equal]
    return k, bool(tried.possible[k] and all(close) and (tried.slack[others, k] >= 0.0).all())
