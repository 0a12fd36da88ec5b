"""The pooled kernel: every row of like members at the cost of one. Twin: ``vbcsim.experience.pooled_twin``.

Axes: D draws of the block, R rows, P periods, J categories, S strata, G response classes, F profiles, W worlds, Q spans
of presence, N kinds of split into small and large claims. ``docs/explanation/pooling.md`` says why the result has the
distribution of the members kernel.
"""

from __future__ import annotations

import numpy as np

from vbcsim.experience.pooled_rows import (
    candidate_masses,
    expected_of_row,
    find,
    give_owners,
    large_claims,
    large_rates,
    living_periods,
    numbers_of_large,
    places_of,
    row_masses,
    small_by_frailty,
    small_claims_of,
    small_claims_of_candidate,
)
from vbcsim.random.philox import address, fill_blocks, stream_cell

__all__ = ["simulate_rows"]

# The streams' numbers (vbcsim.random.streams); a test holds them equal.
_COUNT, _COST = 22, 23
_TWO_32 = 2.0**32


def simulate_rows(  # type: ignore[no-untyped-def]
    expenditure,  # (D, P, S, J) float64, added to
    utilization,  # (D, P, S, J) float64, added to
    morbidity,  # (D, P, S) float64, added to: sums of exposure x score weight x shared factor
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
    span,  # (R,) int64: which span of presence
    span_start,  # (Q,) int64: first period of the shared trawl of a span
    shapes,  # (W * F, Q, K): shapes of a member's gamma masses over a span
    mass_table_of,  # (W * F, Q, K) uint64: where the table of each of them begins
    mass_tables,  # flat (table, cell, 2)
    split,  # (R,) int64: which split into small and large claims
    large_step,  # (W, N, J) uint64: of 2**32 words of a claim's survival probability, how many are large claims
    sum_start,  # (W, N, J) uint64: where the tables of the sums of small claims begin
    sum_cumulants,  # (W, N, J, 5): of one small claim: mean, deviation, standardised cumulants
    sum_tables,  # flat
    normal,  # flat two-sided table of the standard normal
    cost_table_of,  # (W * F, J) uint64: where the table of each category's cost begins
    cost_tables,  # flat (table, cell, 2)
    rate_multiplier,  # (D, G, P, J)
    cost_multiplier,  # (D, G, P, J)
    world,  # (D,) int64
    floor,  # (S,) USD
    candidate,  # (S,) USD: who has large claims above it in a period is looked at one by one
    below,
    guide,
    scratch,  # arrays to work in (vbcsim.experience.pooled_prepare.scratch): the kernel itself allocates nothing
):
    """Simulate a block of draws; returns the number of large claimants (above the capacity: run again with more).

    A negative number says how many large claims of a row there is no room for in ``scratch``.
    """
    n_draws, n_periods, _, n_categories = expenditure.shape
    n_profiles = cost_table_of.shape[0] // weights.shape[0]
    (
        mass_counters, count_counters, cost_counters, own_counters, share_counters,
        mass_words, count_words, cost_words, own_words, share_words,
        masses, rest_mass, own, own_sums, weights_left, large_rate, scales_all, normals, shared_all, bonus, scaled_all,
        parts, price, mean_all, costs_all, large_costs, own_means, share, own_mean, own_costs,
        large_all, counts_all, own_counts, begins, taken_all, places, living_all, own_claims,
        claim_at, claim_source, claim_owner, urn, next_claim, last_claim, members, present, claim_usd, claim_word,
        keys, stamps, owner_keys, owner_stamps, owner_place, sums, scores,
    ) = scratch  # fmt: skip
    for k in range(shapes.shape[2]):
        mass_counters[0, k] = address(0, 0, k)
        mass_counters[1, k] = address(1, 0, k)
        own_claims[k] = 0
    for t in range(n_periods):
        for j in range(n_categories):
            p = t * n_categories + j
            count_counters[p] = address(t, j, 0)
            cost_counters[p] = address(t, j, 0)
            own_counters[p] = address(t, j, 0)
    for k in range(stamps.shape[0]):
        stamps[k] = 0
        owner_stamps[k] = 0
    stamp = 0
    found = 0
    for r in range(row_first.shape[0]):
        first = row_first[r]
        last = row_last[r]
        if last < first:
            continue
        s = stratum[r]
        g = cls[r]
        start = span_start[span[r]]
        n_present = last - first + 1
        n_counts = n_present * n_categories
        n_shared = last - start + 1
        lead = first - start
        n_slices = n_shared * (n_shared + 1) // 2
        n_masses = n_slices + n_categories + n_counts
        living = living_all[:n_masses]
        living_periods(living, n_slices, n_shared, n_categories, lead)
        mass = masses[:n_masses]
        taken = taken_all[:n_masses]
        shared = shared_all[:n_shared]
        scaled = scaled_all[:, :n_counts]
        mean = mean_all[:n_counts]
        large = large_all[:n_counts]
        counts = counts_all[:n_counts]
        costs = costs_all[:n_counts]
        scales = scales_all[:n_masses]
        for d in range(n_draws):
            n_members = row_members[d, r]
            if n_members == 0:
                continue
            draw = np.uint32(first_draw + d)
            w = world[d]
            of = w * n_profiles + profile[r]
            shape = shapes[of, span[r]]
            step = large_step[w, split[r]]
            starts = sum_start[w, split[r]]
            cumulants = sum_cumulants[w, split[r]]
            table_at = cost_table_of[of]
            for j in range(n_categories):
                share[j] = 1.0 - np.float64(step[j]) / _TWO_32
            for t in range(n_present):
                for j in range(n_categories):
                    p = t * n_categories + j
                    price[p] = cost[r, first + t, j] * cost_multiplier[d, g, first + t, j]
                    expected = rate[r, first + t, j] * rate_multiplier[d, g, first + t, j]
                    scaled[0, p] = expected * weights[w, r, j, 0]
                    scaled[1, p] = expected * weights[w, r, j, 1]
                    scaled[2, p] = expected * weights[w, r, j, 2]
            # What claims come from.
            for k in range(n_masses):
                weights_left[k] = n_members * shape[k]
                scales[k] = 1.0
            row_masses(
                mass, weights_left, scales, n_masses, mass_counters[0], mass_words, normals, normal, 0, draw, r, k0, k1
            )
            expected_of_row(mean, parts, shared, mass, n_members, scaled, n_slices, n_categories, lead)
            # Large claims, one by one.
            fill_blocks(
                count_counters[first * n_categories :], n_counts, np.uint32(0), draw, stream_cell(_COUNT, r), k0, k1,
                count_words,
            )  # fmt: skip
            n_claims = numbers_of_large(large, mean, share, count_words, n_present, below, guide, normal)
            if n_claims > claim_at.shape[0]:
                return -n_claims
            n_candidates = 0
            if n_claims > 0:
                large_claims(
                    claim_at, claim_usd, claim_source, claim_word, large_costs, large, mean, parts, mass, scaled, price,
                    step, cost_tables, table_at, n_slices, n_shared, first, start, draw, r, k0, k1,
                )  # fmt: skip
                give_owners(claim_owner, claim_source, claim_word, n_claims, n_members, shape, begins, taken, urn)
                # Members whose large claims of a period come near the floor: the candidates. A claim also tells of
                # frailty: it counts for the small claims that the shared factor behind it lets expect.
                small_by_frailty(bonus, scaled, share, cumulants, price, n_present)
                stamp += 1
                # A table no larger than these claims need, so that it stays near.
                bits = 1
                while (1 << bits) < 2 * n_claims:
                    bits += 1
                shift = np.uint64(64 - bits)
                for c in range(n_claims):
                    t = claim_at[c] // n_categories
                    key = claim_owner[c] * n_present + t
                    at = find(keys, stamps, stamp, shift, key)
                    if stamps[at] != stamp:
                        stamps[at] = stamp
                        keys[at] = key
                        sums[at] = 0.0
                        scores[at] = 0.0
                    before = scores[at]
                    sums[at] += claim_usd[c]
                    scores[at] = before + claim_usd[c] + bonus[t] * (claim_source[c] < n_slices)
                    if scores[at] > candidate[s] and before <= candidate[s]:
                        at = find(owner_keys, owner_stamps, stamp, shift, claim_owner[c])
                        if owner_stamps[at] != stamp:
                            owner_stamps[at] = stamp
                            owner_keys[at] = claim_owner[c]
                            owner_place[at] = n_candidates
                            members[n_candidates] = claim_owner[c]
                            present[n_candidates] = 0
                            last_claim[n_candidates] = -1
                            n_candidates += 1
                        present[owner_place[at]] |= 1 << t
            else:
                for p in range(n_counts):
                    large_costs[p] = 0.0
            for p in range(n_counts):
                counts[p] = large[p]
                costs[p] = large_costs[p]
            if n_candidates > 0:
                # Given the large claims, a mass is gamma again: of more shape where it brought claims, of less scale.
                large_rates(large_rate[:n_masses], scaled, share, n_slices, n_shared, lead)
                for p in range(n_counts):
                    own_means[p] = 0.0
                for k in range(n_masses):
                    scales[k] = 1.0 / (1.0 + large_rate[k])
                    weights_left[k] += taken[k]
                    own_sums[k] = -1.0
                for c in range(n_claims):
                    at = find(owner_keys, owner_stamps, stamp, shift, claim_owner[c])
                    if owner_stamps[at] == stamp and claim_source[c] >= 0:
                        next_claim[c] = last_claim[owner_place[at]]
                        last_claim[owner_place[at]] = c
                for i in range(n_candidates):
                    c = last_claim[i]
                    while c >= 0:
                        own_claims[claim_source[c]] += 1
                        c = next_claim[c]
                    n_places = places_of(places, living, present[i])
                    candidate_masses(
                        own, places, n_places, shape, scales, own_claims, mass_tables, mass_table_of[of, span[r]],
                        share_counters, share_words, normal, i, draw, r, k0, k1,
                    )  # fmt: skip
                    for i_place in range(n_places):
                        k = places[i_place]
                        own_sums[k] = max(own_sums[k], 0.0) + own[k]
                        weights_left[k] -= shape[k] + own_claims[k]
                    c = last_claim[i]
                    while c >= 0:
                        own_claims[claim_source[c]] = 0
                        c = next_claim[c]
                    for t in range(n_present):
                        if (present[i] >> t) & 1 == 0:
                            continue
                        of_shared = 0.0
                        for k in range(n_slices):
                            if (living[k] >> t) & 1:
                                of_shared += own[k]
                        for j in range(n_categories):
                            p = t * n_categories + j
                            of_own = own[n_slices + j] + own[n_slices + n_categories + p]
                            own_mean[j] = scaled[0, p] + scaled[1, p] * of_shared + scaled[2, p] * of_own
                            own_means[p] += own_mean[j]
                        small_claims_of_candidate(
                            own_counts, own_costs, own_mean, share, own_counters[(first + t) * n_categories :],
                            own_words, sum_tables, starts, cumulants, below, guide, normal, i, draw, r, k0, k1,
                        )  # fmt: skip
                        total = sums[find(keys, stamps, stamp, shift, members[i] * n_present + t)]
                        for j in range(n_categories):
                            p = t * n_categories + j
                            counts[p] += own_counts[j]
                            costs[p] += own_costs[j]
                            total += own_costs[j] * price[p]
                        if total > floor[s]:
                            if found < claimant_usd.shape[0]:
                                claimant_usd[found] = total
                                claimant_where[found, 0] = d
                                claimant_where[found, 1] = first + t
                                claimant_where[found, 2] = s
                            found += 1
                # A mass of which candidates have their part is drawn anew: theirs and, here, that of all others.
                for k in range(n_masses):
                    # Of a mass that nobody else has, rounding leaves less than a member's shape.
                    if own_sums[k] < 0.0 or weights_left[k] < 0.5 * shape[k]:
                        weights_left[k] = 0.0
                row_masses(
                    rest_mass, weights_left, scales, n_masses, mass_counters[1], mass_words, normals, normal, 1, draw,
                    r, k0, k1,
                )  # fmt: skip
                for k in range(n_masses):
                    if own_sums[k] >= 0.0:
                        mass[k] = rest_mass[k] + own_sums[k]
                expected_of_row(mean, parts, shared, mass, n_members, scaled, n_slices, n_categories, lead)
                for p in range(n_counts):
                    mean[p] -= own_means[p]
            # Everybody else's small claims, in one sum.
            fill_blocks(
                cost_counters[first * n_categories :], n_counts, np.uint32(0), draw, stream_cell(_COST, r), k0, k1,
                cost_words,
            )  # fmt: skip
            small_claims_of(
                large, large_costs[:n_counts], mean, share, count_words, cost_words, sum_tables, starts, cumulants,
                below, guide, normal,
            )  # fmt: skip
            for t in range(n_present):
                for j in range(n_categories):
                    p = t * n_categories + j
                    expenditure[d, first + t, s, j] += (costs[p] + large_costs[p]) * price[p]
                    utilization[d, first + t, s, j] += counts[p] + large[p]
            for t in range(first, last + 1):
                factor = shared_scale[of, 0] * n_members + shared_scale[of, 1] * shared[max(t - score_lag, 0) - start]
                morbidity[d, t, s] += exposure[r, t] * score_weight[r, t] * factor
    return found
