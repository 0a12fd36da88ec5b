"""Philox4x32-10, the counter-based generator of Salmon, Moraes, Dror & Shaw, "Parallel random numbers: as easy as
1, 2, 3" (SC 2011). A key and a counter of 128 bits give four words of 32 bits; nothing is remembered in between.

The counter is an address. Its four words hold

===== ==================================================================================================
word  content
===== ==================================================================================================
0     event // 4 (16 bits), item (8 bits), period (8 bits); the event's remainder by 4 picks the output word
1     member within the cell (32 bits)
2     draw (32 bits)
3     cell (24 bits), stream (8 bits)
===== ==================================================================================================

and the key is the seed (64 bits). No operation overflows its type, so the same lines run as plain Python and compiled.
The NumPy twin is ``vbcsim.random.twin``.
"""

from __future__ import annotations

import numpy as np
from numba.extending import register_jitable

__all__ = ["address", "fill_blocks", "fill_events", "one_word", "philox4x32", "stream_cell"]

_MULTIPLIER_0 = np.uint64(0xD2511F53)
_MULTIPLIER_1 = np.uint64(0xCD9E8D57)
_WEYL_0 = np.uint64(0x9E3779B9)
_WEYL_1 = np.uint64(0xBB67AE85)
_LOW = np.uint64(0xFFFFFFFF)
_32 = np.uint64(32)
_ROUNDS = 10


@register_jitable(forceinline=True)
def philox4x32(c0, c1, c2, c3, k0, k1):  # type: ignore[no-untyped-def]
    """Four random words from a counter ``c0..c3`` and a key ``k0, k1``, all uint32."""
    for _ in range(_ROUNDS):
        p0 = _MULTIPLIER_0 * np.uint64(c0)
        p1 = _MULTIPLIER_1 * np.uint64(c2)
        c0 = np.uint32(p1 >> _32) ^ c1 ^ k0
        c1 = np.uint32(p1 & _LOW)
        c2 = np.uint32(p0 >> _32) ^ c3 ^ k1
        c3 = np.uint32(p0 & _LOW)
        k0 = np.uint32((np.uint64(k0) + _WEYL_0) & _LOW)
        k1 = np.uint32((np.uint64(k1) + _WEYL_1) & _LOW)
    return c0, c1, c2, c3


@register_jitable(forceinline=True)
def address(period, item, block):  # type: ignore[no-untyped-def]
    """Counter word 0: a block of four events of one item and period."""
    return np.uint32((period << 24) | (item << 16) | block)


@register_jitable(forceinline=True)
def stream_cell(stream, cell):  # type: ignore[no-untyped-def]
    """Counter word 3: the stream and the rating cell."""
    return np.uint32((stream << 24) | cell)


@register_jitable
def fill_events(c0, n, c1, c2, c3, k0, k1, words):  # type: ignore[no-untyped-def]
    """Fill ``words[4 * i : 4 * i + 4]`` for the first ``n`` counters ``c0``: events in their order; all uint32."""
    for i in range(n):
        w0, w1, w2, w3 = philox4x32(c0[i], c1, c2, c3, k0, k1)
        words[4 * i] = w0
        words[4 * i + 1] = w1
        words[4 * i + 2] = w2
        words[4 * i + 3] = w3


@register_jitable
def fill_blocks(c0, n, c1, c2, c3, k0, k1, words):  # type: ignore[no-untyped-def]
    """Fill ``words[:, i]`` for the first ``n`` counters ``c0``; faster than ``fill_events``."""
    for i in range(n):
        w0, w1, w2, w3 = philox4x32(c0[i], c1, c2, c3, k0, k1)
        words[0, i] = w0
        words[1, i] = w1
        words[2, i] = w2
        words[3, i] = w3


@register_jitable
def one_word(c0, event, c1, c2, c3, k0, k1):  # type: ignore[no-untyped-def]
    """The word of a single event, for the rare second look; ``c0`` is the address of its block."""
    w0, w1, w2, w3 = philox4x32(c0, c1, c2, c3, k0, k1)
    lane = event & 3
    if lane == 0:
        return w0
    if lane == 1:
        return w1
    if lane == 2:
        return w2
    return w3
