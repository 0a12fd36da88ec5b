"""The twin of ``vbcsim.experience.pooled_variates``: one value at a time, in plain Python, with the same roundings."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vbcsim.experience.pooled_tables import FEW, LOT, NODE_HIGH, NODE_LOW, NODE_ROOT, NODES, SIDE_BITS, SIDE_LENGTH
from vbcsim.experience.twins import poisson

__all__ = ["cornish_fisher", "gamma", "poisson_count", "sum_of_claims", "two_sided", "uniform"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def uniform(word: int) -> float:
    """The middle of a word's interval."""
    return (word + 0.5) * 2.0**-32


def two_sided(tables: Floats, start: int, word: int) -> float:
    """Quantile: the top bit is the side, the other 31 bits the tail probability on it."""
    x = 2 * (word & 0x7FFFFFFF) + 1
    # In units of 2**-32 of a side; an octave is a power of two, its cells are equal.
    octave = 32 - x.bit_length()
    within = (x << (octave + 32)) & 0x7FFFFFFFFFFFFFFF
    cell = (octave << SIDE_BITS) + (within >> (63 - SIDE_BITS))
    place = (((within >> (63 - SIDE_BITS - 32)) & 0xFFFFFFFF) + 0.5) * 2.0**-32
    at = start + (word >> 31) * SIDE_LENGTH + 2 * cell
    return float(tables[at] + tables[at + 1] * (0.5 - place))


def gamma(shape: float, three: Any, again: Any, normal: Floats) -> float:
    """Marsaglia & Tsang; ``three`` words (normal, to accept, for a shape below 1), ``again(i)``: those of attempt i."""
    above = shape if shape >= 1.0 else shape + 1.0
    d = above - 1.0 / 3.0
    c = 1.0 / math.sqrt(9.0 * d)
    attempt, i = [int(w) for w in three], 1
    while True:
        z = two_sided(normal, 0, attempt[0])
        v = 1.0 + z * c
        if v > 0.0:
            v = v * v * v
            u = uniform(attempt[1])
            z2 = z * z
            if u < 1.0 - 0.0331 * (z2 * z2) or math.log(u) < 0.5 * z2 + d * (1.0 - v + math.log(v)):
                break
        attempt, i = [int(w) for w in again(i)], i + 1
    value = d * v
    if shape < 1.0:
        value *= math.exp(math.log(uniform(int(three[2]))) / shape)
    return value if value > 1e-30 else 0.0


def poisson_count(mean: float, word: int, rest: int, below: Ints, normal: Floats) -> int:
    """Poisson count: as the members twin up to a mean of 32, above by Giles' expansion of the quantile."""
    if mean <= 32.0:
        one = np.array([word], dtype=np.uint32), np.array([rest], dtype=np.uint32)
        return int(poisson(np.array([mean]), *one, below)[0])
    z = two_sided(normal, 0, word)
    z2, root = z * z, math.sqrt(mean)
    inverse = 1.0 / root
    x = mean + root * z + (2.0 + z2) * (1 / 6) - z * (2.0 + z2) * inverse * (1 / 72)
    x += (z2 * (7.0 + 3.0 * z2) - 16.0) * inverse * inverse * (1 / 810)
    return int(max(x, 0.0))


def cornish_fisher(claims: float, z: float, cumulants: Floats) -> float:
    """Sum of so many like variables at a normal quantile."""
    mean, sd, g1, g2, g3 = cumulants.tolist()
    root = math.sqrt(claims)
    inverse = 1.0 / root
    g1, g2, g3 = g1 * inverse, g2 * (inverse * inverse), g3 * (inverse * inverse * inverse)
    z2 = z * z
    x = z + g1 * (z2 - 1.0) * (1 / 6)
    x += g2 * z * (z2 - 3.0) * (1 / 24) - g1 * g1 * z * (2.0 * z2 - 5.0) * (1 / 36)
    x += g3 * (z2 * (z2 - 6.0) + 3.0) * (1 / 120) - g1 * g2 * (z2 * (z2 - 5.0) + 2.0) * (1 / 24)
    x += g1 * g1 * g1 * (z2 * (12.0 * z2 - 53.0) + 17.0) * (1 / 324)
    return max(claims * mean + sd * root * x, 0.0)


def sum_of_claims(k: int, start: int, tables: Floats, two: Any, cumulants: Floats, normal: Floats) -> float:
    """Sum of k small claims from two words: to the base 8, the higher digit first; by the nodes; by the cumulants."""
    if k < FEW:
        digits = [(place, digit) for place, digit in ((1, k // 8), (0, k % 8)) if digit > 0]
        total = 0.0
        for (place, digit), word in zip(digits, two, strict=False):
            total += two_sided(tables, start + (7 * place + digit - 1) * 2 * SIDE_LENGTH, int(word))
        return total
    z = two_sided(normal, 0, int(two[0]))
    if k >= LOT:
        return cornish_fisher(float(k), z, cumulants)
    node = int(np.searchsorted(NODES, k, side="right")) - 1
    root = math.sqrt(k)
    s = 1.0 / root
    first = start + (14 + node) * 2 * SIDE_LENGTH
    low, high = (two_sided(tables, first + i * 2 * SIDE_LENGTH, int(two[0])) for i in (0, 1))
    x = z + s * (s - NODE_ROOT[node + 1]) * NODE_LOW[node] * (low - z)
    x += s * (NODE_ROOT[node] - s) * NODE_HIGH[node] * (high - z)
    return max(k * float(cumulants[0]) + float(cumulants[1]) * root * float(x), 0.0)
