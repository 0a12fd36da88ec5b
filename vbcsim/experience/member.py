"""One member's claims: frailty, counts and costs from addressed words; the parts of the members kernel.

Figures of years or half-years (periods) and categories stand in one axis, period after period, for the periods in which
the member is there. The slow ways (a word far out in a tail, a very large expected count) stand in passes of their own,
entered by a flag: inside the main loops the compiler would work part of them out for every member.
"""

from __future__ import annotations

import numpy as np
from numba.extending import register_jitable

from vbcsim.random.philox import address, one_word, stream_cell
from vbcsim.random.variates import (
    MIDDLE,
    lookup,
    needs_tail,
    poisson_grid,
    poisson_grid_exact,
    poisson_rest,
    poisson_rest_exact,
)

__all__ = [
    "draw_costs",
    "draw_counts",
    "draw_large_counts",
    "draw_masses",
    "draw_tail_costs",
    "expected_counts",
    "further_counters",
    "living_mass",
    "lowest_of_blocks",
    "scale_rates",
]

# The streams' numbers (vbcsim.random.streams); a test holds them equal.
_COUNT_BLOCK, _COST_TAIL, _FRAILTY_TAIL = 3, 5, 6
_STEPS_PER_UNIT = 4.0
_GRID = 0.25
_LARGE_MEAN = 32.0
_LARGE_STEP = np.uint64(128)


@register_jitable
def lowest_word(words, n):  # type: ignore[no-untyped-def]
    """The lowest of the first ``n`` words."""
    lowest = MIDDLE
    for k in range(n):
        lowest = min(lowest, words[k])
    return lowest


@register_jitable
def draw_masses(mass, base, table_of, tables, words, member, draw, row, k0, k1):  # type: ignore[no-untyped-def]
    """Fill gamma masses of one member, the first of them number ``base`` (a multiple of 4), from their words."""
    n = mass.shape[0]
    for k in range(n):
        mass[k] = lookup(tables, table_of[k], words[k], MIDDLE)
    if needs_tail(lowest_word(words, n)):
        for k in range(n):
            if needs_tail(words[k]):
                c0 = address(0, 0, (base + k) >> 2)
                finer = one_word(c0, k, member, draw, stream_cell(_FRAILTY_TAIL, row), k0, k1)
                mass[k] = lookup(tables, table_of[k], words[k], finer)


@register_jitable
def scale_rates(scaled, rate, multiplier, weights, first, last):  # type: ignore[no-untyped-def]
    """Fill ``scaled`` (3, periods x J): rates times the weights of the constant, the shared and the own factor."""
    n_categories = rate.shape[1]
    for i in range(3):
        for t in range(first, last + 1):
            for j in range(n_categories):
                scaled[i, (t - first) * n_categories + j] = rate[t, j] * multiplier[t, j] * weights[j, i]


@register_jitable
def living_mass(shared, slices):  # type: ignore[no-untyped-def]
    """Fill ``shared`` (P): the mass of the shared factor that lives in each period.

    ``slices`` holds the masses of its slices, by first period, then last period from the end down.
    """
    n_periods = shared.shape[0]
    for t in range(n_periods):
        shared[t] = 0.0
    k = 0
    for first in range(n_periods):
        alive = 0.0
        for back in range(n_periods - first):
            alive += slices[k]
            k += 1
            shared[n_periods - 1 - back] += alive


@register_jitable
def expected_counts(mean, present, lasting, passing, scaled, period_of, category_of):  # type: ignore[no-untyped-def]
    """Fill ``mean`` (periods present x J): rate x frailty; returns how many pass the tables' reach.

    :param present: mass of the shared factor by period present; ``lasting`` (J) and ``passing`` (periods present x J):
        those of the own factors.
    :param period_of: and ``category_of``: uint64, the period and the category of each place of ``mean``.
    """
    large = np.int64(0)
    for p in range(mean.shape[0]):
        own = lasting[category_of[p]] + passing[p]
        mean[p] = scaled[0, p] + scaled[1, p] * present[period_of[p]] + scaled[2, p] * own
        large += np.int64(mean[p] > _LARGE_MEAN)
    return large


