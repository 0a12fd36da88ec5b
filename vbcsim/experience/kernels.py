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

from vbcsim.random.philox import address, fill_words, one_word, stream_cell
from vbcsim.random.variates import MIDDLE, any_tail, lookup, needs_tail, poisson_grid, poisson_rest

__all__ = ["simulate_members"]

# The streams' numbers (vbcsim.random.streams); a test holds them equal.
_FRAILTY, _COUNT, _COUNT_BLOCK, _COST, _COST_TAIL, _FRAILTY_TAIL = range(1, 7)
_STEPS_PER_UNIT = 4.0
_LARGE_MEAN = 32.0
_LARGE_STEP = 128


@register_jitable(forceinline=True)
def draw_masses(mass, table_of, tables, words, member, draw, cell, k0, k1):  # type: ignore[no-untyped-def]
    """Fill the gamma masses of one member from their words."""
    n = mass.shape[0]
    for k in range(n):
        mass[k] = lookup(tables, table_of[k], words[k & 3, k >> 2], MIDDLE)
    if any_tail(words, words.shape[1]):
        for k in range(n):
            word = words[k & 3, k >> 2]
            if needs_tail(word):
                finer = one_word(address(0, 0, k >> 2), k, member, draw, stream_cell(_FRAILTY_TAIL, cell), k0, k1)
                mass[k] = lookup(tables, table_of[k], word, finer)


@register_jitable(forceinline=True)
def expected_counts(mean, mass, shared, rate, multiplier, weights):  # type: ignore[no-untyped-def]
    """Fill ``mean`` (Y, J): rate x frailty; returns the largest.

    ``mass`` holds the shared factor's slices (first year, then last year from the end down to the first), then the own
    factors' lasting parts (J) and passing parts (Y, J).
    """
    n_years, n_categories = mean.shape
    for t in range(n_years):
        shared[t] = 0.0
    k = 0
    for first in range(n_years):
        alive = 0.0
        for back in range(n_years - first):
            alive += mass[k]
            k += 1
            shared[n_years - 1 - back] += alive
    largest = 0.0
    at = k + n_categories
    for t in range(n_years):
        for j in range(n_categories):
            theta = weights[j, 0] + weights[j, 1] * shared[t] + weights[j, 2] * (mass[k + j] + mass[at])
            at += 1
            mean[t, j] = rate[t, j] * multiplier[t] * theta
            largest = max(largest, mean[t, j])
    return largest


@register_jitable(forceinline=True)
def draw_large_counts(counts, mean, member, draw, cell, k0, k1, below, guide):  # type: ignore[no-untyped-def]
    """Draw whole Poisson blocks of means above the tables' reach; leaves the rest of the mean in ``mean``."""
    n_years, n_categories = mean.shape
    for t in range(n_years):
        for j in range(n_categories):
            block = 0
            while mean[t, j] > _LARGE_MEAN:
                c0 = address(t, j, block >> 2)
                word = one_word(c0, block, member, draw, stream_cell(_COUNT_BLOCK, cell), k0, k1)
                counts[t, j] += poisson_grid(_LARGE_STEP, word, below, guide)
                mean[t, j] -= _LARGE_MEAN
                block += 1


@register_jitable(forceinline=True)
def draw_counts(counts, mean, words, powers, below, guide):  # type: ignore[no-untyped-def]
    """Add to ``counts`` (Y, J) the Poisson counts of ``mean``: events 2 j and 2 j + 1 of the year.

    Returns how many blocks of four costs are needed beyond the first of each year and category.
    """
    n_years, n_categories = mean.shape
    stride = (n_categories + 1) >> 1
    further = 0
    for t in range(n_years):
        for j in range(n_categories):
            at = t * stride + (j >> 1)
            lane = 2 * (j & 1)
            step = int(mean[t, j] * _STEPS_PER_UNIT)
            n = poisson_grid(step, words[lane, at], below, guide)
            n += poisson_rest(mean[t, j] - step / _STEPS_PER_UNIT, words[lane + 1, at], powers)
            counts[t, j] += n
            further += max(counts[t, j] - 1, 0) >> 2
    return further


@register_jitable(forceinline=True)
def further_counters(counters, counts):  # type: ignore[no-untyped-def]
    """Fill the counters of the cost blocks beyond the first of each year and category, from ``counters[Y * J]`` on."""
    n_years, n_categories = counts.shape
    n = n_years * n_categories
    for t in range(n_years):
        for j in range(n_categories):
            for b in range(1, (counts[t, j] + 3) >> 2):
                counters[n] = address(t, j, b)
                n += 1


@register_jitable(forceinline=True)
def draw_costs(costs, counts, tables, words):  # type: ignore[no-untyped-def]
    """Fill ``costs`` (Y, J) with the sums of the services' relative costs."""
    n_years, n_categories = counts.shape
    further = n_years * n_categories
    for t in range(n_years):
        for j in range(n_categories):
            n = counts[t, j]
            first = t * n_categories + j
            total = 0.0
            for i in range(min(n, 4)):
                total += lookup(tables, j, words[i, first], MIDDLE)
            for i in range(4, n):
                total += lookup(tables, j, words[i & 3, further + (i >> 2) - 1], MIDDLE)
            if n > 4:
                further += (n - 1) >> 2
            costs[t, j] = total


