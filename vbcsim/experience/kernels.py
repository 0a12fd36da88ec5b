"""The members kernel: every member's claims, one draw after the other. Twin: ``vbcsim.experience.twins``.

Axes: D draws of the block, C cells, Y years, J categories, S strata. The frailty of a member has a shared factor, a
gamma trawl with a slice for each first and last year, and one own factor per category with a lasting part and a passing
part per year: K = Y (Y + 1) / 2 + J + Y J gamma masses.

The slow ways (a word far out in a tail, a very large expected count) stand in passes of their own, entered by a flag:
inside the main loops the compiler would work part of them out for every member.
"""

from __future__ import annotations

import numpy as np
from numba.extending import register_jitable

from vbcsim.random.philox import address, fill_blocks, fill_events, one_word, stream_cell
from vbcsim.random.variates import (
    MIDDLE,
    TABLE_LENGTH,
    lookup,
    needs_tail,
    poisson_grid,
    poisson_grid_exact,
    poisson_rest,
    poisson_rest_exact,
)

__all__ = ["simulate_members"]

# The streams' numbers (vbcsim.random.streams); a test holds them equal.
_FRAILTY, _COUNT, _COUNT_BLOCK, _COST, _COST_TAIL, _FRAILTY_TAIL = range(1, 7)
_STEPS_PER_UNIT = 4.0
_GRID = 0.25
_LARGE_MEAN = 32.0
_TABLE = np.uint64(TABLE_LENGTH)
_LARGE_STEP = np.uint64(128)


@register_jitable
def lowest_word(words, n):  # type: ignore[no-untyped-def]
    """The lowest of the first ``n`` words."""
    lowest = MIDDLE
    for k in range(n):
        lowest = min(lowest, words[k])
    return lowest


@register_jitable
def draw_masses(mass, table_of, tables, words, member, draw, cell, k0, k1):  # type: ignore[no-untyped-def]
    """Fill the gamma masses of one member from their words."""
    n = mass.shape[0]
    for k in range(n):
        mass[k] = lookup(tables, table_of[k], words[k], MIDDLE)
    if needs_tail(lowest_word(words, n)):
        for k in range(n):
            if needs_tail(words[k]):
                finer = one_word(address(0, 0, k >> 2), k, member, draw, stream_cell(_FRAILTY_TAIL, cell), k0, k1)
                mass[k] = lookup(tables, table_of[k], words[k], finer)


@register_jitable
def scale_rates(scaled, rate, multiplier, weights):  # type: ignore[no-untyped-def]
    """Fill ``scaled`` (3, Y * J): a draw's rates times the weights of the constant, the shared and the own factor."""
    n_years, n_categories = rate.shape
    for i in range(3):
        for t in range(n_years):
            for j in range(n_categories):
                scaled[i, t * n_categories + j] = rate[t, j] * multiplier[t] * weights[j, i]


@register_jitable
def expected_counts(mean, mass, shared, scaled):  # type: ignore[no-untyped-def]
    """Fill ``mean`` (Y * J): rate x frailty; returns how many pass the tables' reach.

    ``mass`` holds the shared factor's slices (first year, then last year from the end down to the first), then the own
    factors' lasting parts (J) and passing parts (Y * J).
    """
    n_years = shared.shape[0]
    n_categories = mean.shape[0] // n_years
    for t in range(n_years):
        shared[t] = 0.0
    k = 0
    for first in range(n_years):
        alive = 0.0
        for back in range(n_years - first):
            alive += mass[k]
            k += 1
            shared[n_years - 1 - back] += alive
    lasting = mass[k:]
    passing = mass[k + n_categories :]
    large = np.int64(0)
    for t in range(n_years):
        for j in range(n_categories):
            p = t * n_categories + j
            mean[p] = scaled[0, p] + scaled[1, p] * shared[t] + scaled[2, p] * (lasting[j] + passing[p])
            large += np.int64(mean[p] > _LARGE_MEAN)
    return large


