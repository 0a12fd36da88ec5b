"""The NumPy twin of the tenure kernel: same name, arguments and addressed words, the same numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vbcsim.random.streams import Stream
from vbcsim.random.twin import words

__all__ = ["draw_tenure"]

Ints = NDArray[np.int64]


def draw_tenure(
    found: Ints,
    k0: Any,
    k1: Any,
    draws: NDArray[np.uint32],
    size: Ints,
    at: Ints,
    law_of: Ints,
    table_at: Ints,
    table_first: Ints,
    below: Ints,
) -> None:
    """As ``tenure.draw_tenure``."""
    seed = (int(k1) << 32) | int(k0)
    n_cells, n_years = len(size), size.shape[1] - 1

    def sums(number: Ints, law: int, item: int, joined: int, year: int) -> Ints:
        return np.stack(
            [
                _sum_of(
                    number[:, c],
                    int(law_of[c, law]),
                    (table_at, table_first, below),
                    seed,
                    draws,
                    c,
                    joined,
                    year,
                    item,
                )
                for c in range(n_cells)
            ],
            axis=1,
        )

    def put(joined: int, left: int, ending: int, number: Ints) -> None:
        rows = at[:, joined, left, ending]
        found[:, rows[rows >= 0]] = number[:, rows >= 0]

    members = np.tile(size[:, 0], (len(draws), 1))
    there = [members.copy()]
    for t in range(n_years):
        emptied = np.zeros_like(members)
        for j in range(t + 1):
            go = sums(there[j], 0, 0, j, t)
            die = sums(go, 1, 1, j, t)
            put(j, t, 1, go - die)
            put(j, t, 2, die)
            there[j] = there[j] - go
            emptied += go
        added = np.maximum(size[:, t + 1] - members, 0)
        refilled = emptied - np.minimum(emptied, np.maximum(members - size[:, t + 1], 0))
        members = members + refilled + added - emptied
        there.append(refilled + added)
        go = sums(refilled, 2, 2, t + 1, t) + sums(added, 3, 3, t + 1, t)
        die = sums(go, 1, 4, t + 1, t)
        put(t + 1, t, 1, go - die)
        put(t + 1, t, 2, die)
    for j, stay in enumerate(there):
        put(j, n_years, 0, stay)


def _sum_of(
    number: Ints,
    law: int,
    tables: tuple[Ints, Ints, Ints],
    seed: int,
    draws: NDArray[np.uint32],
    cell: int,
    joined: int,
    year: int,
    item: int,
) -> Ints:
    """The sum of ``number`` (D,) independent counts of a law: a word for each binary digit."""
    table_at, table_first, below = tables
    total = np.zeros_like(number)
    for digit in range(int(number.max(initial=0)).bit_length()):
        word = words(
            seed, Stream.TURNOVER, draw=draws, cell=cell, member=joined, period=year, item=item, event=digit
        ).astype(np.int64)
        bounds = below[table_at[law, digit] : table_at[law, digit + 1]]
        one = table_first[law, digit] + np.searchsorted(bounds, word, side="right")
        total += np.where(number >> digit & 1, one, 0)
    return total
