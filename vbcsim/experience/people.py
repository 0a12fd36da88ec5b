"""Persons one by one: counts and cost by person, year and category, for validation and calibration.

A person is a draw of a cohort of one member. The engine, the model and the addressed random numbers are therefore
those of every run; nothing is simulated twice in two ways. What all members of a draw share (market shocks, the
provider group's effect, worlds) would make persons differ by more than themselves, so such cohorts are refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vbcsim.core.errors import BadInput
from vbcsim.experience.simulate import simulate

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["People", "shuffled", "simulate_people"]

_SHARED = ("national_shock_sd", "regional_shock_sd", "group_effect_sd")
"""What makes all members of a draw move together."""


@dataclass(frozen=True)
class People:
    """Simulated persons; person is the first axis everywhere.

    ``counts`` and ``cost_usd`` have shape (person, year, category); ``cell`` is the number of the person's cohort.
    """

    counts: NDArray[np.float32]
    cost_usd: NDArray[np.float32]
    cell: NDArray[np.int32]
    categories: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.cell)

    @property
    def total_usd(self) -> NDArray[np.float64]:
        """Cost of all categories by person and year."""
        return self.cost_usd.sum(axis=2, dtype=np.float64)

    def part(self, keep: NDArray[np.bool_] | NDArray[np.int64]) -> People:
        """The persons of a mask or a list of positions."""
        return People(self.counts[keep], self.cost_usd[keep], self.cell[keep], self.categories)


def simulate_people(
    cohorts: Sequence[xr.Dataset], persons: Sequence[int], *, seed: int = 1, threads: int | None = None
) -> People:
    """Simulate ``persons[c]`` persons of each cohort of one member, shuffled by a fixed rule.

    Each cohort has a seed of its own, so persons of different cohorts are independent; asking for more persons of a
    cohort leaves those before them as they were.

    :param cohorts: datasets of ``build_cohort``, each of one member and the same years and categories.
    :param persons: how many persons of each, at least 1.
    :raises BadInput: for a cohort of more than one member or one whose members share shocks.
    """
    for dataset in cohorts:
        _check(dataset)
    parts = [
        _of_one(dataset, n, (seed + c * 2**32) % 2**64, c, threads)
        for c, (dataset, n) in enumerate(zip(cohorts, persons, strict=True))
    ]
    return shuffled(
        People(
            np.concatenate([p.counts for p in parts]),
            np.concatenate([p.cost_usd for p in parts]),
            np.concatenate([p.cell for p in parts]),
            parts[0].categories,
        )
    )


def shuffled(people: People) -> People:
    """The same persons in an order that tells nothing of their cells, the same for the same number of persons."""
    return people.part(np.argsort(_mixed(len(people)), kind="stable"))


def _of_one(dataset: xr.Dataset, persons: int, seed: int, cell: int, threads: int | None) -> People:
    experience = simulate(dataset, draws=persons, seed=seed, threads=threads)
    counts = experience["utilization"].transpose("draw", "year", "category", "stratum").values[..., 0]
    cost = experience["expenditure_usd"].transpose("draw", "year", "category", "stratum").values[..., 0]
    return People(
        counts.astype(np.float32),
        cost.astype(np.float32),
        np.full(persons, cell, dtype=np.int32),
        tuple(map(str, dataset["category"].values)),
    )


def _mixed(n: int) -> NDArray[np.uint64]:
    """0..n-1 with their bits well mixed (the finalizer of SplitMix64): sorting by it shuffles, the same everywhere."""
    z = (np.arange(n, dtype=np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def _check(dataset: xr.Dataset) -> None:
    members = int(dataset["members"].values.sum())
    if members != 1:
        raise BadInput("cohort.cells", f"{members:,} members stand where one is needed; a person is a cohort of one")
    moved = [name for name in _SHARED if name in dataset and float(np.max(dataset[name].values)) > 0.0]
    if moved:
        message = f"{', '.join(moved)} above 0 would move all persons of a draw; simulate persons without them"
        raise BadInput("assumptions", message)
