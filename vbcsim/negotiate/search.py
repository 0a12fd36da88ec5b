"""Looking for the best values of one or two terms: a grid, and then ever finer ones around the best value found.

Every trial uses the same draws and the order of trials is fixed, so that the answer is the same on every machine. What
is searched is the sample's own function of the terms: steps (chances) and kinks (limits) do no harm, for no slope is
used.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray

from vbcsim.negotiate.question import Question, Tried

__all__ = ["best", "scales"]

Floats = NDArray[np.float64]
_STENCIL = (-1.0, -0.5, 0.0, 0.5, 1.0)
_MOST_ROUNDS = 80
_MET = 0.05
"""A goal with = is met by two terms where the figure is this part of its Monte Carlo error from the bound."""


class _Known:
    """Trials that are made once: finer grids meet the points of coarser ones again."""

    def __init__(self, question: Question) -> None:
        self._question = question
        self._found: dict[tuple[float, ...], Tried] = {}

    def at(self, x: Floats) -> Tried:
        """As ``Question.at``."""
        names = [self._name(row) for row in x]
        new = [k for k, name in enumerate(names) if name not in self._found]
        if new:
            tried = self._question.at(x[new])
            self._found |= {names[k]: _one(tried, n) for n, k in enumerate(new)}
        return _joined([self._found[name] for name in names])

    def _name(self, row: Floats) -> tuple[float, ...]:
        within = zip(row, self._question.ranges, strict=True)
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
    where, _ = _first(question, tried, scale)
    centre, reach, known = tried.x[where], 1.0 / (size - 1), _Known(question)
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
    return centre, _first(question, known.at(centre[None]), scale)[1]


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
