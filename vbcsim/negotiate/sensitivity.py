"""What each clause costs and which figure matters most: the contract without a clause, and with a figure moved."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vbcsim.core.errors import BadInput
from vbcsim.negotiate.clauses import droppable, without
from vbcsim.negotiate.goal import NOW, Figure
from vbcsim.negotiate.variants import Variants
from vbcsim.outcomes.distribution import Estimate, mean

__all__ = ["ClausePrice", "FigurePrice", "Swing", "clause_prices", "figure_prices", "sweep", "tornado"]

Floats = NDArray[np.float64]
_YEARS = range(1900, 2201)
"""Whole figures in here are years, which do not move by small steps."""
MOST_POINTS = 2000
"""Points of a sweep; each is a settlement of every draw."""


@dataclass(frozen=True)
class ClausePrice:
    """What a clause is worth to each party: its money with the clause less without, in the same draws [USD]."""

    provision: str
    clause: str
    worth: Mapping[str, Estimate]
    """By party: mean and Monte Carlo error."""


@dataclass(frozen=True)
class FigurePrice:
    """What a small step more of a figure is worth to each party, in the same draws [USD per step]."""

    name: str
    present: float
    step: float
    worth: Mapping[str, Estimate]
    """By party: mean and Monte Carlo error."""


class Swing(NamedTuple):
    """A figure of the design moved down and up, and the statistic at both ends with its Monte Carlo error."""

    name: str
    low: float
    high: float
    at_low: float
    at_high: float
    at_low_mcse: float
    at_high_mcse: float

    @property
    def width(self) -> float:
        """How far the statistic moves."""
        return abs(self.at_high - self.at_low)


def clause_prices(variants: Variants) -> tuple[ClausePrice, ...]:
    """The marginal price of every clause: dropping it, all others as they are."""
    now = variants.nets_of(NOW)
    found = []
    for clause in droppable(variants.arrangement):
        then = replace(variants, edit=without(clause)).nets([{}])
        found.append(ClausePrice(*clause, {party: _first(mean(now[party] - then[party])) for party in now}))
    return tuple(found)


def figure_prices(variants: Variants) -> tuple[FigurePrice, ...]:
    """The marginal price of every figure: what a small step more of it brings each party, in the same draws.

    A step is a hundredth to a tenth of the figure, a power of ten; half of it is gone to either side, or to one side
    where the other makes no possible contract. Years, switches, bands of scales and figures that
    cannot move are left out.
    """
    figures = {name: value for name, value in variants.figures.items() if _moves(name, value)}
    steps = {name: _step_of(value) for name, value in figures.items()}
    ends = [(name, value + side * steps[name] / 2.0) for name, value in figures.items() for side in (-1.0, 1.0)]
    ends, nets = _settled(variants, ends)
    found = []
    for k, (name, value) in enumerate(figures.items()):
        (_, low), (_, high) = ends[2 * k : 2 * k + 2]
        if high > low:
            part = steps[name] / (high - low)
            worth = {party: mean((net[2 * k + 1] - net[2 * k]) * part) for party, net in nets.items()}
            found.append(FigurePrice(name, value, steps[name], worth))
    return tuple(sorted(found, key=lambda price: -max(abs(float(e.value)) for e in price.worth.values())))


def _settled(
    variants: Variants, ends: Sequence[tuple[str, float]]
) -> tuple[list[tuple[str, float]], dict[str, Floats]]:
    """Money by party (end, draw) with each figure moved alone; one that makes no possible contract stays as it is."""
    kept, possible = variants.possible_nets([{}, *({name: value} for name, value in ends)])
    row = np.where(possible[1:], np.cumsum(possible)[1:] - 1, 0)
    moved = [
        (name, value if can_be else variants.figures[name])
        for (name, value), can_be in zip(ends, possible[1:], strict=True)
    ]
    return moved, {party: net[row] for party, net in kept.items()}


def _moves(name: str, value: float) -> bool:
    """Whether a small step of a figure means anything: not of a year, a band, or what is 0 or 1 for no and yes."""
    is_input = "." not in name or (name.startswith("lines.") and name.endswith(".value"))
    is_switch = is_input and value in (0.0, 1.0)
    return not is_switch and "bands[" not in name and not (value.is_integer() and value in _YEARS)


def _step_of(value: float) -> float:
    """0.01 of 0.3, 1,000 of 80,000; 0.01 of nothing."""
    return 0.01 if value == 0.0 else 10.0 ** (math.floor(math.log10(abs(value))) - 1)


def _first(estimate: Estimate) -> Estimate:
    return Estimate(estimate.value[0], estimate.mcse[0])


def tornado(
    variants: Variants, figure: Figure, *, by: float = 0.2, among: Sequence[str] | None = None
) -> tuple[Swing, ...]:
    """Every figure of the design moved down and up by a part of itself, the widest swing first.

    A move that makes no possible contract (a share above one, a threshold below the large-claimant floor) is left at
    the design's own value.

    :param among: names of the figures that are moved; without, every figure of a clause or line.
    """
    if not 0.0 < by < 1.0:
        raise BadInput("by", f"{by:g} is not possible; give a part between 0 and 1, such as 0.2")
    names = [name for name, value in variants.figures.items() if value != 0.0 and "." in name]
    names = [name for name in names if among is None or name in among]
    if not names:
        return ()
    asked = [(name, variants.figures[name] * (1.0 + side)) for name in names for side in (-by, by)]
    ends, nets = _settled(variants, asked)
    values, errors = figure.of(nets)
    swings = []
    for k, name in enumerate(names):
        low, high = 2 * k, 2 * k + 1
        ends_of = [float(found[at]) for found in (values, errors) for at in (low, high)]
        swings.append(Swing(name, ends[low][1], ends[high][1], *ends_of))
    return tuple(sorted(swings, key=lambda swing: -swing.width))


def sweep(
    variants: Variants, grid: Mapping[str, Sequence[float]], figures: Sequence[Figure]
) -> tuple[list[dict[str, float]], list[list[tuple[float, float]]]]:
    """Figures over a grid of values: the points, and at each the figures with their Monte Carlo errors.

    :raises BadInput: where the grid has too many points, or a point is no possible contract.
    """
    points = [dict(zip(grid, values, strict=True)) for values in product(*grid.values())]
    if len(points) > MOST_POINTS:
        raise BadInput("grid", f"has {len(points):,} points; at most {MOST_POINTS:,} are settled at once")
    nets = variants.nets(points)
    found = [figure.of(nets) for figure in figures]
    rows = [[(float(f.value[k]), float(f.mcse[k])) for f in found] for k in range(len(points))]
    return points, rows
