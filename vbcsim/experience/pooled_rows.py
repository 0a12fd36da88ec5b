"""Parts of the pooled kernel: frailty of a row, its large claims and their owners, its candidates' own claims.

Arrays by ``p`` are by period of presence, then category. A row's gamma masses stand in one array: the slices of the
shared trawl (first period, then last period from the end down to the first), the own factors' lasting parts (J), their
passing parts (p).
"""

from __future__ import annotations

import numpy as np
from numba.extending import register_jitable

from vbcsim.experience.pooled_variates import gamma, gamma_constants, poisson, sum_of_claims, two_sided, uniform
from vbcsim.random.philox import address, fill_blocks, fill_events, one_word, philox4x32, stream_cell
from vbcsim.random.variates import MIDDLE, lookup, needs_tail

__all__ = [
    "candidate_masses",
    "expected_of_row",
    "find",
    "give_owners",
    "large_claims",
    "large_rates",
    "living_periods",
    "numbers_of_large",
    "places_of",
    "row_masses",
    "small_by_frailty",
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
    mass, weights, scales, n_masses, counters, words, normals, normal, time, draw, row, k0, k1
):
    """Fill gamma masses of these shapes and scales; ``time``, the period of the addresses, tells two sets apart."""
    c3 = stream_cell(_FRAILTY, row)
    fill_blocks(counters, n_masses, np.uint32(0), draw, c3, k0, k1, words)
    for k in range(n_masses):
        normals[k] = two_sided(normal, np.uint64(0), words[0, k])
    # The first attempts of all, without a branch: nearly all succeed. As gamma_attempt, but for the last, slow test.
    for k in range(n_masses):
        d, c = gamma_constants(weights[k])
        v = 1.0 + normals[k] * c
        cube = v * v * v
        z2 = normals[k] * normals[k]
        clear = (v > 0.0) & (uniform(words[1, k]) < 1.0 - 0.0331 * (z2 * z2)) & (weights[k] >= 1.0)
        mass[k] = d * cube * scales[k] if clear else -1.0
    for k in range(n_masses):
        if mass[k] < 0.0:
            mass[k] = 0.0
            if weights[k] > 0.0:
                w0, w1, w2 = words[0, k], words[1, k], words[2, k]
                value = gamma(weights[k], w0, w1, w2, normal, time, k, np.uint32(0), draw, c3, k0, k1)
                mass[k] = value * scales[k]


@register_jitable
def expected_of_row(mean, parts, shared, mass, n_members, scaled, n_slices, n_categories, lead):  # type: ignore[no-untyped-def]
    """Fill the row's expected counts (p) and their parts (3, p): constant, shared factor, own factor.

    ``lead`` is how many periods the shared trawl begins before presence; ``shared`` is filled by period of the trawl
    with its mass.
    """
    n_shared = shared.shape[0]
    shared[:] = 0.0
    k = 0
    for begin in range(n_shared):
        alive = 0.0
        for back in range(n_shared - begin):
            alive += mass[k]
            k += 1
            shared[n_shared - 1 - back] += alive
    for t in range(n_shared - lead):
        for j in range(n_categories):
            p = t * n_categories + j
            own = mass[n_slices + j] + mass[n_slices + n_categories + p]
            parts[0, p] = n_members * scaled[0, p]
            parts[1, p] = scaled[1, p] * shared[lead + t]
            parts[2, p] = scaled[2, p] * own
            mean[p] = parts[0, p] + parts[1, p] + parts[2, p]


@register_jitable
def numbers_of_large(large, mean, share, words, n_present, below, guide, normal):  # type: ignore[no-untyped-def]
    """Fill the numbers of large claims (p); returns their sum."""
    n_categories = share.shape[0]
    n_claims = np.int64(0)
    for t in range(n_present):
        for j in range(n_categories):
            p = t * n_categories + j
            large[p] = 0
            if share[j] < 1.0:
                large[p] = poisson(mean[p] * (1.0 - share[j]), words[2, p], words[3, p], below, guide, normal)
                n_claims += large[p]
    return n_claims


