"""The tenure kernel: numbers of members of tenure groups, one draw and cell after the other. Twin: ``tenure_twin``.

Axes: D draws of the block, R rows, C cells, T calendar years. A law is the distribution of a sum of independent small
counts; its tables hold the sum of 1, 2, 4, 8, ... of them, so a sum of any number is one word for each binary digit.
"""

from __future__ import annotations

import numpy as np
from numba.extending import register_jitable

from vbcsim.random.philox import address, philox4x32, stream_cell

__all__ = ["draw_tenure"]

# The stream's number (vbcsim.random.streams), the laws and the items of the stream; tests hold them equal.
_TURNOVER = 13
_GOES, _DIES, _REFILLED, _ADDED, _PASSING_DIES = 0, 1, 2, 3, 4


@register_jitable
def sum_of(number, law, item, c0, c1, c2, c3, k0, k1, table_at, table_first, below):  # type: ignore[no-untyped-def]
    """The sum of ``number`` independent counts of a law; ``c0`` to ``c3`` address the first block of its words."""
    total = 0
    digit = 0
    words = (np.uint32(0), np.uint32(0), np.uint32(0), np.uint32(0))
    block = -1
    while number > 0:
        if number & 1:
            if digit >> 2 != block:
                block = digit >> 2
                words = philox4x32(np.uint32(c0 + address(0, item, block)), c1, c2, c3, k0, k1)
            lane = digit & 3
            word = words[0] if lane == 0 else words[1] if lane == 1 else words[2] if lane == 2 else words[3]
            low = table_at[law, digit]
            high = table_at[law, digit + 1]
            start = low
            w = np.int64(word)
            while low < high:
                middle = (low + high) >> 1
                if w >= below[middle]:
                    low = middle + 1
                else:
                    high = middle
            total += table_first[law, digit] + low - start
        number >>= 1
        digit += 1
    return total


def draw_tenure(  # type: ignore[no-untyped-def]
    found,  # (D, R) int64, filled: members of each row
    k0,  # uint32, low word of the seed
    k1,  # uint32, high word of the seed
    draws,  # (D,) uint32: numbers of the draws in the addresses
    size,  # (C, T + 1) int64: members at the beginning of every year, and at the end of the last
    at,  # (C, T + 1, T + 1, 3) int64: row by year of joining (0: before the first), of going (T: never), ending; or -1
    law_of,  # (C, 4) int64: laws of going in a year, of dying if gone, of passing in a place filled again, in a new one
    table_at,  # (L, B + 1) int64: where the bounds of each law's sums begin and end
    table_first,  # (L, B) int64: smallest sum
    below,  # flat int64: words from which on a sum is larger
):
    """Fill the numbers of members of every tenure group."""
    n_years = size.shape[1] - 1
    there = np.empty(n_years + 1, dtype=np.int64)
    for d in range(draws.shape[0]):
        draw = draws[d]
        for c in range(size.shape[0]):
            c3 = stream_cell(_TURNOVER, c)
            goes, dies, refill, new = law_of[c, 0], law_of[c, 1], law_of[c, 2], law_of[c, 3]
            members = size[c, 0]
            there[0] = members
            for t in range(n_years):
                c0 = address(t, 0, 0)
                emptied = 0
                for j in range(t + 1):
                    group = np.uint32(j)
                    go = sum_of(there[j], goes, _GOES, c0, group, draw, c3, k0, k1, table_at, table_first, below)
                    die = sum_of(go, dies, _DIES, c0, group, draw, c3, k0, k1, table_at, table_first, below)
                    if at[c, j, t, 1] >= 0:
                        found[d, at[c, j, t, 1]] = go - die
                    if at[c, j, t, 2] >= 0:
                        found[d, at[c, j, t, 2]] = die
                    there[j] -= go
                    emptied += go
                added = max(size[c, t + 1] - members, 0)
                refilled = emptied - min(emptied, max(members - size[c, t + 1], 0))
                members += refilled + added - emptied
                there[t + 1] = refilled + added
                group = np.uint32(t + 1)
                go = sum_of(refilled, refill, _REFILLED, c0, group, draw, c3, k0, k1, table_at, table_first, below)
                go += sum_of(added, new, _ADDED, c0, group, draw, c3, k0, k1, table_at, table_first, below)
                die = sum_of(go, dies, _PASSING_DIES, c0, group, draw, c3, k0, k1, table_at, table_first, below)
                if at[c, t + 1, t, 1] >= 0:
                    found[d, at[c, t + 1, t, 1]] = go - die
                if at[c, t + 1, t, 2] >= 0:
                    found[d, at[c, t + 1, t, 2]] = die
            for j in range(n_years + 1):
                if at[c, j, n_years, 0] >= 0:
                    found[d, at[c, j, n_years, 0]] = there[j]
