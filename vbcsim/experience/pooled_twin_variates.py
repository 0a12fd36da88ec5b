"""The twin of ``vbcsim.experience.pooled_variates``: one value at a time, in plain Python, with the same roundings."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vbcsim.experience.pooled_tables import LOT, RADIX_BITS, SIDE_BITS, SIDE_LENGTH
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
    attempt, i = [int(w) for w in three], 1
    while True:
        z = two_sided(normal, 0, attempt[0])
        v = 1.0 + z / math.sqrt(9.0 * d)
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
    x = mean + root * z + (2.0 + z2) / 6.0 - z * (2.0 + z2) / (72.0 * root)
    x += (z2 * (7.0 + 3.0 * z2) - 16.0) / (810.0 * mean)
    return int(max(x, 0.0))


def cornish_fisher(claims: float, z: float, cumulants: Floats) -> float:
    """Sum of so many like variables at a normal quantile."""
    mean, variance, k3, k4, k5 = cumulants.tolist()
    sd = math.sqrt(variance * claims)
    if sd == 0.0:
        return claims * mean
    g1, g2, g3 = k3 * claims / (sd * sd * sd), k4 * claims / (sd * sd * sd * sd), k5 * claims / (sd * sd * sd * sd * sd)
    z2 = z * z
    x = z + g1 * (z2 - 1.0) / 6.0
    x += g2 * z * (z2 - 3.0) / 24.0 - g1 * g1 * z * (2.0 * z2 - 5.0) / 36.0
    x += g3 * (z2 * (z2 - 6.0) + 3.0) / 120.0 - g1 * g2 * (z2 * (z2 - 5.0) + 2.0) / 24.0
    x += g1 * g1 * g1 * (z2 * (12.0 * z2 - 53.0) + 17.0) / 324.0
    return max(claims * mean + sd * x, 0.0)


def sum_of_claims(k: int, start: int, tables: Floats, eleven: Any, cumulants: Floats, normal: Floats) -> float:
    """Sum of k small claims from words 0 to 10: to the base 8, or by the cumulants."""
    if k >= LOT:
        return cornish_fisher(float(k), two_sided(normal, 0, int(eleven[0])), cumulants)
    base = 1 << RADIX_BITS
    total = 0.0
    for i in range(k % base):
        total += two_sided(tables, start, int(eleven[i]))
    for place in range(1, 4):
        digit = k // base**place % base
        if digit > 0:
            table = 1 + (place - 1) * (base - 1) + digit - 1
            total += two_sided(tables, start + table * 2 * SIDE_LENGTH, int(eleven[6 + place]))
    return total
