"""Variates of the pooled kernel: normal, gamma of any shape, Poisson of any mean, sums of small claims.

Normals come by inversion from one word. A gamma mass of any shape takes one normal and one uniform word and is exact:
Marsaglia & Tsang, "A simple method for generating gamma variables", ACM Trans. Math. Softw. 26 (2000); the few attempts
that are refused are made again with words of their own addresses, so nothing depends on an order. A Poisson count up to
a mean of 32 is drawn as by the members kernel; above, by inversion with Giles' expansion of the quantile function
("Algorithm 955", ACM Trans. Math. Softw. 42, 2016), whose distribution function is off by less than 5e-6.
"""

from __future__ import annotations

import math

import numpy as np
from numba.extending import register_jitable

from vbcsim.experience.pooled_tables import LOT, RADIX_BITS, SIDE_BITS, SIDE_LENGTH
from vbcsim.random.philox import address, philox4x32
from vbcsim.random.variates import leading_zeros, poisson_grid_exact, poisson_rest_exact

__all__ = ["gamma", "gamma_attempt", "poisson", "sum_of_claims", "two_sided", "uniform"]

_TWO_32 = 2.0**-32
_1 = np.uint64(1)
_SIDE = np.uint64(SIDE_LENGTH)
_ON_SIDE = np.uint64(0x7FFFFFFF)
_31 = np.uint64(31)
_33 = np.uint64(33)
_MIDDLE = np.uint64(1 << 32)
_MANTISSA = np.uint64(0x7FFFFFFFFFFFFFFF)
_LOW = np.uint64(0xFFFFFFFF)
_OCTAVE_SHIFT = np.uint64(SIDE_BITS + 1)
_CELL_SHIFT = np.uint64(63 - SIDE_BITS)
_PLACE_SHIFT = np.uint64(63 - SIDE_BITS - 32)
_LARGE_MEAN = 32.0
_TABLE = np.uint64(2 * SIDE_LENGTH)
_DIGIT = (1 << RADIX_BITS) - 1
_DIGITS = np.uint64(_DIGIT)
_NOTHING = 1e-30


@register_jitable(forceinline=True)
def uniform(word):  # type: ignore[no-untyped-def]
    """The middle of the word's interval."""
    return (np.float64(np.int64(word)) + 0.5) * _TWO_32


@register_jitable(forceinline=True)
def two_sided(tables, start, word):  # type: ignore[no-untyped-def]
    """The quantile of the two-sided table at ``start`` (uint64): the word's top bit is the side, the rest the place."""
    w = np.uint64(word)
    x = ((w & _ON_SIDE) << _33) | _MIDDLE
    zeros = np.uint64(leading_zeros(x))
    mantissa = (x << zeros) & _MANTISSA
    at = start + (w >> _31) * _SIDE + ((zeros << _OCTAVE_SHIFT) | ((mantissa >> _CELL_SHIFT) << _1))
    place = (np.float64(np.int64((mantissa >> _PLACE_SHIFT) & _LOW)) + 0.5) * _TWO_32
    return tables[at] + tables[at + _1] * (0.5 - place)


@register_jitable(forceinline=True)
def gamma_attempt(shape, z, word):  # type: ignore[no-untyped-def]
    """A gamma variate of a shape of 1 or more from a normal and a word, or -1 where the attempt is refused."""
    d = shape - 1.0 / 3.0
    v = 1.0 + z / math.sqrt(9.0 * d)
    if v <= 0.0:
        return -1.0
    v = v * v * v
    u = uniform(word)
    z2 = z * z
    if u < 1.0 - 0.0331 * (z2 * z2) or math.log(u) < 0.5 * z2 + d * (1.0 - v + math.log(v)):
        return d * v
    return -1.0


