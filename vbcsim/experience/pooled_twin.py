"""The NumPy twin of the pooled kernel, written from the definition and fed the same addressed words.

Same name, arguments and sums in the same order: the results are the same bits wherever the C library's logarithm and
exponential are the compiler's. It is slow and needs no compiler.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vbcsim.experience.pooled_twin_row import Large, Laws, Row, Where
from vbcsim.experience.pooled_twin_variates import gamma, poisson_count, sum_of_claims, uniform
from vbcsim.experience.twins import lookup
from vbcsim.random.streams import Stream
from vbcsim.random.tables import CELL_BITS

__all__ = ["simulate_rows"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Words = NDArray[np.uint32]

_TAIL = 1 << (32 - (32 - 1 - CELL_BITS - 8))
_MIDDLE = 0x80000000


def simulate_rows(
    expenditure: Floats,
    utilization: Floats,
    morbidity: Floats,
    claimant_usd: Floats,
    claimant_where: NDArray[np.int32],
    k0: Any,
    k1: Any,
    first_draw: int,
    row_members: Ints,
    row_first: Ints,
    row_last: Ints,
    stratum: Ints,
    cls: Ints,
    profile: Ints,
    rate: Floats,
    exposure: Floats,
    score_weight: Floats,
    score_lag: int,
    cost: Floats,
    weights: Floats,
    shared_scale: Floats,
    span: Ints,
    span_start: Ints,
    shapes: Floats,
    mass_table_of: NDArray[np.uint64],
    mass_tables: Floats,
    split: Ints,
    large_step: NDArray[np.uint64],
    sum_start: NDArray[np.uint64],
    sum_cumulants: Floats,
    sum_tables: Floats,
    normal: Floats,
    cost_table_of: NDArray[np.uint64],
    cost_tables: Floats,
    rate_multiplier: Floats,
    cost_multiplier: Floats,
    world: Ints,
    floor: Floats,
    candidate: Floats,
    below: Ints,
    guide: Any,  # noqa: ARG001 - where the kernel's search starts; the twin counts from the bounds alone
    scratch: Any,  # noqa: ARG001 - the kernel's working arrays
) -> int:
    """As ``pooled.simulate_rows``."""
    n_profiles = cost_table_of.shape[0] // weights.shape[0]
    found = 0
    for r in range(len(row_first)):
        for d in range(len(expenditure)):
            members, first, last = int(row_members[d, r]), int(row_first[r]), int(row_last[r])
            if members == 0 or last < first:
                continue
            w, s, n = int(world[d]), int(stratum[r]), int(split[r])
            of, present = w * n_profiles + int(profile[r]), slice(first, last + 1)
            start = int(span_start[span[r]])
            expected = (rate[r] * rate_multiplier[d, cls[r]])[present].ravel()
            row = Row(
                members=members,
                first=first,
                n_present=last - first + 1,
                start=start,
                shapes=shapes[of, span[r]],
                scaled=np.stack([expected * np.tile(weights[w, r, :, i], last - first + 1) for i in range(3)]),
                price=(cost[r] * cost_multiplier[d, cls[r]])[present].ravel(),
                step=large_step[w, n],
                slices=[(a, b) for a in range(start, last + 1) for b in range(last, a - 1, -1)],
            )
            where = Where((int(k1) << 32) | int(k0), first_draw + d, r)
            laws = Laws(
                *(cost_table_of[of], cost_tables, sum_start[w, n], sum_cumulants[w, n], sum_tables, normal, below),
                *(mass_table_of[of, span[r]], mass_tables),
            )
            mass, claims, costs, totals = _simulate_row(row, where, laws, float(candidate[s]))
            expenditure[d, present, s] += (costs * row.price).reshape(row.n_present, -1)
            utilization[d, present, s] += claims.reshape(row.n_present, -1)
            for total, t in totals:
                if total > floor[s]:
                    if found < len(claimant_usd):
                        claimant_usd[found] = total
                        claimant_where[found] = d, first + t, s
                    found += 1
            for t in range(first, last + 1):
                factor = shared_scale[of, 0] * members + shared_scale[of, 1] * row.shared(mass, max(t - score_lag, 0))
                morbidity[d, t, s] += exposure[r, t] * score_weight[r, t] * factor
    return found


def _simulate_row(row: Row, where: Where, laws: Laws, candidate: float) -> tuple[Floats, Ints, Floats, Any]:
    """Masses, numbers and relative costs of claims (p), and the candidates' totals (USD, period of presence)."""
    mass = _masses(row.members * row.shapes, np.ones(len(row.shapes)), 0, row, where, laws)
    parts = row.parts(mass, row.members)
    mean = parts[:, 0] + parts[:, 1] + parts[:, 2]
    large, numbers, costs = _large_claims(row, mean, parts, mass, where, laws)
    candidates, sums = _candidates(row, large, laws, candidate)
    own_mean, totals = np.zeros(len(mean)), []
    small_numbers, small_costs = np.zeros_like(numbers), np.zeros(len(mean))
    if candidates:
        mass, pieces = _anew(row, mass, large, candidates, where, laws)
        parts = row.parts(mass, row.members)
        mean = parts[:, 0] + parts[:, 1] + parts[:, 2]
        for i, (owner, periods) in enumerate(candidates.items()):
            for t in sorted(periods):
                at = slice(t * row.n_categories, (t + 1) * row.n_categories)
                of_one = row.parts(pieces[i], 1, by_slice=True)[at]
                expected = of_one[:, 0] + of_one[:, 1] + of_one[:, 2]
                own_mean[at] += expected
                n, usd = _small_of_candidate(row, expected, row.first + t, i, where, laws)
                numbers[at] += n
                costs[at] += usd
                total = sums[owner, t]
                for j in range(row.n_categories):
                    total += usd[j] * row.price[at][j]
                totals.append((total, t))
    left = mean - own_mean
    for p in range(len(mean)):
        t, j = row.first + p // row.n_categories, p % row.n_categories
        four = where.words(Stream.POOLED_COUNT, period=t, item=j, event=np.arange(2))
        k = poisson_count(max(left[p], 0.0) * row.share[j], int(four[0]), int(four[1]), laws.below, laws.normal)
        words = where.words(Stream.POOLED_COST, period=t, item=j, event=np.arange(2))
        small_numbers[p] = k
        at_sum = int(laws.sum_at[j])
        small_costs[p] = sum_of_claims(k, at_sum, laws.sum_tables, words, laws.cumulants[j], laws.normal) if k else 0.0
    return mass, numbers + small_numbers, costs + small_costs, totals