@register_jitable
def draw_large_counts(  # type: ignore[no-untyped-def]
    counts, mean, n_categories, member, draw, cell, k0, k1, below, guide
):
    """Draw whole Poisson blocks of means above the tables' reach; leaves the rest of the mean in ``mean``."""
    for p in range(mean.shape[0]):
        block = 0
        while mean[p] > _LARGE_MEAN:
            c0 = address(p // n_categories, p % n_categories, block >> 2)
            word = one_word(c0, block, member, draw, stream_cell(_COUNT_BLOCK, cell), k0, k1)
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
    return min(
        min(lowest_word(words[0], n), lowest_word(words[1], n)),
        min(lowest_word(words[2], n), lowest_word(words[3], n)),
    )


@register_jitable
def draw_tail_costs(  # type: ignore[no-untyped-def]
    costs, counts, tables, table_at, words, counters, member, draw, cell, k0, k1
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
                finer = one_word(counters[place], i, member, draw, stream_cell(_COST_TAIL, cell), k0, k1)
            total += lookup(tables, table_at[p], word, finer)
        costs[p] = total
        at += max(counts[p] - 1, 0) >> 2


@register_jitable
def longer(array, length):  # type: ignore[no-untyped-def]
    """A copy of a one-dimensional array with more room."""
    copy = np.empty(length, dtype=array.dtype)
    copy[: array.shape[0]] = array
    return copy


@register_jitable
def block_counters(n_periods, n_items, n_blocks):  # type: ignore[no-untyped-def]
    """The counters of every block of every item of every period, in this order."""
    counters = np.empty(n_periods * n_items * n_blocks, dtype=np.uint32)
    n = 0
    for t in range(n_periods):
        for j in range(n_items):
            for b in range(n_blocks):
                counters[n] = address(t, j, b)
                n += 1
    return counters


@register_jitable
def word_places(n_years, n_categories, item):  # type: ignore[no-untyped-def]
    """Where the count words of an item (0: grid part, 1: rest) of each year and category stand."""
    stride = 4 * ((n_categories + 3) >> 2)
    places = np.empty(n_years * n_categories, dtype=np.uint64)
    for t in range(n_years):
        for j in range(n_categories):
            places[t * n_categories + j] = (2 * t + item) * stride + j
    return places


def simulate_members(  # type: ignore[no-untyped-def]
    expenditure,  # (D, Y, S, J) float64, added to
    utilization,  # (D, Y, S, J) float64, added to
    claimant_usd,  # (capacity,) float64, filled
    claimant_where,  # (capacity, 3) int32, filled: draw within the block, year, stratum
    k0,  # uint32, low word of the seed
    k1,  # uint32, high word of the seed
    first_draw,
    members,  # (C,) int64
    stratum,  # (C,) int64
    rate,  # (C, Y, J) expected services per member and year
    cost,  # (C, Y, J) mean cost per service, USD
    weights,  # (C, J, 3): constant, weight of the shared factor's mass, weight of the own factor's mass
    table_of,  # (K,) uint64: where the table of each gamma mass begins
    frailty_tables,  # flat (table, cell, 2)
    cost_tables,  # flat (J, cell, 2)
    rate_multiplier,  # (D, Y)
    cost_multiplier,  # (D, Y)
    floor,  # (S,) USD
    below,
    guide,
):
    """Simulate a block of draws; returns the number of large claimants (above the capacity: run again with more)."""
    n_draws, n_years, _, n_categories = expenditure.shape
    n_counts = n_years * n_categories
    mass_counters = block_counters(1, 1, (table_of.shape[0] + 3) >> 2)
    count_counters = block_counters(n_years, 2, (n_categories + 3) >> 2)
    counters = block_counters(n_years, n_categories, 1)
    grid_at = word_places(n_years, n_categories, 0)
    rest_at = word_places(n_years, n_categories, 1)
    table_at = np.empty(n_counts, dtype=np.uint64)
    for p in range(n_counts):
        table_at[p] = np.uint64(p % n_categories) * _TABLE
    words = np.empty((4, n_counts), dtype=np.uint32)
    mass_words = np.empty(4 * mass_counters.shape[0], dtype=np.uint32)
    count_words = np.empty(4 * count_counters.shape[0], dtype=np.uint32)
    grid_words = np.empty(n_counts, dtype=np.uint32)
    rest_words = np.empty(n_counts, dtype=np.uint32)
    mass = np.empty(table_of.shape[0])
    shared = np.empty(n_years)
    scaled = np.empty((3, n_counts))
    price = np.empty(n_counts)
    mean = np.empty(n_counts)
    counts = np.empty(n_counts, dtype=np.int64)
    costs = np.empty(n_counts)
    cell_counts = np.empty(n_counts, dtype=np.int64)
    cell_costs = np.empty(n_counts)
    found = 0
    for d in range(n_draws):
        draw = np.uint32(first_draw + d)
        for c in range(members.shape[0]):
            s = stratum[c]
            cell_counts[:] = 0
            cell_costs[:] = 0.0
            scale_rates(scaled, rate[c], rate_multiplier[d], weights[c])
            for p in range(n_counts):
                price[p] = cost[c, p // n_categories, p % n_categories] * cost_multiplier[d, p // n_categories]
            for m in range(members[c]):
                member = np.uint32(m)
                n = mass_counters.shape[0]
                fill_events(mass_counters, n, member, draw, stream_cell(_FRAILTY, c), k0, k1, mass_words)
                draw_masses(mass, table_of, frailty_tables, mass_words, member, draw, c, k0, k1)
                large = expected_counts(mean, mass, shared, scaled)
                counts[:] = 0
                if large > 0:
                    draw_large_counts(counts, mean, n_categories, member, draw, c, k0, k1, below, guide)
                n = count_counters.shape[0]
                fill_events(count_counters, n, member, draw, stream_cell(_COUNT, c), k0, k1, count_words)
                for p in range(n_counts):
                    grid_words[p] = count_words[grid_at[p]]
                    rest_words[p] = count_words[rest_at[p]]
                draw_counts(counts, mean, grid_words, rest_words, below, guide)
                if n_counts + counts.sum() // 4 > counters.shape[0]:
                    room = 2 * (n_counts + counts.sum() // 4)
                    counters = longer(counters, room)
                    words = np.empty((4, room), dtype=np.uint32)
                n = further_counters(counters, counts)
                fill_blocks(counters, n, member, draw, stream_cell(_COST, c), k0, k1, words)
                draw_costs(costs, counts, cost_tables, table_at, words)
                if needs_tail(lowest_of_blocks(words, n)):
                    draw_tail_costs(costs, counts, cost_tables, table_at, words, counters, member, draw, c, k0, k1)
                for p in range(n_counts):
                    cell_counts[p] += counts[p]
                    cell_costs[p] += costs[p]
                for t in range(n_years):
                    total = 0.0
                    for p in range(t * n_categories, (t + 1) * n_categories):
                        total += costs[p] * price[p]
                    if total > floor[s]:
                        if found < claimant_usd.shape[0]:
                            claimant_usd[found] = total
                            claimant_where[found, 0] = d
                            claimant_where[found, 1] = t
                            claimant_where[found, 2] = s
                        found += 1
            for p in range(n_counts):
                expenditure[d, p // n_categories, s, p % n_categories] += cell_costs[p] * price[p]
                utilization[d, p // n_categories, s, p % n_categories] += cell_counts[p]
    return found