@register_jitable
def gamma(shape, w0, w1, w2, normal, period, block, c1, draw, c3, k0, k1):  # type: ignore[no-untyped-def]
    """A gamma variate of scale 1: ``w0`` for the normal, ``w1`` to accept it, ``w2`` for what a shape below 1 adds.

    Further attempts take the block of the same address with items 1, 2, ...; a mass that cannot matter is 0.
    """
    above = shape if shape >= 1.0 else shape + 1.0
    value = gamma_attempt(above, two_sided(normal, np.uint64(0), w0), w1)
    item = 1
    while value < 0.0:
        a0, a1, _, _ = philox4x32(address(period, item, block), c1, draw, c3, k0, k1)
        value = gamma_attempt(above, two_sided(normal, np.uint64(0), a0), a1)
        item += 1
    if shape < 1.0:
        value *= math.exp(math.log(uniform(w2)) / shape)
    return value if value > _NOTHING else 0.0


@register_jitable(forceinline=True)
def poisson(mean, w0, w1, below, guide, normal):  # type: ignore[no-untyped-def]
    """A Poisson count: up to a mean of 32 from two words as in the members kernel, above by inversion of the first."""
    if mean <= _LARGE_MEAN:
        step = np.int64(mean * 4.0)
        n = poisson_grid_exact(np.uint64(step), w0, below, guide)
        return n + poisson_rest_exact(mean - np.float64(step) * 0.25, w1)
    z = two_sided(normal, np.uint64(0), w0)
    z2 = z * z
    root = math.sqrt(mean)
    x = mean + root * z + (2.0 + z2) / 6.0 - z * (2.0 + z2) / (72.0 * root)
    x += (z2 * (7.0 + 3.0 * z2) - 16.0) / (810.0 * mean)
    return np.int64(max(x, 0.0))


@register_jitable(forceinline=True)
def cornish_fisher(claims, z, mean, variance, k3, k4, k5):  # type: ignore[no-untyped-def]
    """The sum of so many like variables at a normal quantile, from their cumulants; to the order claims**-1.5."""
    sd = math.sqrt(variance * claims)
    if sd == 0.0:
        return claims * mean
    g1 = k3 * claims / (sd * sd * sd)
    g2 = k4 * claims / (sd * sd * sd * sd)
    g3 = k5 * claims / (sd * sd * sd * sd * sd)
    z2 = z * z
    x = z + g1 * (z2 - 1.0) / 6.0
    x += g2 * z * (z2 - 3.0) / 24.0 - g1 * g1 * z * (2.0 * z2 - 5.0) / 36.0
    x += g3 * (z2 * (z2 - 6.0) + 3.0) / 120.0 - g1 * g2 * (z2 * (z2 - 5.0) + 2.0) / 24.0
    x += g1 * g1 * g1 * (z2 * (12.0 * z2 - 53.0) + 17.0) / 324.0
    return max(claims * mean + sd * x, 0.0)


@register_jitable
def sum_of_claims(k, start, tables, words, at, cumulants, j, normal):  # type: ignore[no-untyped-def]
    """The relative cost of ``k`` small claims from the three blocks of words ``words[:, at : at + 3]``.

    Words 0 to 6: claims one by one; 7 to 9: the sums of the digits in their places. From ``LOT`` claims on word 0
    alone, with the cumulants ``cumulants[j]``.
    """
    if k >= LOT:
        z = two_sided(normal, np.uint64(0), words[0, at])
        mean, variance, k3, k4, k5 = cumulants[j, 0], cumulants[j, 1], cumulants[j, 2], cumulants[j, 3], cumulants[j, 4]
        return cornish_fisher(np.float64(k), z, mean, variance, k3, k4, k5)
    total = 0.0
    for i in range(k & _DIGIT):
        total += two_sided(tables, start, words[i & 3, at + (i >> 2)])
    left = k >> RADIX_BITS
    table = start + _TABLE
    item = 7
    while left > 0:
        digit = left & _DIGIT
        if digit > 0:
            total += two_sided(tables, table + np.uint64(digit - 1) * _TABLE, words[item & 3, at + (item >> 2)])
        table += _DIGITS * _TABLE
        left >>= RADIX_BITS
        item += 1
    return total