def _masses(weights: Floats, scales: Floats, time: int, row: Row, where: Where, laws: Laws) -> Floats:
    """Gamma masses of the row."""
    n = len(row.slices) + row.n_categories * (1 + row.n_present)
    mass = np.zeros(len(weights))
    events = 4 * np.arange(n)[:, None] + np.arange(3)
    three = where.words(Stream.POOLED_FRAILTY, period=time, event=events)
    for k in range(n):
        if weights[k] > 0.0:

            def again(i: int, k: int = k) -> Words:
                return where.words(Stream.POOLED_FRAILTY, period=time, item=i, event=4 * k + np.arange(3))

            mass[k] = gamma(float(weights[k]), three[k], again, laws.normal) * scales[k]
    return mass


def _large_claims(
    row: Row, mean: Floats, parts: Floats, mass: Floats, where: Where, laws: Laws
) -> tuple[list[Large], Ints, Floats]:
    """The large claims with their owners, their numbers and relative costs (p)."""
    numbers, costs = np.zeros(len(mean), dtype=np.int64), np.zeros(len(mean))
    large: list[Large] = []
    urns: dict[int, list[int]] = {}
    for p in range(len(mean)):
        t, j = row.first + p // row.n_categories, p % row.n_categories
        two = where.words(Stream.POOLED_COUNT, period=t, item=j, event=np.arange(2, 4))
        expected = mean[p] * (1.0 - row.share[j])
        numbers[p] = poisson_count(float(expected), int(two[0]), int(two[1]), laws.below, laws.normal)
        for i in range(numbers[p]):
            chunk, event = i >> 16, i & 0xFFFF
            at = {"member": chunk, "period": t, "item": j}
            survival = _survival(where, at, event, int(row.step[j]))
            one = np.array([survival >> 32], dtype=np.uint32), np.array([survival & 0xFFFFFFFF], dtype=np.uint32)
            value = float(lookup(laws.cost_tables, laws.cost_at[j], *one)[0])
            costs[p] += value
            pick, owner = where.words(Stream.POOLED_OWNER, **at, event=2 * event + np.arange(2)).tolist()
            source = _source(row, uniform(pick) * mean[p], p, parts, mass)
            large.append(Large(p, value * row.price[p], source, _owner(row, source, uniform(owner), urns)))
    return large, numbers, costs


