"""Risk tiers: persons cut by what they cost in a year, with what each tier uses in the next.

A tier's use is that of the year after the one it was cut by, so regression to the mean is already in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from vbcsim.experience.people import People

__all__ = ["Tier", "tiers_of"]


@dataclass(frozen=True, slots=True)
class Tier:
    """Persons between two quantiles of last year's cost, against everybody."""

    name: str
    share: float
    use: dict[str, float]
    """Services of the following year, by category, against everybody's."""
    cost: float
    """Cost of the following year against everybody's."""
    frailty_relativity: float
    """How much the tier's persons still differ: variance of their frailty against everybody's, 0 to 1."""


def tiers_of(people: People, cuts: Sequence[float]) -> tuple[Tier, ...]:
    """The tiers between 0, the cuts (shares from below, rising) and 1."""
    first = people.total_usd[:, 0]
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first, kind="stable")] = np.arange(len(first))
    edges = [0.0, *cuts, 1.0]
    found = []
    for k, (low, high) in enumerate(pairwise(edges)):
        own = (rank >= round(low * len(first))) & (rank < round(high * len(first)))
        found.append(_tier(people, own, f"tier_{k + 1}"))
    return tuple(found)


def _tier(people: People, own: NDArray[np.bool_], name: str) -> Tier:
    counts = people.counts[:, 1].astype(np.float64)
    cost = people.cost_usd[:, 1].sum(axis=0, dtype=np.float64)
    mean = counts.mean(axis=0)
    relativity = np.divide(counts[own].mean(axis=0), mean, out=np.ones_like(mean), where=mean > 0)
    within, overall = _dispersion(counts[own]), _dispersion(counts)
    left = np.divide(within, overall, out=np.ones_like(within), where=overall > 0)
    return Tier(
        name=name,
        share=float(own.mean()),
        use={c: float(r) for c, r in zip(people.categories, relativity, strict=True)},
        cost=float(people.total_usd[own, 1].mean() / people.total_usd[:, 1].mean()),
        frailty_relativity=float(np.clip(left @ cost / cost.sum(), 0.0, 1.0)),
    )


def _dispersion(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """(variance - mean) / mean^2 by category, zero where there is nothing."""
    mean = counts.mean(axis=0)
    return np.divide(counts.var(axis=0) - mean, mean**2, out=np.zeros_like(mean), where=mean > 0)