@register_jitable
def small_by_frailty(bonus, scaled, share, cumulants, price, n_present):  # type: ignore[no-untyped-def]
    """Fill what a large claim lets expect of small claims in its period (USD), by the shared factor behind it."""
    n_categories = share.shape[0]
    for t in range(n_present):
        expected = 0.0
        weight = 1.0
        for j in range(n_categories):
            p = t * n_categories + j
            expected += scaled[1, p] * share[j] * cumulants[j, 0] * price[p]
            weight += scaled[1, p] * (1.0 - share[j])
        bonus[t] = expected / weight


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
def living_periods(living, n_slices, n_shared, n_categories, lead):  # type: ignore[no-untyped-def]
    """Fill the periods of presence (bits) in which each mass lives."""
    k = 0
    for begin in range(n_shared):
        for back in range(n_shared - begin):
            living[k] = 0
            for t in range(max(begin - lead, 0), n_shared - back - lead):
                living[k] |= 1 << t
            k += 1
    for j in range(n_categories):
        living[n_slices + j] = (1 << (n_shared - lead)) - 1
    for t in range(n_shared - lead):
        for j in range(n_categories):
            living[n_slices + n_categories + t * n_categories + j] = 1 << t


@register_jitable
def places_of(places, living, present):  # type: ignore[no-untyped-def]
    """Fill the masses that live in any of the periods marked in ``present`` (bits); returns how many."""
    n = 0
    for k in range(living.shape[0]):
        places[n] = k
        n += (living[k] & present) != 0
    return n


@register_jitable
def large_rates(rates, scaled, share, n_slices, n_shared, lead):  # type: ignore[no-untyped-def]
    """Fill the expected number of large claims per unit of each mass."""
    n_categories = share.shape[0]
    for k in range(rates.shape[0]):
        rates[k] = 0.0
    for t in range(lead, n_shared):
        of_shared = 0.0
        for j in range(n_categories):
            p = (t - lead) * n_categories + j
            own = scaled[2, p] * (1.0 - share[j])
            rates[n_slices + j] += own
            rates[n_slices + n_categories + p] = own
            of_shared += scaled[1, p] * (1.0 - share[j])
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
    first = np.int64(-1)
    n = 0
    for i in range(n_places):
        if places[i] >> 2 != first:
            first = places[i] >> 2
            counters[n] = address(0, 0, first)
            n += 1
    fill_events(counters, n, c1, draw, c3, k0, k1, words)
    first = places[0] >> 2
    n = 0
    for i in range(n_places):
        k = places[i]
        if k >> 2 != first:
            first = k >> 2
            n += 1
        word = words[4 * n + (k & 3)]
        if own_claims[k] > 0:
            a0, a1, a2, _ = philox4x32(address(1, 0, k), c1, draw, c3, k0, k1)
            own[k] = gamma(shapes[k] + own_claims[k], a0, a1, a2, normal, 1, k, c1, draw, c3, k0, k1) * scales[k]
        elif needs_tail(word):
            finer = one_word(address(2, 0, k >> 2), k, c1, draw, c3, k0, k1)
            own[k] = lookup(tables, table_at[k], word, finer) * scales[k]
        else:
            own[k] = lookup(tables, table_at[k], word, MIDDLE) * scales[k]


@register_jitable
def small_claims_of(  # type: ignore[no-untyped-def]
    counts, costs, mean, share, count_words, words, tables, starts, cumulants, below, guide, normal
):
    """Fill the numbers and the summed relative costs of small claims with these expected counts of claims of any size.

    All by ``p``; category ``p % J`` has ``share`` of its claims small.
    """
    n_categories = share.shape[0]
    p = 0
    while p < mean.shape[0]:
        for j in range(n_categories):
            k = poisson(max(mean[p], 0.0) * share[j], count_words[0, p], count_words[1, p], below, guide, normal)
            counts[p] = k
            costs[p] = 0.0
            if k > 0:
                costs[p] = sum_of_claims(k, starts[j], tables, words[0, p], words[1, p], cumulants, j, normal)
            p += 1


@register_jitable
def small_claims_of_candidate(  # type: ignore[no-untyped-def]
    counts, costs, mean, share, counters, words, tables, starts, cumulants, below, guide, normal, place, draw, row,
    k0, k1,
):  # fmt: skip
    """As ``small_claims_of`` for one member and period, with one block of words for a category."""
    n_categories = share.shape[0]
    fill_blocks(counters, n_categories, np.uint32(place), draw, stream_cell(_REST, row), k0, k1, words)
    for j in range(n_categories):
        k = poisson(mean[j] * share[j], words[0, j], words[1, j], below, guide, normal)
        counts[j] = k
        costs[j] = 0.0
        if k > 0:
            w0, w1 = words[2, j], words[3, j]
            costs[j] = sum_of_claims(k, starts[j], tables, w0, w1, cumulants, j, normal)
