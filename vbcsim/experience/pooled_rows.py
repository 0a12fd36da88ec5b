"""Parts of the pooled kernel: frailty of a row, its large claims and their owners, its candidates' own claims.

Arrays by ``p`` are by period of presence, then category. A row's gamma masses stand in one array: the slices of the
shared trawl (first period, then last period from the end down to the first), the own factors' lasting parts (J), their
passing parts (p).
"""

from __future__ import annotations

import numpy as np
from numba.extending import register_jitable

from vbcsim.experience.pooled_variates import gamma, poisson, sum_of_claims, uniform
from vbcsim.random.philox import address, fill_blocks, fill_events, one_word, philox4x32, stream_cell
from vbcsim.random.variates import MIDDLE, lookup, needs_tail

__all__ = [
    "candidate_masses",
    "expected_of_row",
    "find",
    "give_owners",
    "large_claims",
    "large_rates",
    "places_of",
    "row_masses",
    "small_claims_of",
    "small_claims_of_candidate",
]

# The streams' numbers (vbcsim.random.streams); a test holds them equal.
_FRAILTY, _LARGE, _OWNER, _SHARE, _REST = 21, 24, 25, 26, 28
_32 = np.uint64(32)
_LOW = np.uint64(0xFFFFFFFF)
_FINER = 128
_EVENTS = 16
_WITHIN = (1 << _EVENTS) - 1
_HASH = np.uint64(0x9E3779B97F4A7C15)


@register_jitable
def row_masses(  # type: ignore[no-untyped-def]
    mass, weights, scales, n_masses, counters, words, normal, time, draw, row, k0, k1
):
    """Fill gamma masses of these shapes and scales; ``time``, the period of the addresses, tells two sets apart."""
    c3 = stream_cell(_FRAILTY, row)
    fill_blocks(counters, n_masses, np.uint32(0), draw, c3, k0, k1, words)
    for k in range(n_masses):
        mass[k] = 0.0
        if weights[k] > 0.0:
            w0, w1, w2 = words[0, k], words[1, k], words[2, k]
            value = gamma(weights[k], w0, w1, w2, normal, time, k, np.uint32(0), draw, c3, k0, k1)
            mass[k] = value * scales[k]


