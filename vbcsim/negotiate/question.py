"""What is asked of one or two terms: their ranges, the goals and the objective; and every answer that can be tried.

A trial settles the contract with the terms at given values on all draws of the run, so that any two trials differ by
the contract alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product

import numpy as np
from numpy.typing import NDArray

from vbcsim.core.errors import BadInput
from vbcsim.negotiate.goal import Goal, Objective
from vbcsim.negotiate.variants import Variants
from vbcsim.outcomes.distribution import Estimate

__all__ = ["Question", "Range", "Tried", "usual_range"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
MOST_TERMS = 2
_GRID = {1: 41, 2: 15}
_COARSE = {1: 41, 2: 9}
"""Values of each term that are tried first, by the number of terms; on parts of the draws fewer."""


@dataclass(frozen=True)
class Range:
    """A term and the values between which it may move."""

    term: str
    least: float
    most: float

    @property
    def width(self) -> float:
        """Length of the range."""
        return self.most - self.least


def usual_range(present: float) -> tuple[float, float]:
    """Where a figure is looked for when nobody says: between 0 and 1, or up to twice what lies outside."""
    return (0.0, 1.0) if 0.0 <= present <= 1.0 else (min(0.0, 2.0 * present), max(0.0, 2.0 * present))


@dataclass(frozen=True)
class Tried:
    """Trials: values of the terms (trial, term) and what they give; NaN where there is no such contract."""

    x: Floats
    slack: Floats
    """(goal, trial): not below zero where the goal is met; for ``=`` zero where it is."""
    error: Floats
    """(goal, trial)"""
    aim: Floats
    """(trial,): the objective, as large as possible; 0 without one."""
    aim_error: Floats
    possible: Flags
    """(trial,): whether there is such a contract."""


@dataclass(frozen=True)
class Question:
    """One or two terms to be chosen so that every goal is met and the objective is as large as it can be."""

    variants: Variants
    ranges: tuple[Range, ...]
    goals: tuple[Goal, ...]
    objective: Objective | None = None
    want: str = "largest"
    """Without an objective: the ``largest`` or the ``smallest`` value of the only term."""

    def __post_init__(self) -> None:
        for found in self.ranges:
            self.variants.value(found.term)
            if not found.least < found.most:
                message = f"from {found.least:g} to {found.most:g} is empty; give a smaller number first"
                raise BadInput(f"range of {found.term}", message)
        _check(self.terms, self.goals, self.objective)

    @property
    def terms(self) -> tuple[str, ...]:
        """Names of the terms."""
        return tuple(found.term for found in self.ranges)

    @cached_property
    def present(self) -> tuple[float, ...]:
        """The terms as the design has them."""
        return tuple(self.variants.value(term) for term in self.terms)

    @cached_property
    def equal(self) -> tuple[int, ...]:
        """Positions of the goals that are to be met exactly."""
        return tuple(k for k, goal in enumerate(self.goals) if goal.sign == "=")

    def between(self, start: int, stop: int) -> Question:
        """The same question asked of some draws alone."""
        return replace(self, variants=self.variants.between(start, stop))

    def grid(self, *, coarse: bool = False) -> Floats:
        """Values to begin with (trial, term), evenly over the ranges."""
        size = (_COARSE if coarse else _GRID)[len(self.ranges)]
        return np.array(list(product(*(np.linspace(r.least, r.most, size) for r in self.ranges))))

    def at(self, x: Floats) -> Tried:
        """Try values of the terms (trial, term).

        :raises BadInput: where none of them makes a contract that can be.
        """
        changes = [dict(zip(self.terms, map(float, row), strict=True)) for row in x]
        nets, possible = self.variants.possible_nets(changes)
        found = [goal.slack(nets, self._others.get(goal.against)) for goal in self.goals]
        aim = self._aim(nets, x[possible])
        return Tried(
            x,
            _spread([f.value for f in found], possible),
            _spread([f.mcse for f in found], possible),
            _spread([aim.value], possible)[0],
            _spread([aim.mcse], possible)[0],
            possible,
        )

    def figures(self, x: Floats) -> list[Estimate]:
        """Each goal's figure at one value of the terms (term,), and the objective's where it is a figure."""
        nets = self.variants.nets([dict(zip(self.terms, map(float, x), strict=True))])
        asked = [goal.figure for goal in self.goals]
        if self.objective is not None and self.objective.figure is not None:
            asked.append(self.objective.figure)
        return [Estimate(f.value[0], f.mcse[0]) for f in (figure.of(nets) for figure in asked)]

    def bounds(self) -> list[float]:
        """The bound of each goal, in the unit of its figure."""
        return [
            float(goal.figure.of(self._others[goal.against]).value[0]) if goal.against else goal.bound
            for goal in self.goals
        ]

    @cached_property
    def _others(self) -> dict[str, dict[str, Floats]]:
        """Money under the designs that goals are set against."""
        return {name: self.variants.nets_of(name) for name in {goal.against for goal in self.goals} if name}

    def _aim(self, nets: Mapping[str, Floats], x: Floats) -> Estimate:
        if self.objective is None:
            return Estimate(np.zeros(len(x)), np.zeros(len(x)))
        if self.objective.figure is None:
            return Estimate(self.objective.sign * x[:, self.terms.index(self.objective.term)], np.zeros(len(x)))
        value, mcse = self.objective.figure.of(nets)
        return Estimate(self.objective.sign * value, mcse)


def _spread(rows: Sequence[Floats], possible: Flags) -> Floats:
    """Rows of what can be as rows of all trials, NaN between."""
    found = np.full((len(rows), len(possible)), np.nan)
    for k, row in enumerate(rows):
        found[k, possible] = row
    return found


def _check(terms: tuple[str, ...], goals: tuple[Goal, ...], objective: Objective | None) -> None:
    """Refuse what has no answer, or many."""
    equal = sum(goal.sign == "=" for goal in goals)
    if not 1 <= len(terms) <= MOST_TERMS or len(set(terms)) < len(terms):
        raise BadInput("vary", f"{len(terms)} terms were read; vary one, or two that differ")
    if not goals and objective is None:
        raise BadInput("goal", "there is none; say what is to be reached, as in provider.p_loss <= 5%")
    if equal > len(terms):
        what = "one term" if len(terms) == 1 else "two terms"
        message = f"{'two goals' if equal == 2 else f'{equal} goals'} with = cannot be met by {what}"
        raise BadInput("goal", f"{message}; keep {len(terms)}, and bound the others with <= or >=")
    if objective is not None and equal:
        message = f"{objective} beside a goal with =: write it with <= or >=; where it binds it holds exactly"
        raise BadInput("goal", message)
    if objective is None and len(terms) == MOST_TERMS and equal < MOST_TERMS:
        message = "many pairs of values may meet the goals; say which is best, as in --goal 'max provider.mean'"
        raise BadInput("goal", f"{message}, or give two goals with =")
