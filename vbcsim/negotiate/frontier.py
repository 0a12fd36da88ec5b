"""The frontier: of many contracts, those that no other one beats in everything that is asked for.

A contract is beaten where another one, in the same draws, is at least as good in every figure and better in one. What
is better is seen from the figure's own party: more of its mean, less of its TVaR. Between two parties that only pay one
another the means are mirror images, so no contract beats another in both; a frontier of both parties needs a figure
that feels risk, such as ``risk_adjusted``: risk moved to the party that minds it less leaves both better off.

Sampling error: a contract that stands on the frontier of these draws may be off it by luck, and the other way round.
``chance`` is how often it stands there when the groups of draws are drawn anew (bootstrap of the jackknife's
pseudo-values, so that the figures of all contracts move together as they do in shared draws).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from vbcsim.core.errors import BadInput
from vbcsim.negotiate.goal import Figure, Goal
from vbcsim.negotiate.replicates import pseudo_values
from vbcsim.negotiate.variants import Changes, Variants
from vbcsim.outcomes.dominance import HALF_A_CENT

__all__ = ["MOST_POINTS", "Frontier", "Point", "efficient", "frontier"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
MOST_POINTS = 1000
"""Contracts of a frontier; each is compared with each."""
_RESAMPLES = 400
_SEED = 20
"""Of the resampling, which is the same on every rerun; any number would do."""
_SLIGHT = 1e-12
"""Chances that differ by less are equal."""


@dataclass(frozen=True)
class Point:
    """One contract: its terms, its figures with their Monte Carlo errors, and whether any other one beats it."""

    at: Changes
    figures: tuple[tuple[float, float], ...]
    efficient: bool
    chance: float
    """How often it is on the frontier when the draws are resampled."""
    present: bool = False
    """Whether it is the contract as it is."""


@dataclass(frozen=True)
class Frontier:
    """Every contract tried, in the order of the grid, the contract as it is last."""

    design: str
    terms: tuple[str, ...]
    figures: tuple[Figure, ...]
    points: tuple[Point, ...]
    left_out: int
    """Points of the grid that make no possible contract, or miss a goal."""
    draws: int

    @property
    def best(self) -> tuple[Point, ...]:
        """The contracts that no other one beats, by their first figure."""
        return tuple(sorted((p for p in self.points if p.efficient), key=lambda p: p.figures[0][0]))


def frontier(
    variants: Variants, grid: Mapping[str, Sequence[float]], figures: Sequence[Figure], goals: Sequence[Goal] = ()
) -> Frontier:
    """The frontier over a grid of terms, in two or more figures; the contract as it is stands among the points.

    :param goals: what every contract must keep to be compared; the contract as it is stays whether it does or not.
    :raises BadInput: where there are too many points, fewer than two figures, or no possible contract.
    """
    points: list[Changes] = [dict(zip(grid, values, strict=True)) for values in product(*grid.values())]
    if len(points) > MOST_POINTS:
        raise BadInput("--vary", f"{len(points):,} contracts were asked for; at most {MOST_POINTS:,} are compared")
    if len(set(figures)) < 2:
        raise BadInput("--figure", "a frontier is between two figures or more, as provider.mean and provider.tvar95")
    present = {name: variants.value(name) for name in grid}
    nets, possible = _kept(variants, [*points, present], goals)
    found = [figure.of(nets) for figure in figures]
    better = np.array([1.0 if figure.more_is_better else -1.0 for figure in figures])
    goodness = better[:, None] * np.stack([f.value for f in found])
    slight = np.array([_SLIGHT if figure.is_chance else HALF_A_CENT for figure in figures])
    stands = efficient(goodness, slight)
    chances = _chances(nets, figures, better, slight)
    kept = [point for point, can_be in zip([*points, present], possible, strict=True) if can_be]
    rows = [
        Point(
            at=at,
            figures=tuple((float(f.value[k]), float(f.mcse[k])) for f in found),
            efficient=bool(stands[k]),
            chance=float(chances[k]),
            present=k == len(kept) - 1,
        )
        for k, at in enumerate(kept)
    ]
    left_out = int(np.count_nonzero(~possible))
    return Frontier(variants.design, tuple(grid), tuple(figures), tuple(rows), left_out, variants.draws)


def _kept(variants: Variants, changes: Sequence[Changes], goals: Sequence[Goal]) -> tuple[dict[str, Floats], Flags]:
    """Money by party of the changes that can be and keep every goal, and which those are; the last one stays."""
    nets, possible = variants.possible_nets(changes)
    for goal in goals:
        if goal.sign == "=":
            raise BadInput("--subject-to", f"{goal} would leave hardly a contract; write it with <= or >=")
    fits = np.ones(int(possible.sum()), dtype=bool)
    for goal in goals:
        fits &= goal.slack(nets, variants.nets_of(goal.against) if goal.against else None).value >= 0.0
    fits[-1] = True
    possible[possible] = fits
    return {party: net[fits] for party, net in nets.items()}, possible


def efficient(goodness: Floats, slight: Floats) -> Flags:
    """Which points no other one beats (point,), from what is to be large (figure, point).

    :param slight: differences up to this, by figure, are none; of equal points the first stands for all.
    """
    beaten = np.zeros(goodness.shape[1], dtype=bool)
    for k in range(goodness.shape[1]):
        ahead = goodness - goodness[:, [k]]
        as_good = (ahead >= -slight[:, None]).all(axis=0)
        ahead_in_one = (ahead > slight[:, None]).any(axis=0)
        equal_before = as_good & ~ahead_in_one & (np.arange(goodness.shape[1]) < k)
        beaten[k] = bool((as_good & ahead_in_one).any() or equal_before.any())
    return ~beaten


def _chances(nets: Mapping[str, Floats], figures: Sequence[Figure], better: Floats, slight: Floats) -> Floats:
    """How often each point is on the frontier when the groups of draws are resampled (point,)."""
    pseudo = np.stack(
        [sign * _pseudo(figure, nets[figure.party]) for figure, sign in zip(figures, better, strict=True)]
    )
    groups = pseudo.shape[1]
    if groups < 2:
        return np.full(pseudo.shape[2], np.nan)
    again = np.random.default_rng(_SEED).multinomial(groups, np.full(groups, 1.0 / groups), size=_RESAMPLES) / groups
    drawn = np.einsum("rg,fgp->rfp", again, pseudo)
    return np.asarray(np.mean([efficient(row, slight) for row in drawn], axis=0))


def _pseudo(figure: Figure, net: Floats) -> Floats:
    return pseudo_values(lambda part: figure.of({figure.party: part}).value, net)