@register_jitable(forceinline=True)
def draw_tail_costs(costs, counts, tables, words, member, draw, cell, k0, k1):  # type: ignore[no-untyped-def]
    """As ``draw_costs``, asking for finer words where a cost lies far out in its tail."""
    n_years, n_categories = counts.shape
    further = n_years * n_categories
    for t in range(n_years):
        for j in range(n_categories):
            n = counts[t, j]
            total = 0.0
            for i in range(n):
                at = t * n_categories + j if i < 4 else further + (i >> 2) - 1
                word = words[i & 3, at]
                finer = MIDDLE
                if needs_tail(word):
                    c0 = address(t, j, i >> 2)
                    finer = one_word(c0, i, member, draw, stream_cell(_COST_TAIL, cell), k0, k1)
                total += lookup(tables, j, word, finer)
            if n > 4:
                further += (n - 1) >> 2
            costs[t, j] = total


@register_jitable(forceinline=True)
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
    table_of,  # (K,) int64: table of each gamma mass
    frailty_tables,  # (T, cell, 2)
    cost_tables,  # (J, cell, 2)
    rate_multiplier,  # (D, Y)
    cost_multiplier,  # (D, Y)
    floor,  # (S,) USD
    powers,
    below,
    guide,
):
    """Simulate a block of draws; returns the number of large claimants (above the capacity: run again with more)."""
    n_draws, n_years, _, n_categories = expenditure.shape
    mass_counters = block_counters(1, 1, (table_of.shape[0] + 3) >> 2)
    count_counters = block_counters(n_years, 1, (n_categories + 1) >> 1)
    counters = block_counters(n_years, n_categories, 1)
    mass_words = np.empty((4, mass_counters.shape[0]), dtype=np.uint32)
    count_words = np.empty((4, count_counters.shape[0]), dtype=np.uint32)
    words = np.empty((4, counters.shape[0]), dtype=np.uint32)
    mass = np.empty(table_of.shape[0])
    shared = np.empty(n_years)
    mean = np.empty((n_years, n_categories))
    costs = np.empty((n_years, n_categories))
    cell_costs = np.empty((n_years, n_categories))
    price = np.empty((n_years, n_categories))
    counts = np.empty((n_years, n_categories), dtype=np.int64)
    cell_counts = np.empty((n_years, n_categories), dtype=np.int64)
    found = 0
    for d in range(n_draws):
        draw = np.uint32(first_draw + d)
        for c in range(members.shape[0]):
            s = stratum[c]
            cell_costs[:, :] = 0.0
            cell_counts[:, :] = 0
            for t in range(n_years):
                for j in range(n_categories):
                    price[t, j] = cost[c, t, j] * cost_multiplier[d, t]
            for m in range(members[c]):
                member = np.uint32(m)
                n = mass_counters.shape[0]
                fill_words(mass_counters, n, member, draw, stream_cell(_FRAILTY, c), k0, k1, mass_words)
                draw_masses(mass, table_of, frailty_tables, mass_words, member, draw, c, k0, k1)
                largest = expected_counts(mean, mass, shared, rate[c], rate_multiplier[d], weights[c])
                counts[:, :] = 0
                if largest > _LARGE_MEAN:
                    draw_large_counts(counts, mean, member, draw, c, k0, k1, below, guide)
                n = count_counters.shape[0]
                fill_words(count_counters, n, member, draw, stream_cell(_COUNT, c), k0, k1, count_words)
                n = n_years * n_categories + draw_counts(counts, mean, count_words, powers, below, guide)
                if n > counters.shape[0]:
                    larger = np.empty(2 * n, dtype=np.uint32)
                    larger[: n_years * n_categories] = counters[: n_years * n_categories]
                    counters = larger
                    words = np.empty((4, 2 * n), dtype=np.uint32)
                further_counters(counters, counts)
                fill_words(counters, n, member, draw, stream_cell(_COST, c), k0, k1, words)
                if any_tail(words, n):
                    draw_tail_costs(costs, counts, cost_tables, words, member, draw, c, k0, k1)
                else:
                    draw_costs(costs, counts, cost_tables, words)
                for t in range(n_years):
                    total = 0.0
                    for j in range(n_categories):
                        cell_costs[t, j] += costs[t, j]
                        cell_counts[t, j] += counts[t, j]
                        total += costs[t, j] * price[t, j]
                    if total > floor[s]:
                        if found < claimant_usd.shape[0]:
                            claimant_usd[found] = total
                            claimant_where[found, 0] = d
                            claimant_where[found, 1] = t
                            claimant_where[found, 2] = s
                        found += 1
            for t in range(n_years):
                for j in range(n_categories):
                    expenditure[d, t, s, j] += cell_costs[t, j] * price[t, j]
                    utilization[d, t, s, j] += cell_counts[t, j]
    return found
