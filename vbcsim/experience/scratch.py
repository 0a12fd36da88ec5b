"""Arrays for the members kernel to work in: it allocates nothing itself."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vbcsim.random.philox import address

__all__ = ["scratch"]

Words = NDArray[np.uint32]
Places = NDArray[np.uint64]


def scratch(
    n_periods: int, n_categories: int, n_masses: int, n_rules: int, room: int = 4096
) -> tuple[NDArray[Any], ...]:
    """The arrays in the order of the kernel; one set for each call.

    :param n_masses: gamma masses of a member.
    :param room: blocks of four cost words of a member that there is room for, beyond one for each period and category.
    """
    full = n_periods * n_categories
    n_blocks = (n_categories + 3) // 4
    count_counters = _counters(n_periods, 2, n_blocks)
    count_words = _words(4 * len(count_counters))
    place = np.arange(full)
    period, category = place // n_categories, place % n_categories
    cost_counters = _counters(n_periods, n_categories, 1)
    return (
        *(_counters(1, 1, (n_masses + 3) // 4), _words(4 * ((n_masses + 3) // 4))),
        *(count_counters, count_words.reshape(4, -1), count_words),
        *(cost_counters, np.concatenate([cost_counters, _words(room)]), _words(4, full + room)),
        *(_words(full), _words(full)),
        *(_count_places(period, category, n_blocks, len(count_counters), item) for item in (0, 1)),
        *(period.astype(np.uint64), category.astype(np.uint64), np.zeros(full, dtype=np.uint64)),
        *(np.zeros(n_masses), np.zeros(n_periods), np.zeros((3, full)), np.zeros(full)),
        *(np.zeros(full), np.zeros(full), np.zeros(full), np.zeros(n_periods), np.zeros(n_categories)),
        *(np.zeros(full, dtype=np.int64), np.zeros(full, dtype=np.int64)),
        np.zeros((n_rules, n_periods), dtype=np.int64),
    )


def _words(*shape: int) -> Words:
    return np.zeros(shape, dtype=np.uint32)


def _counters(n_periods: int, n_items: int, n_blocks: int) -> Words:
    """The counters of every block of every item of every period, in this order."""
    places = [(t, j, b) for t in range(n_periods) for j in range(n_items) for b in range(n_blocks)]
    found = [address(*place) for place in places]  # type: ignore[no-untyped-call]
    return np.array(found, dtype=np.uint32)


def _count_places(period: Any, category: Any, n_blocks: int, stride: int, item: int) -> Places:
    """Where the count words of an item (0: grid part, 1: rest) stand: a lane of four after the other, blocks in each.

    Periods are counted from the first that is filled.
    """
    block = (2 * period + item) * n_blocks + category // 4
    return np.asarray((category % 4) * stride + block, dtype=np.uint64)
