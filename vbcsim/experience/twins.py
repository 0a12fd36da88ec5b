"""The NumPy twin of the members kernel, written from the definition and fed the same addressed words.

Same name, arguments, sums in the same order: the results are the same bits. It is slow and needs no compiler; the
``reference`` engine runs it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vbcsim.random.streams import Stream
from vbcsim.random.tables import CELL_BITS, OCTAVES, POISSON_REACH
from vbcsim.random.twin import words

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
    claimant_usd: Floats,
    claimant_where: NDArray[np.int32],
    k0: Any,
    k1: Any,
    first_draw: int,
    members: Ints,
    stratum: Ints,
    rate: Floats,
    cost: Floats,
    weights: Floats,
    table_of: Any,
    frailty_tables: Floats,
    cost_tables: Floats,
    rate_multiplier: Floats,
    cost_multiplier: Floats,
    floor: Floats,
    below: Ints,
    guide: Any,  # noqa: ARG001 - where the kernel's search starts; the twin counts from the bounds alone
) -> int:
    """As ``kernels.simulate_members``."""
    seed = (int(k1) << 32) | int(k0)
    n_years = expenditure.shape[1]
    found = 0
    for d in range(len(expenditure)):
        for c, n in enumerate(members):
            where = {"draw": first_draw + d, "cell": c, "member": np.arange(n)}
            scaled = (rate[c] * rate_multiplier[d][:, None])[:, :, None] * weights[c]
            mean = _expected_counts(seed, where, int(n), n_years, scaled, table_of, frailty_tables)
            counts = _counts(seed, where, mean, below)
            relative = _costs(seed, where, counts, cost_tables)
            price = cost[c] * cost_multiplier[d][:, None]
            usd = np.zeros((n_years, n))
            for j in range(relative.shape[1]):
                usd += relative[:, j] * price[:, j, None]
            expenditure[d, :, stratum[c]] += np.cumsum(relative, axis=2)[:, :, -1] * price
            utilization[d, :, stratum[c]] += counts.sum(axis=2)
            member, year = np.nonzero((usd > floor[stratum[c]]).T)
            for m, t in zip(member, year, strict=True):
                if found < len(claimant_usd):
                    claimant_usd[found] = usd[t, m]
                    claimant_where[found] = d, t, stratum[c]
                found += 1
    return found


def _expected_counts(
    seed: int, where: dict[str, Any], n: int, n_years: int, scaled: Floats, table_of: Any, tables: Floats
) -> Floats:
    """Rate x frailty of every year, category and member: shared trawl, lasting and passing parts of own factors."""
    n_categories = scaled.shape[1]
    mass = np.empty((len(table_of), n))
    for k, start in enumerate(table_of):
        word = words(seed, Stream.FRAILTY, **where, event=k)
        mass[k] = _with_tail(tables, start, word, lambda k=k: words(seed, Stream.FRAILTY_TAIL, **where, event=k))
    shared = np.zeros((n_years, n))
    k = 0
    for first in range(n_years):
        alive = np.zeros(n)
        for last in range(n_years - 1, first - 1, -1):
            alive = alive + mass[k]
            shared[last] += alive
            k += 1
    lasting = mass[k : k + n_categories]
    passing = mass[k + n_categories :].reshape(n_years, n_categories, n)
    constant, of_shared, of_own = np.moveaxis(scaled, -1, 0)[..., None]
    return np.asarray(constant + of_shared * shared[:, None, :] + of_own * (lasting[None] + passing))


def _with_tail(tables: Floats, start: Any, word: NDArray[np.uint32], finer_word: Any) -> Floats:
    """Look up, with a finer word where the word lies far out."""
    middle = np.full(word.shape, 0x80000000, dtype=np.uint32)
    far = word < _TAIL
    return lookup(tables, start, word, np.where(far, finer_word(), middle) if far.any() else middle)


def _counts(seed: int, where: dict[str, Any], mean: Floats, below: Ints) -> Ints:
    """Poisson counts by year, category and member."""
    counts = np.zeros(mean.shape, dtype=np.int64)
    n_years, n_categories, _ = mean.shape
    for t in range(n_years):
        for j in range(n_categories):
            left = mean[t, j].copy()
            block = 0
            while (left > 32.0).any():
                word = words(seed, Stream.COUNT_BLOCK, **where, period=t, item=j, event=block)
                large = (word.astype(np.int64)[:, None] >= below.reshape(-1, POISSON_REACH)[128]).sum(axis=1)
                counts[t, j] += np.where(left > 32.0, large, 0)
                left = np.where(left > 32.0, left - 32.0, left)
                block += 1
            grid = words(seed, Stream.COUNT, **where, period=t, item=0, event=j)
            rest = words(seed, Stream.COUNT, **where, period=t, item=1, event=j)
            counts[t, j] += poisson(left, grid, rest, below)
    return counts


def _costs(seed: int, where: dict[str, Any], counts: Ints, tables: Floats) -> Floats:
    """Sums of relative costs by year, category and member, service after service."""
    n_years, n_categories, n = counts.shape
    costs = np.zeros(counts.shape)
    for t in range(n_years):
        for j in range(n_categories):
            k = counts[t, j]
            owner = np.repeat(np.arange(n), k)
            event = np.arange(len(owner)) - np.repeat(np.cumsum(k) - k, k)
            at = {**where, "member": owner, "period": t, "item": j, "event": event}
            word = words(seed, Stream.COST, **at)
            value = _with_tail(
                tables, j * (OCTAVES << (CELL_BITS + 1)), word, lambda at=at: words(seed, Stream.COST_TAIL, **at)
            )
            costs[t, j] = np.bincount(owner, weights=value, minlength=n)
    return costs