@register_jitable
def expected_of_row(mean, parts, shared, mass, n_members, scaled, n_slices, first, start):  # type: ignore[no-untyped-def]
    """Fill the row's expected counts (p) and their parts (3, p): constant, shared factor, own factor.

    ``start`` is the first period of the shared trawl, ``first`` that of presence; ``shared`` is filled by period of the
    trawl with its mass.
    """
    n_shared = shared.shape[0]
    n_categories = scaled.shape[1] // (n_shared - (first - start))
    shared[:] = 0.0
    k = 0
    for begin in range(n_shared):
        alive = 0.0
        for back in range(n_shared - begin):
            alive += mass[k]
            k += 1
            shared[n_shared - 1 - back] += alive
    for p in range(scaled.shape[1]):
        own = mass[n_slices + p % n_categories] + mass[n_slices + n_categories + p]
        parts[0, p] = n_members * scaled[0, p]
        parts[1, p] = scaled[1, p] * shared[first - start + p // n_categories]
        parts[2, p] = scaled[2, p] * own
        mean[p] = parts[0, p] + parts[1, p] + parts[2, p]


@register_jitable
def large_claims(  # type: ignore[no-untyped-def]
    claim_at, claim_usd, claim_source, claim_word, costs, large, mean, parts, mass, scaled, price, step, tables,
    table_at, n_slices, n_shared, first, start, draw, row, k0, k1,
):  # fmt: skip
    """Draw every large claim's cost and the mass that it came from; returns how many there are.

    ``claim_source`` is the number of a gamma mass, or -1 for the constant part of the frailty; ``claim_word`` is the
    word that picks the owner within it; ``costs`` (p) takes the sums of the relative costs.
    """
    n_categories = step.shape[0]
    c3 = stream_cell(_LARGE, row)
    c3_owner = stream_cell(_OWNER, row)
    w0 = w1 = w2 = w3 = o0 = o1 = o2 = o3 = np.uint32(0)
    n = 0
    for p in range(large.shape[0]):
        costs[p] = 0.0
        j = p % n_categories
        t = first + p // n_categories
        for i in range(large[p]):
            event = i & _WITHIN
            if i & 3 == 0:
                w0, w1, w2, w3 = philox4x32(address(t, j, event >> 2), np.uint32(i >> _EVENTS), draw, c3, k0, k1)
            if i & 1 == 0:
                o0, o1, o2, o3 = philox4x32(address(t, j, event >> 1), np.uint32(i >> _EVENTS), draw, c3_owner, k0, k1)
            word, pick, owner = w0, o0, o1
            if i & 3 == 1:
                word = w1
            elif i & 3 == 2:
                word = w2
            elif i & 3 == 3:
                word = w3
            if i & 1 == 1:
                pick, owner = o2, o3
            survival = np.uint64(word) * step[j]
            if needs_tail(word):
                chunk = np.uint32(i >> _EVENTS)
                finer = one_word(address(t, j + _FINER, event >> 2), i, chunk, draw, c3, k0, k1)
                survival += (np.uint64(finer) * step[j]) >> _32
            else:
                survival += step[j] >> np.uint64(1)
            value = lookup(tables, table_at[j], np.uint32(survival >> _32), np.uint32(survival & _LOW))
            costs[p] += value
            claim_at[n] = p
            claim_usd[n] = value * price[p]
            claim_word[n] = owner
            claim_source[n] = source(uniform(pick) * mean[p], p, parts, mass, scaled, n_slices, n_shared, first - start)
            n += 1
    return n


@register_jitable(forceinline=True)
def source(x, p, parts, mass, scaled, n_slices, n_shared, lead):  # type: ignore[no-untyped-def]
    """The mass in which a point ``x`` of the expected count of ``p`` lies; -1: the constant part."""
    if x < parts[0, p]:
        return -1
    x -= parts[0, p]
    n_categories = scaled.shape[1] // (n_shared - lead)
    if x < parts[1, p] or parts[2, p] <= 0.0:
        if parts[1, p] <= 0.0:
            return -1
        x /= scaled[1, p]
        t = lead + p // n_categories
        last = -1
        k = 0
        for begin in range(t + 1):
            for back in range(n_shared - t):
                if mass[k + back] > 0.0:
                    last = k + back
                    if x < mass[last]:
                        return last
                    x -= mass[last]
            k += n_shared - begin
        return last
    k = n_slices + p % n_categories
    x = (x - parts[1, p]) / scaled[2, p]
    if (x < mass[k] and mass[k] > 0.0) or mass[n_slices + n_categories + p] <= 0.0:
        return k
    return n_slices + n_categories + p


@register_jitable
def give_owners(  # type: ignore[no-untyped-def]
    claim_owner, claim_source, claim_word, n_claims, n_members, shapes, begins, taken, urn
):
    """Give every large claim to a member, by the Polya urn of the mass that it came from.

    The members' shares of a mass are Dirichlet: a claim goes to the owner of an earlier claim of the same mass, each of
    them as likely as a weight of 1, or to any member with the weight of the member's own shape.
    """
    taken[:] = 0
    for c in range(n_claims):
        if claim_source[c] >= 0:
            taken[claim_source[c]] += 1
    total = 0
    for k in range(taken.shape[0]):
        begins[k] = total
        total += taken[k]
        taken[k] = 0
    for c in range(n_claims):
        u = uniform(claim_word[c])
        k = claim_source[c]
        if k < 0:
            claim_owner[c] = min(np.int64(u * n_members), n_members - 1)
            continue
        place = u * (n_members * shapes[k] + taken[k])
        if place < taken[k]:
            owner = urn[begins[k] + np.int64(place)]
        else:
            owner = min(np.int64((place - taken[k]) / shapes[k]), n_members - 1)
        urn[begins[k] + taken[k]] = owner
        taken[k] += 1
        claim_owner[c] = owner


@register_jitable(forceinline=True)
def find(keys, stamps, stamp, shift, key):  # type: ignore[no-untyped-def]
    """The place of a key in an open table, its own or the free one where it belongs."""
    room = np.uint64(keys.shape[0] - 1)
    at = np.int64((np.uint64(key) * _HASH) >> shift)
    while stamps[at] == stamp and keys[at] != key:
        at = np.int64(np.uint64(at + 1) & room)
    return at


@register_jitable
def places_of(places, n_slices, n_shared, n_categories, lead, present):  # type: ignore[no-untyped-def]
    """Fill the masses that live in any of the periods of presence marked in ``present`` (bits); returns how many."""
    n = 0
    k = 0
    for begin in range(n_shared):
        for back in range(n_shared - begin):
            last = n_shared - 1 - back
            for t in range(max(begin - lead, 0), last - lead + 1):
                if (present >> t) & 1:
                    places[n] = k
                    n += 1
                    break
            k += 1
    for j in range(n_categories):
        places[n] = n_slices + j
        n += 1
    for t in range(n_shared - lead):
        if (present >> t) & 1:
            for j in range(n_categories):
                places[n] = n_slices + n_categories + t * n_categories + j
                n += 1
    return n


@register_jitable
def large_rates(rates, scaled, share, n_slices, n_shared, lead):  # type: ignore[no-untyped-def]
    """Fill the expected number of large claims per unit of each mass."""
    n_counts = scaled.shape[1]
    n_categories = share.shape[0]
    for k in range(rates.shape[0]):
        rates[k] = 0.0
    for p in range(n_counts):
        large = 1.0 - share[p % n_categories]
        own = scaled[2, p] * large
        rates[n_slices + p % n_categories] += own
        rates[n_slices + n_categories + p] = own
        of_shared = scaled[1, p] * large
        t = lead + p // n_categories
        k = 0
        for begin in range(t + 1):
            for back in range(n_shared - t):
                rates[k + back] += of_shared
            k += n_shared - begin


@register_jitable
def candidate_masses(  # type: ignore[no-untyped-def]
    own,
    places,
    n_places,
    shapes,
    scales,
    own_claims,
    tables,
    table_at,
    counters,
    words,
    normal,
    place,
    draw,
    row,
    k0,
    k1,
):
    """Fill a member's own part of each of these masses, given the member's large claims.

    A gamma mass that has brought ``c`` claims at a rate is gamma again, of shape ``shape + c`` and scale
    ``1 / (1 + rate)``, and independent of the other members'.
    """
    c3 = stream_cell(_SHARE, row)
    c1 = np.uint32(place)
    first = np.int64(0)
    n = 0
    for i in range(n_places):
        if places[i] >> 2 != first or n == 0:
            first = places[i] >> 2
            counters[n] = address(0, 0, first)
            n += 1
    fill_events(counters, n, c1, draw, c3, k0, k1, words)
    n = 0
    first = places[0] >> 2
    for i in range(n_places):
        k = places[i]
        if k >> 2 != first:
            first = k >> 2
            n += 1
        if own_claims[k] > 0:
            a0, a1, a2, _ = philox4x32(address(1, 0, k), c1, draw, c3, k0, k1)
            own[k] = gamma(shapes[k] + own_claims[k], a0, a1, a2, normal, 1, k, c1, draw, c3, k0, k1) * scales[k]
        else:
            word = words[4 * n + (k & 3)]
            finer = MIDDLE
            if needs_tail(word):
                finer = one_word(address(2, 0, k >> 2), k, c1, draw, c3, k0, k1)
            own[k] = lookup(tables, table_at[k], word, finer) * scales[k]


@register_jitable
def small_claims_of(  # type: ignore[no-untyped-def]
    counts, costs, mean, share, count_words, cost_words, tables, starts, cumulants, below, guide, normal
):
    """Fill the numbers and the summed relative costs of small claims with these expected counts of claims of any size.

    All by ``p``; category ``p % J`` has ``share`` of its claims small.
    """
    n_categories = share.shape[0]
    for p in range(mean.shape[0]):
        j = p % n_categories
        k = poisson(max(mean[p], 0.0) * share[j], count_words[0, p], count_words[1, p], below, guide, normal)
        counts[p] = k
        costs[p] = 0.0
        if k > 0:
            costs[p] = sum_of_claims(k, starts[j], tables, cost_words, 3 * p, cumulants, j, normal)


@register_jitable
def small_claims_of_candidate(  # type: ignore[no-untyped-def]
    counts, costs, mean, share, counters, words, more, tables, starts, cumulants, below, guide, normal, place, period,
    draw, row, k0, k1,
):  # fmt: skip
    """As ``small_claims_of`` for one member and period; most counts are so small that one block of words serves."""
    c3 = stream_cell(_REST, row)
    c1 = np.uint32(place)
    n_categories = share.shape[0]
    fill_blocks(counters, 2 * n_categories, c1, draw, c3, k0, k1, words)
    for j in range(n_categories):
        k = poisson(mean[j] * share[j], words[0, 2 * j], words[1, 2 * j], below, guide, normal)
        counts[j] = k
        costs[j] = 0.0
        if k > 0:
            for lane in range(4):
                more[lane, 0] = words[lane, 2 * j + 1]
            if k > 4:
                for b in range(1, 3):
                    w0, w1, w2, w3 = philox4x32(address(period, j, b + 1), c1, draw, c3, k0, k1)
                    more[0, b] = w0
                    more[1, b] = w1
                    more[2, b] = w2
                    more[3, b] = w3
            costs[j] = sum_of_claims(k, starts[j], tables, more, 0, cumulants, j, normal)
