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

from vbcsim.experience.pooled_tables import (
    FEW,
    LOT,
    NODE_HIGH,
    NODE_LOW,
    NODE_OF,
    NODE_ROOT,
    NODE_SHIFT,
    RADIX_BITS,
    SIDE_BITS,
    SIDE_LENGTH,
)
from vbcsim.random.philox import address, philox4x32
from vbcsim.random.variates import leading_zeros, poisson_grid_exact, poisson_rest_exact

__all__ = ["gamma", "gamma_constants", "poisson", "sum_of_claims", "two_sided", "uniform"]

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
_QUARTER = 0.25
_NODES = np.uint64(2 * _DIGIT)
_6TH, _24TH, _36TH, _72ND, _120TH, _324TH, _810TH = 1 / 6, 1 / 24, 1 / 36, 1 / 72, 1 / 120, 1 / 324, 1 / 810


@register_jitable(forceinline=True)
def uniform(word):  # type: ignore[no-untyped-def]
    """The middle of the word's interval."""
    return (np.float64(np.int64(word)) + 0.5) * _TWO_32


@register_jitable(forceinline=True)
def two_sided_place(word):  # type: ignore[no-untyped-def]
    """Where a word lies in a two-sided table: the cell's offset (uint64), and how far before its middle.

    The word's top bit is the side, the rest the place.
    """
    w = np.uint64(word)
    x = ((w & _ON_SIDE) << _33) | _MIDDLE
    zeros = np.uint64(leading_zeros(x))
    mantissa = (x << zeros) & _MANTISSA
    offset = (w >> _31) * _SIDE + ((zeros << _OCTAVE_SHIFT) | ((mantissa >> _CELL_SHIFT) << _1))
    return offset, 0.5 - (np.float64(np.int64((mantissa >> _PLACE_SHIFT) & _LOW)) + 0.5) * _TWO_32


@register_jitable(forceinline=True)
def two_sided(tables, start, word):  # type: ignore[no-untyped-def]
    """The quantile of the two-sided table at ``start`` (uint64)."""
    offset, place = two_sided_place(word)
    at = start + offset
    return tables[at] + tables[at + _1] * place


@register_jitable(forceinline=True)
def gamma_constants(shape):  # type: ignore[no-untyped-def]
    """Marsaglia & Tsang's d and c = 1 / sqrt(9 d) of a shape; a shape below 1 is drawn with 1 more."""
    d = (shape if shape >= 1.0 else shape + 1.0) - 1.0 / 3.0
    return d, 1.0 / math.sqrt(9.0 * d)


@register_jitable(forceinline=True)
def gamma_attempt(d, c, z, word):  # type: ignore[no-untyped-def]
    """A gamma variate of these constants from a normal and a word, or -1 where the attempt is refused."""
    v = 1.0 + z * c
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
    d, c = gamma_constants(shape)
    value = gamma_attempt(d, c, two_sided(normal, np.uint64(0), w0), w1)
    item = 1
    while value < 0.0:
        a0, a1, _, _ = philox4x32(address(period, item, block), c1, draw, c3, k0, k1)
        value = gamma_attempt(d, c, two_sided(normal, np.uint64(0), a0), a1)
        item += 1
    if shape < 1.0:
        value *= math.exp(math.log(uniform(w2)) / shape)
    return value if value > _NOTHING else 0.0


@register_jitable(forceinline=True)
def poisson(mean, w0, w1, below, guide, normal):  # type: ignore[no-untyped-def]
    """A Poisson count: up to a mean of 32 from two words as in the members kernel, above by inversion of the first."""
    if mean < _QUARTER:
        return poisson_rest_exact(mean, w1)
    if mean <= _LARGE_MEAN:
        step = np.int64(mean * 4.0)
        n = poisson_grid_exact(np.uint64(step), w0, below, guide)
        return n + poisson_rest_exact(mean - np.float64(step) * _QUARTER, w1)
    z = two_sided(normal, np.uint64(0), w0)
    z2 = z * z
    root = math.sqrt(mean)
    inverse = 1.0 / root
    x = mean + root * z + (2.0 + z2) * _6TH - z * (2.0 + z2) * inverse * _72ND
    x += (z2 * (7.0 + 3.0 * z2) - 16.0) * inverse * inverse * _810TH
    return np.int64(max(x, 0.0))


@register_jitable(forceinline=True)
def cornish_fisher(claims, z, mean, sd, g1, g2, g3):  # type: ignore[no-untyped-def]
    """The sum of so many like variables at a normal quantile, from their cumulants; to the order claims**-1.5."""
    root = math.sqrt(claims)
    inverse = 1.0 / root
    g1 *= inverse
    g2 *= inverse * inverse
    g3 *= inverse * inverse * inverse
    z2 = z * z
    x = z + g1 * (z2 - 1.0) * _6TH
    x += g2 * z * (z2 - 3.0) * _24TH - g1 * g1 * z * (2.0 * z2 - 5.0) * _36TH
    x += g3 * (z2 * (z2 - 6.0) + 3.0) * _120TH - g1 * g2 * (z2 * (z2 - 5.0) + 2.0) * _24TH
    x += g1 * g1 * g1 * (z2 * (12.0 * z2 - 53.0) + 17.0) * _324TH
    return max(claims * mean + sd * root * x, 0.0)


@register_jitable
def sum_of_claims(k, start, tables, w0, w1, cumulants, j, normal):  # type: ignore[no-untyped-def]
    """The relative cost of ``k > 0`` small claims: below ``FEW`` a word for each digit, from there on word 0 alone.

    Word 0 is always that of the most claims, so that one claim more or less moves the sum by little.

    ``cumulants[j]``: mean, deviation and standardised cumulants of a claim of the category.
    """
    if k < FEW:
        digit = k & _DIGIT
        eights = k >> RADIX_BITS
        if eights == 0:
            return two_sided(tables, start + np.uint64(digit - 1) * _TABLE, w0)
        total = two_sided(tables, start + (_DIGITS + np.uint64(eights - 1)) * _TABLE, w0)
        if digit > 0:
            total += two_sided(tables, start + np.uint64(digit - 1) * _TABLE, w1)
        return total
    claims = np.float64(k)
    if k >= LOT:
        z = two_sided(normal, np.uint64(0), w0)
        mean, sd, g1, g2, g3 = cumulants[j, 0], cumulants[j, 1], cumulants[j, 2], cumulants[j, 3], cumulants[j, 4]
        return cornish_fisher(claims, z, mean, sd, g1, g2, g3)
    node = NODE_OF[k >> NODE_SHIFT]
    root = math.sqrt(claims)
    s = 1.0 / root
    offset, place = two_sided_place(w0)
    z = normal[offset] + normal[offset + _1] * place
    at = start + (_NODES + np.uint64(node)) * _TABLE + offset
    low = tables[at] + tables[at + _1] * place
    at += _TABLE
    high = tables[at] + tables[at + _1] * place
    x = z + s * (s - NODE_ROOT[node + 1]) * NODE_LOW[node] * (low - z)
    x += s * (NODE_ROOT[node] - s) * NODE_HIGH[node] * (high - z)
    return max(claims * cumulants[j, 0] + cumulants[j, 1] * root * x, 0.0)
