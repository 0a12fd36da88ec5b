"""Persons one by one: counts and cost by person, year and category, for validation and calibration.

A person is a draw of a cell of one member. The engine, the model and the addressed random numbers are therefore those
of every run; nothing is simulated twice in two ways. What all members of a draw share (market shocks, the
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

    ``counts`` and ``cost_usd`` have shape (person, year, category); ``cell`` is the number of the person's cell.
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


def simulate_people(cohort: xr.Dataset, persons: Sequence[int], *, seed: int = 1, threads: int | None = None) -> People:
    """Simulate ``persons[c]`` persons of each cell, in an order that tells nothing of their cells.

    Asking for more persons of a cell leaves those before them as they were.

    :param cohort: dataset of ``build_cohort`` with one member in each cell, and each cell a stratum of its own.
    :param persons: how many persons of each cell, at least 1 of some.
    :raises BadInput: for a cohort of other cells, or one whose members share shocks.
    """
    _check(cohort)
    experience = simulate(cohort, draws=max(persons), seed=seed, threads=threads)
    order = ("draw", "stratum", "year", "category")
    counts = experience["utilization"].transpose(*order).values
    cost = experience["expenditure_usd"].transpose(*order).values
    stratum = [int(s) for s in cohort["cell_stratum"].values]
    return shuffled(
        People(
            np.concatenate([counts[:n, s] for n, s in zip(persons, stratum, strict=True)]).astype(np.float32),
            np.concatenate([cost[:n, s] for n, s in zip(persons, stratum, strict=True)]).astype(np.float32),
            np.repeat(np.arange(len(stratum), dtype=np.int32), persons),
            tuple(map(str, cohort["category"].values)),
        )
    )


def shuffled(people: People) -> People:
    """The same persons in an order that tells nothing of their cells, the same for the same number of persons."""
    return people.part(np.argsort(_mixed(len(people)), kind="stable"))


def _mixed(n: int) -> NDArray[np.uint64]:
    """0..n-1 with their bits well mixed (the finalizer of SplitMix64): sorting by it shuffles, the same everywhere."""
    z = (np.arange(n, dtype=np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def _check(cohort: xr.Dataset) -> None:
    members = cohort["members"].values
    if (members != 1).any() or cohort.sizes["stratum"] != len(members):
        message = f"{len(members)} cells with {int(members.sum()):,} members in {cohort.sizes['stratum']} strata"
        raise BadInput("cohort.cells", f"{message}; for persons, each cell has one member and is a stratum of its own")
    moved = [name for name in _SHARED if name in cohort and float(np.max(cohort[name].values)) > 0.0]
    if moved:
        message = f"{', '.join(moved)} above 0 would move all persons of a draw; simulate persons without them"
        raise BadInput("assumptions", message)
