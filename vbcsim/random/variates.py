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

from vbcsim.random.tables import CELL_BITS, OCTAVES

__all__ = [
    "MIDDLE",
    "TAIL_WORD",
    "any_tail",
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
_REST_LIMIT = 12
_LAST_OCTAVE = OCTAVES - 1
_CELL_SHIFT = np.uint64(63 - CELL_BITS)
_PLACE_SHIFT = np.uint64(63 - CELL_BITS - 32)
_MANTISSA = np.uint64(0x7FFFFFFFFFFFFFFF)
_LOW = np.uint64(0xFFFFFFFF)
_32 = np.uint64(32)
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
    return lambda x: np.int64(_ctlz(np.uint64(x)))


@register_jitable(forceinline=True)
def any_tail(words, n):  # type: ignore[no-untyped-def]
    """Whether any word of the first ``n`` blocks ``needs_tail``; kernels take their slow way only then."""
    lowest = MIDDLE
    for lane in range(4):
        for i in range(n):
            lowest = min(lowest, words[lane, i])
    return lowest < TAIL_WORD


@register_jitable(forceinline=True)
def needs_tail(word):  # type: ignore[no-untyped-def]
    """Whether a word lies so far out that a finer one must be asked for (about 8 in a million)."""
    return word < TAIL_WORD


@register_jitable(forceinline=True)
def lookup(tables, i, word, finer):  # type: ignore[no-untyped-def]
    """The quantile of distribution ``i`` at survival probability ``(word + finer / 2**32) / 2**32``.

    ``tables`` (table, cell, 2); ``finer`` is ``MIDDLE`` except for words that ``needs_tail``.
    """
    x = (np.uint64(word) << _32) | np.uint64(finer)
    zeros = min(leading_zeros(x), _LAST_OCTAVE)
    # The leading one drops out of the 64-bit word; the next bits name the cell, the rest the place within it.
    mantissa = (x << np.uint64(zeros)) & _MANTISSA
    cell = (zeros << CELL_BITS) + np.int64(mantissa >> _CELL_SHIFT)
    place = (np.float64(np.int64((mantissa >> _PLACE_SHIFT) & _LOW)) + 0.5) * _TWO_32
    return tables[i, cell, 0] + tables[i, cell, 1] * (0.5 - place)


@register_jitable(forceinline=True)
def exp_negative(x, powers):  # type: ignore[no-untyped-def]
    """exp(-x) for 0 <= x <= 1/4, relative error below 1e-11; ``powers[k] = exp(-k / 64)``."""
    k = int(x * 64.0)
    r = x - k * 0.015625
    return powers[k] * (1.0 - r * (1.0 - r * (0.5 - r * (1.0 / 6.0 - r * (1.0 / 24.0)))))


@register_jitable(forceinline=True)
def poisson_rest(mean, word, powers):  # type: ignore[no-untyped-def]
    """Poisson count with a mean below a quarter: the smallest n whose distribution function reaches the word."""
    u = (np.float64(word) + 0.5) * _TWO_32
    probability = exp_negative(mean, powers)
    total0 = probability
    probability *= mean
    total1 = total0 + probability
    probability *= mean * 0.5
    total2 = total1 + probability
    n = np.int64(u > total0) + np.int64(u > total1) + np.int64(u > total2)
    if n == 3:
        probability *= mean * (1.0 / 3.0)
        total2 += probability
        while u > total2 and n < _REST_LIMIT:
            n += 1
            probability *= mean / n
            total2 += probability
    return n


@register_jitable(forceinline=True)
def poisson_grid(step, word, below, guide):  # type: ignore[no-untyped-def]
    """Poisson count with mean ``step / 4`` (step at most 128) by table, from one word."""
    w = np.int64(word)
    start = np.int64(guide[step, w >> 24])
    n = start + np.int64(w >= below[step, start]) + np.int64(w >= below[step, start + 1])
    if n == start + 2:
        while w >= below[step, n]:
            n += 1
    return n
