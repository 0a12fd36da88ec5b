"""What the pooled twin knows of a row in a draw: its addresses, its rates, its tables, its large claims."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vbcsim.random.streams import Stream
from vbcsim.random.twin import words

__all__ = ["Large", "Laws", "Row", "Where"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Words = NDArray[np.uint32]


@dataclass(frozen=True)
class Where:
    """Seed, draw and row of the addresses."""

    seed: int
    draw: int
    row: int

    def words(self, stream: Stream, **where: Any) -> Words:
        return words(self.seed, stream, draw=self.draw, cell=self.row, **where)

    def word(self, stream: Stream, **where: Any) -> int:
        return int(self.words(stream, **where))


@dataclass(frozen=True)
class Row:
    """A row in a draw; ``p`` is by period of presence, then category."""

    members: int
    first: int
    n_present: int
    start: int
    shapes: Floats
    scaled: Floats
    price: Floats
    step: NDArray[np.uint64]
    slices: list[tuple[int, int]]
    """First and last period of each slice of the shared trawl."""

    @property
    def n_categories(self) -> int:
        return len(self.step)

    @property
    def share(self) -> Floats:
        """Share of claims that are small, by category."""
        return np.asarray(1.0 - self.step.astype(np.float64) / 2.0**32)

    def places(self, t: int, j: int) -> tuple[list[int], int, int]:
        """The masses behind the frailty of a category in a period: living slices, lasting part, passing part."""
        n = len(self.slices)
        living = [k for k, (a, b) in enumerate(self.slices) if a <= t <= b]
        return living, n + j, n + self.n_categories + (t - self.first) * self.n_categories + j

    def shared(self, mass: Floats, t: int) -> float:
        """Mass of the shared factor in a period, summed like the kernel: by first period, latest last period first."""
        total = 0.0
        for first in range(self.start, t + 1):
            alive = 0.0
            for k, (a, b) in enumerate(self.slices):
                if a == first and b >= t:
                    alive += mass[k]
            total += alive
        return total

    def parts(self, mass: Floats, members: int, by_slice: bool = False) -> Floats:
        """Expected counts (p, 3) by part: constant, shared, own factor."""
        found = np.empty((self.n_present * self.n_categories, 3))
        for p in range(len(found)):
            t, j = self.first + p // self.n_categories, p % self.n_categories
            living, lasting, passing = self.places(t, j)
            shared = float(sum(mass[k] for k in living)) if by_slice else self.shared(mass, t)
            own = mass[lasting] + mass[passing]
            found[p] = members * self.scaled[0, p], self.scaled[1, p] * shared, self.scaled[2, p] * own
        return found


@dataclass(frozen=True)
class Laws:
    """Tables and where a row's begin."""

    cost_at: NDArray[np.uint64]
    cost_tables: Floats
    sum_at: NDArray[np.uint64]
    cumulants: Floats
    sum_tables: Floats
    normal: Floats
    below: Ints
    mass_at: NDArray[np.uint64]
    mass_tables: Floats


@dataclass(frozen=True)
class Large:
    """A large claim."""

    p: int
    usd: float
    source: int
    owner: int
