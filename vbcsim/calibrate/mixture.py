"""Persons of several lines of business together, as in a survey of everybody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from vbcsim.calibrate.facts import Part
from vbcsim.calibrate.shipped import shipped_population

if TYPE_CHECKING:
    from vbcsim.experience.people import People

__all__ = ["simulate_mixture"]


def simulate_mixture(mix: Mapping[str, Part], persons: int, *, seed: int = 1) -> People:
    """Persons of each population in its share, with costs scaled so that the populations' means relate as stated.

    Cells of different populations stay apart; categories are those of all of them, in order of appearance.
    """
    from vbcsim.experience.people import People, shuffled

    total = sum(part.share for part in mix.values())
    parts = []
    for k, (name, part) in enumerate(mix.items()):
        n = max(1, round(persons * part.share / total))
        people = shipped_population(name).simulate(n, seed=seed + k)
        parts.append((people, part.mean_cost_usd / float(people.total_usd.mean())))
    categories = tuple(dict.fromkeys(c for people, _ in parts for c in people.categories))
    cells = np.cumsum([0, *(int(people.cell.max()) + 1 for people, _ in parts)])
    return shuffled(
        People(
            np.concatenate([_spread(p.counts, p.categories, categories) for p, _ in parts]),
            np.concatenate([np.float32(f) * _spread(p.cost_usd, p.categories, categories) for p, f in parts]),
            np.concatenate([p.cell + np.int32(first) for (p, _), first in zip(parts, cells, strict=False)]),
            categories,
        )
    )


def _spread(values: np.ndarray, own: tuple[str, ...], categories: tuple[str, ...]) -> np.ndarray:
    """Values by own categories at their places among all categories, zero elsewhere."""
    out = np.zeros((*values.shape[:2], len(categories)), dtype=values.dtype)
    out[:, :, [categories.index(c) for c in own]] = values
    return out
