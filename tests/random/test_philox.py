"""Philox4x32-10: published answers, an independent implementation, and kernel = plain Python = NumPy twin."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import pytest
from randomgen import Philox

from vbcsim.random import philox, twin

# Random123 (Salmon, Moraes, Dror & Shaw, SC 2011), file kat_vectors: counter, key, the four words of philox4x32-10.
KNOWN_ANSWERS = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


def filled(c0: Any, n: int, c1: Any, c2: Any, c3: Any, k0: Any, k1: Any) -> Any:
    """Words of counters in every way a kernel asks for them: in events' order, in blocks, one by one."""
    events = np.zeros(4 * n, dtype=np.uint32)
    blocks = np.zeros((4, n), dtype=np.uint32)
    single = np.zeros(4 * n, dtype=np.uint32)
    philox.fill_events(c0, n, c1, c2, c3, k0, k1, events)
    philox.fill_blocks(c0, n, c1, c2, c3, k0, k1, blocks)
    for event in range(4 * n):
        single[event] = philox.one_word(c0[event >> 2], event, c1, c2, c3, k0, k1)
    return events, blocks, single


@pytest.fixture(scope="module")
def compiled_filled() -> Any:
    return numba.njit(filled)


def uint32(*numbers: int) -> list[np.uint32]:
    return [np.uint32(n) for n in numbers]


@pytest.mark.parametrize(("counter", "key", "answer"), KNOWN_ANSWERS)
def test_published_answers(counter, key, answer, compiled_filled):
    assert tuple(int(w) for w in philox.philox4x32(*uint32(*counter), *uint32(*key))) == answer
    assert tuple(twin.philox4x32(*counter, *key).tolist()) == answer
    events, _, _ = compiled_filled(np.array(counter[:1], np.uint32), 1, *uint32(*counter[1:]), *uint32(*key))
    assert tuple(events.tolist()) == answer


def independent_words(counter: int, key: int) -> tuple[int, ...]:
    """The block of a counter by randomgen, which raises its counter before each block."""
    source = Philox(counter=(counter - 1) % 2**128, key=key, number=4, width=32)
    return tuple(int(w) for w in source.random_raw(4))


def test_twin_equals_an_independent_implementation():
    rng = np.random.default_rng(20231)
    parts = rng.integers(0, 2**32, (400, 4), dtype=np.uint64)
    parts[:40] = rng.integers(0, 3, (40, 4))  # small numbers are what addresses mostly hold
    keys = rng.integers(0, 2**32, (400, 2), dtype=np.uint64).tolist()
    for c, (k0, k1) in zip(parts, keys, strict=True):
        counter = sum(int(word) << (32 * place) for place, word in enumerate(c))
        assert tuple(twin.philox4x32(*c, k0, k1).tolist()) == independent_words(counter, k0 | k1 << 32)


def test_compiled_plain_and_twin_fill_the_same_words(compiled_filled):
    rng = np.random.default_rng(7)
    c0 = rng.integers(0, 2**32, 9, dtype=np.uint64).astype(np.uint32)
    for c1, c2, c3, k0, k1 in rng.integers(0, 2**32, (5, 5), dtype=np.uint64).tolist():
        expected = twin.philox4x32(c0, c1, c2, c3, k0, k1).astype(np.uint32)
        for fill in (filled, compiled_filled):
            events, blocks, single = fill(c0, len(c0), *uint32(c1, c2, c3, k0, k1))
            assert events.tolist() == expected.ravel().tolist()
            assert single.tolist() == expected.ravel().tolist()
            assert blocks.T.tolist() == expected.tolist()


def test_only_the_first_counters_asked_for_are_filled(compiled_filled):
    c0 = np.arange(5, dtype=np.uint32)
    words = np.full(20, 7, dtype=np.uint32)
    philox.fill_events(c0, 2, *uint32(1, 2, 3, 4, 5), words)
    assert (words[8:] == 7).all()
    assert words[:8].tolist() == compiled_filled(c0, 5, *uint32(1, 2, 3, 4, 5))[0][:8].tolist()


def test_every_public_function_has_a_twin_or_is_checked_here():
    checked_against_the_twin = {"fill_events", "fill_blocks", "one_word"}
    addresses = {"address", "stream_cell"}  # compared with the twin's addresses in test_twin.py
    assert set(philox.__all__) == {"philox4x32"} | checked_against_the_twin | addresses
    assert callable(twin.philox4x32)
