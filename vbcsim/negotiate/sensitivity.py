"""What each clause costs and which figure matters most: the contract without a clause, and with a figure moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vbcsim.contract.arrangement import Arrangement
from vbcsim.contract.settle import parts_of, settle
from vbcsim.core.errors import BadInput
from vbcsim.negotiate.goal import Figure
from vbcsim.negotiate.variants import Variants
from vbcsim.outcomes.distribution import mean

__all__ = ["ClausePrice", "Swing", "clause_prices", "sweep", "tornado"]

Floats = NDArray[np.float64]
MOST_POINTS = 2000
"""Points of a sweep; each is a settlement of every draw."""


@dataclass(frozen=True)
class ClausePrice:
    """What a clause is worth to each party: its money with the clause less without, in the same draws [USD]."""

    provision: str
    clause: str
    worth: Mapping[str, tuple[float, float]]
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
    design = variants.run.scenario.settled_designs[variants.design]
    named = _clauses(design.arrangement)
    without = {
        str(k): replace(
            design,
            arrangement=_dropped(design.arrangement, i, j),
            by_group={group: _dropped(found, i, j) for group, found in design.by_group.items()},
        )
        for k, (_, _, i, j) in enumerate(named)
    }
    net = settle(variants.run.experience, {"all": design} | without)["net_usd"].sum("year")
    net = net.transpose("party", "design", "draw")
    found = []
    for k, (provision, clause, *_) in enumerate(named):
        less = net.sel(design="all").values - net.sel(design=str(k)).values
        worth = {str(p): tuple(map(float, mean(row))) for p, row in zip(net["party"].values, less, strict=True)}
        found.append(ClausePrice(provision, clause, worth))  # type: ignore[arg-type]
    return tuple(found)


def _clauses(arrangement: Arrangement) -> list[tuple[str, str, int, int]]:
    """Provision, name and place of every clause that can be dropped: the only one of a provision cannot."""
    return [
        (provision.name, name, i, j)
        for i, provision in enumerate(arrangement.provisions)
        for j, name in enumerate(provision.step_names)
        if len(provision.terms) > 1
    ]


def _dropped(arrangement: Arrangement, i: int, j: int) -> Arrangement:
    provision = arrangement.provisions[i]
    terms = (*provision.terms[:j], *provision.terms[j + 1 :])
    changed = provision.model_copy(update={"terms": terms})
    provisions = (*arrangement.provisions[:i], changed, *arrangement.provisions[i + 1 :])
    return arrangement.model_copy(update={"provisions": provisions})


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
    ends: list[tuple[str, float]] = []
    for name in names:
        value = variants.figures[name]
        ends += [(name, value * (1.0 - by)), (name, value * (1.0 + by))]
    possible = [_possible(variants, name, value) for name, value in ends]
    values, errors = figure.of(variants.nets([{name: value} for name, value in possible]))
    swings = []
    for k, name in enumerate(names):
        low, high = 2 * k, 2 * k + 1
        ends_of = [float(found[at]) for found in (values, errors) for at in (low, high)]
        swings.append(Swing(name, possible[low][1], possible[high][1], *ends_of))
    return tuple(sorted(swings, key=lambda swing: -swing.width))


def _possible(variants: Variants, name: str, value: float) -> tuple[str, float]:
    try:
        parts_of(variants.run.experience, {name: variants.changed({name: value})})
    except BadInput:
        return name, variants.figures[name]
    return name, value


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
