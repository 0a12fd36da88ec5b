"""The members kernel: every member's claims, one draw after the other. Twin: ``vbcsim.experience.twins``.

Axes: D draws of the block, R rows (members of a cell who are there over the same time), P periods, J categories, S
strata, G response classes, F profiles, W worlds, T targeted rules. The frailty of a member has a shared factor, a gamma
trawl with a slice for each first and last period, and one own factor per category with a lasting part and a passing
part per period: K = P (P + 1) / 2 + J + P J gamma masses. Only the periods in which a row is there are worked out.
"""

from __future__ import annotations

import numpy as np

from vbcsim.experience.member import (
    draw_costs,
    draw_counts,
    draw_large_counts,
    draw_masses,
    draw_tail_costs,
    expected_counts,
    further_counters,
    living_mass,
    lowest_of_blocks,
    scale_rates,
)
from vbcsim.experience.targeting import follow_rules
from vbcsim.random.philox import fill_blocks, fill_events, stream_cell
from vbcsim.random.variates import needs_tail

__all__ = ["simulate_members"]

# The streams' numbers (vbcsim.random.streams); a test holds them equal.
_FRAILTY, _COUNT, _COST = 1, 2, 4


def simulate_members(  # type: ignore[no-untyped-def]
    expenditure,  # (D, P, S, J) float64, added to
    utilization,  # (D, P, S, J) float64, added to
    morbidity,  # (D, P, S) float64, added to: sums of exposure x score weight x shared factor
    engaged,  # (D, P, S, T) float64, added to: person-years enrolled in a rule
    claimant_usd,  # (capacity,) float64, filled
    claimant_where,  # (capacity, 3) int32, filled: draw within the block, period, stratum
    k0,  # uint32, low word of the seed
    k1,  # uint32, high word of the seed
    first_draw,  # number of the block's first draw in the addresses
    row_members,  # (D, R) int64
    row_first,  # (R,) int64: first period of presence
    row_last,  # (R,) int64: last period of presence
    stratum,  # (R,) int64
    cls,  # (R,) int64
    profile,  # (R,) int64
    rate,  # (R, P, J) expected services per member and period
    exposure,  # (R, P) person-years per member and period
    score_weight,  # (R, P): risk score that a unit of the shared factor is worth
    score_lag,  # periods from the shared factor to the score that it moves; before the first period stands the first
    cost,  # (R, P, J) mean cost per service, USD
    weights,  # (W, R, J, 3): constant, weight of the shared factor's mass, weight of the own factor's mass
    shared_scale,  # (W * F, 2): shared factor = constant + scale x mass
    table_of,  # (W * F, K) uint64: where the table of each gamma mass begins
    cost_table_of,  # (W * F, J) uint64: where the table of each category's cost begins
    frailty_tables,  # flat (table, cell, 2)
    cost_tables,  # flat (table, cell, 2)
    rate_multiplier,  # (D, G, P, J)
    cost_multiplier,  # (D, G, P, J)
    world,  # (D,) int64
    target_category,  # (T,) int64: the category that a rule counts, or -1 for the cost of all
    target_least,  # (T,): services or more, or USD and above, in the period before
    target_reach,  # (T, R) bool
    target_uptake,  # (D, T, P): chance that an eligible member is enrolled
    target_multiplier,  # (D, T, P, J): what multiplies the rates of who is enrolled
    floor,  # (S,) USD
    below,
    guide,
    scratch,  # arrays to work in (vbcsim.experience.scratch): the kernel itself allocates nothing
):
    """Simulate a block of draws; returns the number of large claimants (above the capacity: run again with more).

    A negative number says how many blocks of cost words ``scratch`` has no room for: run again with more.
    """
    n_draws, n_periods, _, n_categories = expenditure.shape
    n_profiles = table_of.shape[0] // weights.shape[0]
    n_rules = target_least.shape[0]
    n_masses = table_of.shape[1]
    n_slices = n_periods * (n_periods + 1) // 2
    per_item = (n_categories + 3) >> 2
    (
        mass_counters, mass_words, count_counters, count_blocks, count_words, cost_counters, counters, words,
        grid_words, rest_words, grid_at, rest_at, period_of, category_of, table_at_all, masses, shared, scaled, price,
        mean_all, costs_all, row_costs, row_shared, factor, counts_all, row_counts, enrolled,
    ) = scratch  # fmt: skip
    found = 0
    for d in range(n_draws):
        draw = np.uint32(first_draw + d)
        for r in range(row_first.shape[0]):
            n_members = row_members[d, r]
            first = row_first[r]
            last = row_last[r]
            if n_members == 0 or last < first:
                continue
            s = stratum[r]
            g = cls[r]
            of = world[d] * n_profiles + profile[r]
            n_counts = (last - first + 1) * n_categories
            # Masses: slices and lasting parts always, passing parts of the periods of presence; whole blocks of words.
            own = n_slices + n_categories
            begin = own + first * n_categories
            end = begin + n_counts
            head = end if first == 0 else own
            n_head = (head + 3) >> 2
            from_block = max(begin >> 2, n_head)
            n_tail = max(((end + 3) >> 2) - from_block, 0)
            tail_counters = mass_counters[from_block : from_block + n_tail]
            head_mass = masses[: min(4 * n_head, n_masses)]
            tail_mass = masses[4 * from_block : min(4 * (from_block + n_tail), n_masses)]
            head_table = table_of[of]
            tail_table = head_table[4 * from_block :]
            slices = masses[:n_slices]
            lasting = masses[n_slices:own]
            passing = masses[begin:end]
            present = shared[first : last + 1]
            count_block = count_counters[2 * per_item * first : 2 * per_item * (last + 1)]
            table_at = table_at_all[:n_counts]
            mean = mean_all[:n_counts]
            counts = counts_all[:n_counts]
            costs = costs_all[:n_counts]
            reach = target_reach[:, r]
            targeted = False
            for k in range(n_rules):
                targeted = targeted or reach[k]
                for t in range(n_periods):
                    enrolled[k, t] = 0
            for p in range(n_counts):
                row_counts[p] = 0
                row_costs[p] = 0.0
            for t in range(n_periods):
                row_shared[t] = 0.0
            scale_rates(scaled, rate[r], rate_multiplier[d, g], weights[world[d], r], first, last)
            for p in range(n_counts):
                t = first + p // n_categories
                j = p % n_categories
                price[p] = cost[r, t, j] * cost_multiplier[d, g, t, j]
                table_at[p] = cost_table_of[of, j]
                counters[p] = cost_counters[first * n_categories + p]
            for m in range(n_members):
                member = np.uint32(m)
                fill_events(mass_counters, n_head, member, draw, stream_cell(_FRAILTY, r), k0, k1, mass_words)
                draw_masses(head_mass, 0, head_table, frailty_tables, mass_words, member, draw, r, k0, k1)
                if n_tail > 0:
                    fill_events(tail_counters, n_tail, member, draw, stream_cell(_FRAILTY, r), k0, k1, mass_words)
                    begins = 4 * from_block
                    draw_masses(tail_mass, begins, tail_table, frailty_tables, mass_words, member, draw, r, k0, k1)
                living_mass(shared, slices)
                large = expected_counts(mean, present, lasting, passing, scaled, period_of, category_of)
                for p in range(n_counts):
                    counts[p] = 0
                if large > 0:
                    draw_large_counts(counts, mean, n_categories, first, member, draw, r, k0, k1, below, guide)
                n = count_block.shape[0]
                fill_blocks(count_block, n, member, draw, stream_cell(_COUNT, r), k0, k1, count_blocks)
                for p in range(n_counts):
                    grid_words[p] = count_words[grid_at[p]]
                    rest_words[p] = count_words[rest_at[p]]
                draw_counts(counts, mean, grid_words, rest_words, below, guide)
                room = n_counts
                for p in range(n_counts):
                    room += counts[p] >> 2
                if room > counters.shape[0]:
                    return -room
                n = further_counters(counters, counts)
                fill_blocks(counters, n, member, draw, stream_cell(_COST, r), k0, k1, words)
                draw_costs(costs, counts, cost_tables, table_at, words)
                if needs_tail(lowest_of_blocks(words, n)):
                    draw_tail_costs(costs, counts, cost_tables, table_at, words, counters, member, draw, r, k0, k1)
                if targeted:
                    follow_rules(
                        counts, costs, mean, enrolled, factor, first, lasting, passing, present, scaled, price,
                        grid_words, rest_words, cost_tables, table_at, target_category, target_least, reach,
                        target_uptake[d], target_multiplier[d], member, draw, r, k0, k1, below, guide,
                    )  # fmt: skip
                for p in range(n_counts):
                    row_counts[p] += counts[p]
                    row_costs[p] += costs[p]
                for t in range(n_periods):
                    row_shared[t] += shared[t]
                for t in range(last - first + 1):
                    total = 0.0
                    for p in range(t * n_categories, (t + 1) * n_categories):
                        total += costs[p] * price[p]
                    if total > floor[s]:
                        if found < claimant_usd.shape[0]:
                            claimant_usd[found] = total
                            claimant_where[found, 0] = d
                            claimant_where[found, 1] = first + t
                            claimant_where[found, 2] = s
                        found += 1
            for p in range(n_counts):
                t = first + p // n_categories
                expenditure[d, t, s, p % n_categories] += row_costs[p] * price[p]
                utilization[d, t, s, p % n_categories] += row_counts[p]
            for t in range(first, last + 1):
                mass = row_shared[max(t - score_lag, 0)]
                factor_sum = shared_scale[of, 0] * n_members + shared_scale[of, 1] * mass
                morbidity[d, t, s] += exposure[r, t] * score_weight[r, t] * factor_sum
                for k in range(n_rules):
                    engaged[d, t, s, k] += exposure[r, t] * enrolled[k, t]
    return found