@register_jitable
def draw_large_counts(  # type: ignore[no-untyped-def]
    counts, mean, n_categories, first, member, draw, row, k0, k1, below, guide
):
    """Draw whole Poisson blocks of means above the tables' reach; leaves the rest of the mean in ``mean``."""
    for p in range(mean.shape[0]):
        block = 0
        while mean[p] > _LARGE_MEAN:
            c0 = address(first + p // n_categories, p % n_categories, block >> 2)
            word = one_word(c0, block, member, draw, stream_cell(_COUNT_BLOCK, row), k0, k1)
            counts[p] += poisson_grid_exact(_LARGE_STEP, word, below, guide)
            mean[p] -= _LARGE_MEAN
            block += 1


@register_jitable
def draw_counts(counts, mean, grid_words, rest_words, below, guide):  # type: ignore[no-untyped-def]
    """Add to ``counts`` (Y * J) the Poisson counts of ``mean``, each from a word for the grid part and one for the
    rest.

    Without a branch for nearly all members; who has a count that the short search does not reach is done again.
    """
    unfinished = np.int64(0)
    for p in range(mean.shape[0]):
        step = np.int64(mean[p] * _STEPS_PER_UNIT)
        rest = poisson_rest(mean[p] - np.float64(step) * _GRID, rest_words[p])
        counts[p] += rest
        unfinished |= rest & (rest >> 1)
    for p in range(mean.shape[0]):
        step = np.int64(mean[p] * _STEPS_PER_UNIT)
        n, search = poisson_grid(np.uint64(step), grid_words[p], below, guide)
        counts[p] += n
        unfinished |= search & 2
    if unfinished != 0:
        for p in range(mean.shape[0]):
            step = np.int64(mean[p] * _STEPS_PER_UNIT)
            left = mean[p] - np.float64(step) * _GRID
            n, _ = poisson_grid(np.uint64(step), grid_words[p], below, guide)
            counts[p] -= n + poisson_rest(left, rest_words[p])
            counts[p] += poisson_grid_exact(np.uint64(step), grid_words[p], below, guide)
            counts[p] += poisson_rest_exact(left, rest_words[p])


@register_jitable
def further_counters(counters, counts):  # type: ignore[no-untyped-def]
    """Add the counters of the cost blocks beyond the first of each year and category; returns how many there are."""
    n = counts.shape[0]
    for p in range(counts.shape[0]):
        if counts[p] > 4:
            for b in range(1, (counts[p] + 3) >> 2):
                counters[n] = counters[p] + np.uint32(b)
                n += 1
    return n


@register_jitable
def draw_costs(costs, counts, tables, table_at, words):  # type: ignore[no-untyped-def]
    """Fill ``costs`` (Y * J) with the sums of the services' relative costs.

    Services are looked up two and four at a time, wanted or not: a look-up costs less than a branch guessed wrong.
    """
    for p in range(counts.shape[0]):
        costs[p] = 0.0
    for i in range(2):
        for p in range(counts.shape[0]):
            value = lookup(tables, table_at[p], words[i, p], MIDDLE)
            if counts[p] > i:
                costs[p] += value
    at = counts.shape[0]
    for p in range(counts.shape[0]):
        left = counts[p]
        if left > 2:
            start = table_at[p]
            total = costs[p] + lookup(tables, start, words[2, p], MIDDLE)
            fourth = lookup(tables, start, words[3, p], MIDDLE)
            total += fourth if left > 3 else 0.0
            left -= 4
            while left > 0:
                total += lookup(tables, start, words[0, at], MIDDLE)
                second = lookup(tables, start, words[1, at], MIDDLE)
                third = lookup(tables, start, words[2, at], MIDDLE)
                fourth = lookup(tables, start, words[3, at], MIDDLE)
                total += second if left > 1 else 0.0
                total += third if left > 2 else 0.0
                total += fourth if left > 3 else 0.0
                at += 1
                left -= 4
            costs[p] = total


@register_jitable
def lowest_of_blocks(words, n):  # type: ignore[no-untyped-def]
    """The lowest word of the first ``n`` blocks."""
    lowest = MIDDLE
    for k in range(n):
        lowest = min(lowest, min(min(words[0, k], words[1, k]), min(words[2, k], words[3, k])))
    return lowest


@register_jitable
def draw_tail_costs(  # type: ignore[no-untyped-def]
    costs, counts, tables, table_at, words, counters, member, draw, row, k0, k1
):
    """As ``draw_costs``, asking for finer words where a cost lies far out in its tail."""
    at = counts.shape[0]
    for p in range(counts.shape[0]):
        total = 0.0
        for i in range(counts[p]):
            place = p if i < 4 else at + (i >> 2) - 1
            word = words[i & 3, place]
            finer = MIDDLE
            if needs_tail(word):
                finer = one_word(counters[place], i, member, draw, stream_cell(_COST_TAIL, row), k0, k1)
            total += lookup(tables, table_at[p], word, finer)
        costs[p] = total
        at += max(counts[p] - 1, 0) >> 2
