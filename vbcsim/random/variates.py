"""Variates by inversion for kernels: table look-up, exponential of a negative number, Poisson.

One word, one variate. A table (``vbcsim.random.tables``) divides the survival probability into octaves and each octave
into ``2**CELL_BITS`` cells; a cell carries the exact mean of the distribution within it and a spread that matches its
variance, so table and distribution agree in mean and variance and differ in distribution by less than a cell. Nothing
here takes a logarithm or a power. A Poisson count is the sum of one with a tabulated mean (a multiple of a quarter) and
one with the rest of the mean, each inverted from its own word: exact, at a cost that does not grow with the mean, and
falling with the mean along the same path.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types
from numba.extending import intrinsic, overload, register_jitable

from vbcsim.random.tables import CELL_BITS, OCTAVES, POISSON_GUIDE, POISSON_REACH

__all__ = [
    "MIDDLE",
    "TABLE_LENGTH",
    "TAIL_WORD",
    "exp_negative",
    "leading_zeros",
    "lookup",
    "needs_tail",
    "poisson_grid",
    "poisson_rest",
]

_SHALLOW_OCTAVES = 32 - 1 - CELL_BITS - 8
"""Octaves in which one 32-bit word leaves at least 8 bits to interpolate with."""
TAIL_WORD = np.uint32(1 << (32 - _SHALLOW_OCTAVES))
_TWO_32 = 2.0**-32
_E2, _E3, _E4, _E5, _E6, _E7, _E8 = 1 / 2, 1 / 6, 1 / 24, 1 / 120, 1 / 720, 1 / 5040, 1 / 40320
_REST_LIMIT = 12
_DEEPEST = np.uint64(1 << (64 - OCTAVES))
_OCTAVE_SHIFT = np.uint64(CELL_BITS + 1)
_REACH = np.uint64(POISSON_REACH)
_GUIDE = np.uint64(POISSON_GUIDE)
_GUIDE_SHIFT = np.uint32(24)
_1 = np.uint64(1)
_CELL_SHIFT = np.uint64(63 - CELL_BITS)
_PLACE_SHIFT = np.uint64(63 - CELL_BITS - 32)
_MANTISSA = np.uint64(0x7FFFFFFFFFFFFFFF)
_LOW = np.uint64(0xFFFFFFFF)
_32 = np.uint64(32)
TABLE_LENGTH = OCTAVES << (CELL_BITS + 1)
"""Numbers in one flat table."""
MIDDLE = np.uint32(0x80000000)
"""The finer word that stands for the middle of a word's interval."""


def leading_zeros(x: Any) -> int:
    """Number of leading zero bits of a uint64."""
    return 64 - int(x).bit_length()


@intrinsic
def _ctlz(typingctx, x):  # type: ignore[no-untyped-def]
    if not isinstance(x, types.Integer):
        return None

    def codegen(context, builder, signature, args):  # type: ignore[no-untyped-def]
        from llvmlite import ir

        return builder.ctlz(args[0], ir.Constant(ir.IntType(1), 0))

    return types.uint64(types.uint64), codegen


@overload(leading_zeros, jit_options={"forceinline": True})
def _leading_zeros(x):  # type: ignore[no-untyped-def]
    return lambda x: _ctlz(np.uint64(x))


@register_jitable(forceinline=True)
def needs_tail(word):  # type: ignore[no-untyped-def]
    """Whether a word lies so far out that a finer one must be asked for (about 8 in a million)."""
    return word < TAIL_WORD


@register_jitable(forceinline=True)
def lookup(tables, start, word, finer):  # type: ignore[no-untyped-def]
    """The quantile of the table that begins at ``start`` at survival probability ``(word + finer / 2**32) / 2**32``.

    ``tables`` holds cell means and spreads in turn, flat; ``start`` is a uint64: with unsigned indices no check for
    negative ones remains in the loop. ``finer`` is ``MIDDLE`` except for words that ``needs_tail``.
    """
    x = (np.uint64(word) << _32) | np.uint64(finer) | _DEEPEST
    zeros = np.uint64(leading_zeros(x))
    # The leading one drops out of the 64-bit word; the next bits name the cell, the rest the place within it.
    mantissa = (x << zeros) & _MANTISSA
    at = start + ((zeros << _OCTAVE_SHIFT) | ((mantissa >> _CELL_SHIFT) << _1))
    place = (np.float64(np.int64((mantissa >> _PLACE_SHIFT) & _LOW)) + 0.5) * _TWO_32
    return tables[at] + tables[at + _1] * (0.5 - place)


@register_jitable(forceinline=True)
def exp_negative(x):  # type: ignore[no-untyped-def]
    """exp(-x) for 0 <= x <= 1/4 by its series, error below 2e-11."""
    return 1.0 - x * (1.0 - x * (_E2 - x * (_E3 - x * (_E4 - x * (_E5 - x * (_E6 - x * (_E7 - x * _E8)))))))


@register_jitable(forceinline=True)
def poisson_rest(mean, word):  # type: ignore[no-untyped-def]
    """Poisson count with a mean below a quarter, up to 3 (3 stands for 3 or more: see ``poisson_rest_exact``)."""
    u = (np.float64(np.int64(word)) + 0.5) * _TWO_32
    none = exp_negative(mean)
    one = none * mean
    two = one * (mean * 0.5)
    up_to_one = none + one
    return np.int64(u > none) + np.int64(u > up_to_one) + np.int64(u > up_to_one + two)


@register_jitable(forceinline=True)
def poisson_rest_exact(mean, word):  # type: ignore[no-untyped-def]
    """Poisson count with a mean below a quarter: the smallest n whose distribution function reaches the word."""
    u = (np.float64(np.int64(word)) + 0.5) * _TWO_32
    none = exp_negative(mean)
    one = none * mean
    probability = one * (mean * 0.5)
    total = none + one
    n = np.int64(u > none) + np.int64(u > total)
    total += probability
    if n == 2:
        while u > total and n < _REST_LIMIT:
            n += 1
            probability *= mean / (n + 0.0)
            total += probability
    return n


@register_jitable(forceinline=True)
def poisson_grid(step, word, below, guide):  # type: ignore[no-untyped-def]
    """Poisson count with mean ``step / 4`` (step a uint64, at most 128) by table, and whether the search went on
    for longer than two places (then see ``poisson_grid_exact``)."""
    w = np.int64(word)
    row = step * _REACH
    start = np.uint64(guide[step * _GUIDE + np.uint64(word >> _GUIDE_SHIFT)])
    n = np.int64(w >= below[row + start]) + np.int64(w >= below[row + start + _1])
    return np.int64(start) + n, n


@register_jitable(forceinline=True)
def poisson_grid_exact(step, word, below, guide):  # type: ignore[no-untyped-def]
    """Poisson count with mean ``step / 4`` by table, from one word: the smallest count that reaches the word."""
    w = np.int64(word)
    row = step * _REACH
    n = np.uint64(guide[step * _GUIDE + np.uint64(word >> _GUIDE_SHIFT)])
    while w >= below[row + n]:
        n += _1
    return np.int64(n)