def _survival(where: Where, at: dict[str, int], event: int, step: int) -> int:
    """Survival probability of a large claim in units of 2**-64."""
    word = where.word(Stream.POOLED_LARGE, **at, event=event)
    finer = where.word(Stream.POOLED_LARGE, **{**at, "item": at["item"] + 128}, event=event)
    return word * step + (finer * step >> 32 if word < _TAIL else step >> 1)


def _source(row: Row, x: float, p: int, parts: Floats, mass: Floats) -> int:
    """The mass behind a claim, with the chance of its part of the expected count; -1: the constant part."""
    living, lasting, passing = row.places(row.first + p // row.n_categories, p % row.n_categories)
    if x < parts[p, 0]:
        return -1
    x -= parts[p, 0]
    if x < parts[p, 1] or parts[p, 2] <= 0.0:
        if parts[p, 1] <= 0.0:
            return -1
        x /= row.scaled[1, p]
        last = -1
        for k in living:
            if mass[k] > 0.0:
                last = k
                if x < mass[k]:
                    break
                x -= mass[k]
        return last
    x = (x - parts[p, 1]) / row.scaled[2, p]
    return lasting if (x < mass[lasting] and mass[lasting] > 0.0) or mass[passing] <= 0.0 else passing


def _owner(row: Row, source: int, u: float, urns: dict[int, list[int]]) -> int:
    """Polya's urn: an earlier claim's owner with weight 1 each, any member with the weight of a member's shape."""
    if source < 0:
        return min(int(u * row.members), row.members - 1)
    urn = urns.setdefault(source, [])
    place = u * (row.members * row.shapes[source] + len(urn))
    if place < len(urn):
        owner = urn[int(place)]
    else:
        owner = min(int((place - len(urn)) / row.shapes[source]), row.members - 1)
    urn.append(owner)
    return owner


def _candidates(
    row: Row, large: list[Large], laws: Laws, candidate: float
) -> tuple[dict[int, set[int]], dict[tuple[int, int], float]]:
    """Owners and periods whose large claims, with what they tell of frailty, pass the limit; their sums."""
    bonus = []
    for t in range(row.n_present):
        expected, weight = 0.0, 1.0
        for j in range(row.n_categories):
            p = t * row.n_categories + j
            expected += row.scaled[1, p] * row.share[j] * laws.cumulants[j, 0] * row.price[p]
            weight += row.scaled[1, p] * (1.0 - row.share[j])
        bonus.append(expected / weight)
    sums: dict[tuple[int, int], float] = {}
    scores: dict[tuple[int, int], float] = {}
    candidates: dict[int, set[int]] = {}
    for claim in large:
        key = claim.owner, claim.p // row.n_categories
        sums[key] = sums.get(key, 0.0) + claim.usd
        scores[key] = scores.get(key, 0.0) + claim.usd + bonus[key[1]] * (claim.source < len(row.slices))
        if scores[key] > candidate:
            candidates.setdefault(claim.owner, set()).add(key[1])
    return candidates, sums


def _anew(
    row: Row, mass: Floats, large: list[Large], candidates: dict[int, set[int]], where: Where, laws: Laws
) -> tuple[Floats, list[Floats]]:
    """Masses given the large claims: each candidate's own, and the row's where a candidate has a part."""
    n = len(row.slices) + row.n_categories * (1 + row.n_present)
    rates = _large_rates(row, n)
    scales = 1.0 / (1.0 + rates)
    weights = row.members * row.shapes
    for claim in large:
        if claim.source >= 0:
            weights[claim.source] += 1
    own_sums = np.full(len(weights), -1.0)
    pieces = []
    for i, (owner, periods) in enumerate(candidates.items()):
        taken = np.bincount([c.source for c in large if c.owner == owner and c.source >= 0], minlength=len(weights))
        living = {
            k
            for t in periods
            for j in range(row.n_categories)
            for k in (*row.places(row.first + t, j)[0], *row.places(row.first + t, j)[1:])
        }
        living |= {len(row.slices) + j for j in range(row.n_categories)}
        piece = np.zeros(len(weights))
        for k in sorted(living):
            piece[k] = _candidate_mass(row, k, int(taken[k]), i, where, laws) * scales[k]
            own_sums[k] = max(own_sums[k], 0.0) + piece[k]
            weights[k] -= row.shapes[k] + taken[k]
        pieces.append(piece)
    weights[(own_sums < 0.0) | (weights < 0.5 * row.shapes)] = 0.0
    rest = _masses(weights, np.append(scales, np.ones(len(weights) - n)), 1, row, where, laws)
    return np.where(own_sums >= 0.0, rest + own_sums, mass), pieces


def _large_rates(row: Row, n: int) -> Floats:
    """Expected large claims per unit of each mass."""
    rates, of_shared = np.zeros(n), 0.0
    for p in range(row.n_present * row.n_categories):
        t, j = row.first + p // row.n_categories, p % row.n_categories
        living, lasting, passing = row.places(t, j)
        rates[lasting] += row.scaled[2, p] * (1.0 - row.share[j])
        rates[passing] = row.scaled[2, p] * (1.0 - row.share[j])
        of_shared = (0.0 if j == 0 else of_shared) + row.scaled[1, p] * (1.0 - row.share[j])
        if j == row.n_categories - 1:
            rates[living] += of_shared
    return rates


def _candidate_mass(row: Row, k: int, taken: int, place: int, where: Where, laws: Laws) -> float:
    """A member's own mass at scale 1 after so many large claims from it."""
    at = {"member": place}
    if taken > 0:

        def again(i: int) -> Words:
            return where.words(Stream.POOLED_SHARE, **at, period=1, item=i, event=4 * k + np.arange(3))

        return gamma(float(row.shapes[k] + taken), again(0), again, laws.normal)
    word = where.words(Stream.POOLED_SHARE, **at, event=[k])
    finer = np.full(1, _MIDDLE, dtype=np.uint32)
    if word[0] < _TAIL:
        finer = where.words(Stream.POOLED_SHARE, **at, period=2, event=[k])
    return float(lookup(laws.mass_tables, laws.mass_at[k], word, finer)[0])


def _small_of_candidate(
    row: Row, expected: Floats, period: int, place: int, where: Where, laws: Laws
) -> tuple[Ints, Floats]:
    """Numbers and relative costs of a candidate's small claims of a period, by category."""
    numbers, costs = np.zeros(len(expected), dtype=np.int64), np.zeros(len(expected))
    for j in range(len(expected)):
        word = where.words(Stream.POOLED_REST, member=place, period=period, item=j, event=np.arange(4))
        mean = float(expected[j] * row.share[j])
        k = numbers[j] = poisson_count(mean, int(word[0]), int(word[1]), laws.below, laws.normal)
        at = int(laws.sum_at[j])
        if k > 0:
            costs[j] = sum_of_claims(int(k), at, laws.sum_tables, word[2:], laws.cumulants[j], laws.normal)
    return numbers, costs
