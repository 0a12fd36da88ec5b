"""The NumPy twin of ``vbcsim.random.philox``, and addressed words, uniforms and normals for whole arrays.

Written from the definition, without numba; any address part may be an array, and the parts broadcast.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vbcsim.random.streams import Stream

__all__ = ["normals", "philox4x32", "uniforms", "wide_uniforms", "words"]

_WORD = np.uint64(0xFFFFFFFF)


def philox4x32(c0: ArrayLike, c1: ArrayLike, c2: ArrayLike, c3: ArrayLike, k0: int, k1: int) -> NDArray[np.uint64]:
    """Ten rounds of Philox4x32 on broadcast counters; the four output words along a new last axis."""
    counter = [np.array(c, dtype=np.uint64) for c in np.broadcast_arrays(c0, c1, c2, c3)]
    for r in range(10):
        key0 = np.uint64((k0 + r * 0x9E3779B9) % 2**32)
        key1 = np.uint64((k1 + r * 0xBB67AE85) % 2**32)
        product0 = counter[0] * np.uint64(0xD2511F53)
        product1 = counter[2] * np.uint64(0xCD9E8D57)
        counter = [
            (product1 >> np.uint64(32)) ^ counter[1] ^ key0,
            product1 & _WORD,
            (product0 >> np.uint64(32)) ^ counter[3] ^ key1,
            product0 & _WORD,
        ]
    return np.stack(counter, axis=-1)


def words(
    seed: int,
    stream: Stream,
    *,
    draw: ArrayLike,
    cell: ArrayLike = 0,
    member: ArrayLike = 0,
    period: ArrayLike = 0,
    item: ArrayLike = 0,
    event: ArrayLike = 0,
) -> NDArray[np.uint32]:
    """The random word at an address; parts broadcast against one another."""
    parts: list[Any] = [np.asarray(p, dtype=np.uint64) for p in (draw, cell, member, period, item, event)]
    d, c, m, p, i, e = np.broadcast_arrays(*parts)
    c0 = (p << np.uint64(24)) | (i << np.uint64(16)) | (e >> np.uint64(2))
    c3 = np.uint64(int(stream) << 24) | c
    four = philox4x32(c0, m, d, c3, seed % 2**32, seed // 2**32)
    picked = np.take_along_axis(four, (e & np.uint64(3)).astype(np.int64)[..., None], axis=-1)
    return picked[..., 0].astype(np.uint32)


def uniforms(seed: int, stream: Stream, **where: ArrayLike) -> NDArray[np.float64]:
    """Uniform numbers strictly between 0 and 1: the middle of the word's 2**-32 wide interval."""
    return (words(seed, stream, **where).astype(np.float64) + 0.5) * 2.0**-32


def normals(seed: int, stream: Stream, **where: ArrayLike) -> NDArray[np.float64]:
    """Standard normal numbers by inversion."""
    from scipy.special import ndtri

    return np.asarray(ndtri(uniforms(seed, stream, **where)))


def wide_uniforms(
    seed: int,
    stream: Stream,
    *,
    draw: ArrayLike,
    cell: ArrayLike = 0,
    member: ArrayLike = 0,
    period: ArrayLike = 0,
    item: ArrayLike = 0,
) -> NDArray[np.float64]:
    """Two uniform numbers of 64 bits each, along a new last axis, strictly above 0 and below 1.

    Near 0 they keep all of their bits, so a heavy tail that is inverted from there reaches out to 2**-65.
    """
    parts: list[Any] = [np.asarray(p, dtype=np.uint64) for p in (draw, cell, member, period, item)]
    d, c, m, p, i = np.broadcast_arrays(*parts)
    c0 = (p << np.uint64(24)) | (i << np.uint64(16))
    four = philox4x32(c0, m, d, np.uint64(int(stream) << 24) | c, seed % 2**32, seed // 2**32)
    high, low = four[..., 0::2].astype(np.float64), four[..., 1::2].astype(np.float64)
    return np.asarray(np.minimum((high + (low + 0.5) * 2.0**-32) * 2.0**-32, 1.0 - 2.0**-53))
