"""The NumPy twin of the members kernel, written from the definition and fed the same addressed words.

Same name, arguments, sums in the same order: the results are the same bits. It is slow and needs no compiler; the
``reference`` engine runs it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vbcsim.random.streams import Stream
from vbcsim.random.tables import CELL_BITS, OCTAVES, POISSON_REACH
from vbcsim.random.twin import uniforms, words

__all__ = ["lookup", "poisson", "simulate_members"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_TAIL = 1 << (32 - (32 - 1 - CELL_BITS - 8))


def lookup(tables: Floats, start: Any, word: NDArray[np.uint32], finer: NDArray[np.uint32]) -> Floats:
    """Quantile at the survival probability of the 64-bit word ``word, finer``: cell mean plus spread times place."""
    x = (word.astype(np.uint64) << np.uint64(32)) | finer.astype(np.uint64) | np.uint64(1 << (64 - OCTAVES))
    # A float of 64 bits would round; count the leading zeros from the two exact halves instead.
    high, low = (x >> np.uint64(32)).astype(np.float64), (x & np.uint64(0xFFFFFFFF)).astype(np.float64)
    zeros = np.where(high > 0, 32 - np.frexp(high)[1], 64 - np.frexp(low)[1]).astype(np.int64)
    mantissa = (x << zeros.astype(np.uint64)) & np.uint64(0x7FFFFFFFFFFFFFFF)
    cell = (zeros << CELL_BITS) + (mantissa >> np.uint64(63 - CELL_BITS)).astype(np.int64)
    rest = (mantissa >> np.uint64(63 - CELL_BITS - 32)) & np.uint64(0xFFFFFFFF)
    place = (rest.astype(np.float64) + 0.5) * 2.0**-32
    at = int(start) + 2 * cell
    return np.asarray(tables[at] + tables[at + 1] * (0.5 - place))


def poisson(mean: Floats, grid_word: Any, rest_word: Any, below: Ints) -> Ints:
    """Counts with a mean up to 32: inversion at the multiple of 1/4 below it, plus inversion of the rest."""
    step = (mean * 4.0).astype(np.int64)
    count = (grid_word.astype(np.int64)[:, None] >= below.reshape(-1, POISSON_REACH)[step]).sum(axis=1)
    rest = mean - step / 4.0
    p = np.full_like(rest, 1.0 / 40320.0)
    for factor in (1 / 5040, 1 / 720, 1 / 120, 1 / 24, 1 / 6, 1 / 2, 1.0, 1.0):
        p = factor - rest * p
    u = (rest_word.astype(np.float64) + 0.5) * 2.0**-32
    total = p
    for n in range(12):
        count += u > total
        p = p * (rest if n == 0 else rest * 0.5 if n == 1 else rest / (n + 1.0))
        total = total + p
    return np.asarray(count)


def simulate_members(
    expenditure: Floats,
    utilization: Floats,
    morbidity: Floats,
    engaged: Floats,
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
    table_of: Any,
    cost_table_of: Any,
    frailty_tables: Floats,
    cost_tables: Floats,
    rate_multiplier: Floats,
    cost_multiplier: Floats,
    world: Ints,
    target_category: Ints,
    target_least: Floats,
    target_reach: NDArray[np.bool_],
    target_uptake: Floats,
    target_multiplier: Floats,
    floor: Floats,
    below: Ints,
    guide: Any,  # noqa: ARG001 - where the kernel's search starts; the twin counts from the bounds alone
    scratch: Any,  # noqa: ARG001 - the twin makes its own arrays
) -> int:
    """As ``kernels.simulate_members``."""
    seed = (int(k1) << 32) | int(k0)
    n_profiles = len(table_of) // len(weights)
    found = 0
    for d, members in enumerate(row_members):
        for r, n in enumerate(members):
            at = slice(int(row_first[r]), int(row_last[r]) + 1)
            if n == 0 or at.stop <= at.start:
                continue
            s, g, of = stratum[r], cls[r], int(world[d]) * n_profiles + int(profile[r])
            where = {"draw": first_draw + d, "cell": r, "member": np.arange(n)}
            scaled = (rate[r, at] * rate_multiplier[d, g, at])[:, :, None] * weights[world[d], r]
            shared, mean = _expected_counts(seed, where, at, rate.shape[1], scaled, table_of[of], frailty_tables)
            price = cost[r, at] * cost_multiplier[d, g, at]
            counts = _counts(seed, where, mean, below, at.start)
            relative = _costs(seed, where, counts, cost_table_of[of], cost_tables, at.start)
            rules = _Rules(
                *(target_category, target_least, target_reach[:, r]),
                *(target_uptake[d][:, at], target_multiplier[d][:, at], exposure[r, at]),
            )
            tables = (below, cost_table_of[of], cost_tables)
            _follow_rules(seed, where, counts, relative, mean, price, rules, tables, engaged[d, at, s], at.start)
            usd = _by_member(relative, price)
            expenditure[d, at, s] += np.cumsum(relative, axis=2)[:, :, -1] * price
            utilization[d, at, s] += counts.sum(axis=2)
            lagged = np.maximum(np.arange(at.start, at.stop) - score_lag, 0)
            factor = shared_scale[of, 0] * n + shared_scale[of, 1] * np.cumsum(shared, axis=1)[lagged, -1]
            morbidity[d, at, s] += exposure[r, at] * score_weight[r, at] * factor
            member, period = np.nonzero((usd > floor[s]).T)
            for m, t in zip(member, period, strict=True):
                if found < len(claimant_usd):
                    claimant_usd[found] = usd[t, m]
                    claimant_where[found] = d, at.start + t, s
                found += 1
    return found


def _by_member(relative: Floats, price: Floats) -> Floats:
    """Cost of all categories by period and member, category after category [USD]."""
    usd = np.zeros((relative.shape[0], relative.shape[2]))
    for j in range(relative.shape[1]):
        usd += relative[:, j] * price[:, j, None]
    return usd


@dataclass(frozen=True)
class _Rules:
    """Targeted rules as one row sees them; periods are those of presence."""

    category: Ints
    least: Floats
    reach: NDArray[np.bool_]
    uptake: Floats
    multiplier: Floats
    exposure: Floats


def _follow_rules(
    seed: int,
    where: dict[str, Any],
    counts: Ints,
    relative: Floats,
    mean: Floats,
    price: Floats,
    rules: _Rules,
    tables: tuple[Ints, Any, Floats],
    engaged: Floats,
    first: int,
) -> None:
    """Draw again, from the same words, the periods of who is enrolled; each period sees what the one before became."""
    below, cost_table_of, cost_tables = tables
    for i in range(1, len(mean)):
        spent = _by_member(relative[i - 1 : i], price[i - 1 : i])[0]
        factor = np.ones(mean.shape[1:])
        joined = np.zeros(mean.shape[2], dtype=bool)
        for k in np.flatnonzero(rules.reach):
            j = rules.category[k]
            eligible = counts[i - 1, j] >= rules.least[k] if j >= 0 else spent > rules.least[k]
            takes_part = uniforms(seed, Stream.ENGAGEMENT, **where, period=first + i, item=k) < rules.uptake[k, i]
            enrolled = eligible & takes_part
            factor *= np.where(enrolled, rules.multiplier[k, i][:, None], 1.0)
            joined |= enrolled
            engaged[i, k] += rules.exposure[i] * enrolled.sum()
        if joined.any():
            of_them = where | {"member": where["member"][joined]}
            again = (mean[i] * factor)[None, :, joined]
            counts[i][:, joined] = _counts(seed, of_them, again, below, first + i)[0]
            drawn = counts[i : i + 1, :, joined]
            relative[i][:, joined] = _costs(seed, of_them, drawn, cost_table_of, cost_tables, first + i)[0]


def _expected_counts(
    seed: int, where: dict[str, Any], at: slice, n_periods: int, scaled: Floats, table_of: Any, tables: Floats
) -> tuple[Floats, Floats]:
    """Mass of the shared factor by period and member; rate x frailty of every period present, category and member."""
    n_categories = scaled.shape[1]
    n = len(where["member"])
    mass = np.empty((len(table_of), n))
    for k, start in enumerate(table_of):
        word = words(seed, Stream.FRAILTY, **where, event=k)
        mass[k] = _with_tail(tables, start, word, lambda k=k: words(seed, Stream.FRAILTY_TAIL, **where, event=k))
    shared = np.zeros((n_periods, n))
    k = 0
    for first in range(n_periods):
        alive = np.zeros(n)
        for last in range(n_periods - 1, first - 1, -1):
            alive = alive + mass[k]
            shared[last] += alive
            k += 1
    lasting = mass[k : k + n_categories]
    passing = mass[k + n_categories :].reshape(n_periods, n_categories, n)[at]
    constant, of_shared, of_own = np.moveaxis(scaled, -1, 0)[..., None]
    return shared, np.asarray(constant + of_shared * shared[at, None, :] + of_own * (lasting[None] + passing))


def _with_tail(tables: Floats, start: Any, word: NDArray[np.uint32], finer_word: Any) -> Floats:
    """Look up, with a finer word where the word lies far out."""
    middle = np.full(word.shape, 0x80000000, dtype=np.uint32)
    far = word < _TAIL
    return lookup(tables, start, word, np.where(far, finer_word(), middle) if far.any() else middle)


def _counts(seed: int, where: dict[str, Any], mean: Floats, below: Ints, first: int) -> Ints:
    """Poisson counts by period from ``first`` on, category and member."""
    counts = np.zeros(mean.shape, dtype=np.int64)
    n_periods, n_categories, _ = mean.shape
    for t in range(n_periods):
        for j in range(n_categories):
            left = mean[t, j].copy()
            block = 0
            while (left > 32.0).any():
                word = words(seed, Stream.COUNT_BLOCK, **where, period=first + t, item=j, event=block)
                large = (word.astype(np.int64)[:, None] >= below.reshape(-1, POISSON_REACH)[128]).sum(axis=1)
                counts[t, j] += np.where(left > 32.0, large, 0)
                left = np.where(left > 32.0, left - 32.0, left)
                block += 1
            grid = words(seed, Stream.COUNT, **where, period=first + t, item=0, event=j)
            rest = words(seed, Stream.COUNT, **where, period=first + t, item=1, event=j)
            counts[t, j] += poisson(left, grid, rest, below)
    return counts


def _costs(seed: int, where: dict[str, Any], counts: Ints, table_of: Any, tables: Floats, first: int) -> Floats:
    """Sums of relative costs by period from ``first`` on, category and member, service after service."""
    n_periods, n_categories, n = counts.shape
    costs = np.zeros(counts.shape)
    for t in range(n_periods):
        for j in range(n_categories):
            k = counts[t, j]
            owner = np.repeat(np.arange(n), k)
            event = np.arange(len(owner)) - np.repeat(np.cumsum(k) - k, k)
            at = {**where, "member": where["member"][owner], "period": first + t, "item": j, "event": event}
            word = words(seed, Stream.COST, **at)
            value = _with_tail(tables, table_of[j], word, lambda at=at: words(seed, Stream.COST_TAIL, **at))
            costs[t, j] = np.bincount(owner, weights=value, minlength=n)
    return costs
