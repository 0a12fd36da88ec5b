"""Addressed words of whole arrays: where an address stands in the counter, uniformity, uniforms and normals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from vbcsim.random import philox, twin
from vbcsim.random.streams import Stream
from vbcsim.random.twin import normals, uniforms, words

PARTS = {
    "draw": 2**31 - 1,
    "cell": 2**24 - 1,
    "member": 2**32 - 1,
    "period": 255,
    "item": 255,
    "event": 2**18 - 1,
}
"""Largest value of each part of an address (docs/decisions/0002)."""
ADDRESSES = st.fixed_dictionaries({name: st.integers(0, top) for name, top in PARTS.items()})
ERROR_RATE = 1e-6
"""Chance that any of the tests of uniformity of this file fails although the words are uniform."""


def counter(where: dict[str, int], stream: int) -> tuple[int, ...]:
    """The counter of an address, as the kernels make it."""
    c0 = philox.address(where["period"], where["item"], where["event"] >> 2)
    return int(c0), where["member"], where["draw"], int(philox.stream_cell(stream, where["cell"]))


@given(ADDRESSES, st.sampled_from(Stream), st.integers(0, 2**64 - 1))
def test_kernel_and_twin_address_the_same_word(where, stream, seed):
    c0, c1, c2, c3 = (np.uint32(c) for c in counter(where, stream))
    key = np.uint32(seed % 2**32), np.uint32(seed >> 32)
    assert int(philox.one_word(c0, where["event"], c1, c2, c3, *key)) == int(words(seed, stream, **where))


@given(ADDRESSES, st.sampled_from(Stream))
def test_an_address_can_be_read_back_from_its_counter(where, stream):
    """So no two addresses share a word: the parts do not run into one another, up to the largest of each."""
    c0, member, draw, c3 = counter(where, stream)
    read = {
        "period": c0 >> 24,
        "item": c0 >> 16 & 0xFF,
        "event": (c0 & 0xFFFF) << 2 | where["event"] & 3,
        "member": member,
        "draw": draw,
        "cell": c3 & 0xFFFFFF,
    }
    assert read == where
    assert c3 >> 24 == stream


def test_parts_broadcast():
    table = words(5, Stream.COST, draw=np.arange(3)[:, None], event=np.arange(7)[None, :])
    assert table.shape == (3, 7)
    assert table[2, 6] == words(5, Stream.COST, draw=2, event=6)
    assert len(np.unique(table)) == 21


def test_both_halves_of_the_seed_are_in_the_key():
    seeds = [1, 2, 1 + 2**32, 2**63 + 1]
    assert len({int(words(s, Stream.COUNT, draw=0)) for s in seeds}) == len(seeds)


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("stream", [Stream.FRAILTY, Stream.COST])
def test_words_of_neighbouring_addresses_are_uniform_and_unrelated(part, stream):
    n = min(2**17, PARTS[part] + 1)
    where: dict[str, Any] = {"draw": 3, part: np.arange(n)}
    if n < 2**17:  # short axes: every value at each of many draws
        where = {part: np.arange(n)[:, None], "draw": np.arange(2**17 // n)[None, :]}
    w = words(20231, stream, **where).ravel().astype(np.int64)
    tables = [np.bincount(byte & 0xFF, minlength=256) for byte in (w, w >> 8, w >> 16, w >> 24)]
    pairs = (w[0::2] >> 28 << 4 | w[1::2] >> 28, (w[0::2] & 15) << 4 | w[1::2] & 15)
    tables += [np.bincount(pair, minlength=256) for pair in pairs]
    chances = [stats.chisquare(table).pvalue for table in tables]
    tests_in_all = len(tables) * len(PARTS) * 2
    assert min(chances) > ERROR_RATE / tests_in_all, chances
    # Chi-squared below what chance gives would be as wrong: words that only count up are too even.
    assert max(chances) < 1 - ERROR_RATE / tests_in_all


def test_uniforms_are_the_middles_of_the_words_intervals():
    where = {"draw": np.arange(1000)}
    assert (uniforms(1, Stream.QUALITY, **where) * 2**32 - 0.5 == words(1, Stream.QUALITY, **where)).all()


def test_the_lowest_and_the_highest_word_give_finite_normals(monkeypatch):
    extremes = np.array([0, 2**32 - 1], dtype=np.uint32)
    monkeypatch.setattr(twin, "words", lambda *_, **__: extremes)
    low, high = uniforms(1, Stream.QUALITY)
    assert 0 < low < 1e-9
    assert 1 - 1e-9 < high < 1
    assert normals(1, Stream.QUALITY) == pytest.approx([-6.337, 6.337], abs=1e-3)


def test_normals_are_the_quantiles_of_the_uniforms():
    where = {"draw": np.arange(2**17), "period": 4}
    z = normals(9, Stream.NATIONAL_TREND, **where)
    assert special.ndtr(z) == pytest.approx(uniforms(9, Stream.NATIONAL_TREND, **where), abs=1e-12)
    assert stats.kstest(z, "norm").pvalue > ERROR_RATE
    assert np.corrcoef(z, normals(9, Stream.REGIONAL_TREND, **where))[0, 1] == pytest.approx(0, abs=5 / np.sqrt(2**17))
