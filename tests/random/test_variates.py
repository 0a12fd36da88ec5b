"""Variates by inversion: look-up by exact arithmetic, Poisson counts by the exact number of words, plain = compiled."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numba
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy import stats

from vbcsim.experience import twins
from vbcsim.random import variates
from vbcsim.random.streams import Stream
from vbcsim.random.tables import CELL_BITS, OCTAVES, POISSON_REACH, cost_table, gamma_table, poisson_tables
from vbcsim.random.twin import words

WORDS = 2**32
UINT32 = st.integers(0, WORDS - 1)
TABLES = np.concatenate([gamma_table(0.37).ravel(), cost_table(1.0, 0.005, 2.8, math.inf).ravel()])
BELOW, GUIDE = poisson_tables()
ERROR_RATE = 1e-6
"""Chance that any of the chi-squared tests of this file fails although the counts are Poisson."""


def every_variate(
    word: Any, finer: Any, start: Any, mean: float, step: Any, tables: Any, below: Any, guide: Any
) -> Any:
    """All kernel variates at one word, for comparing plain Python with the compiled code."""
    n, search = variates.poisson_grid(step, word, below, guide)
    return (
        variates.leading_zeros(np.uint64(word) << np.uint64(13)),
        variates.needs_tail(word),
        variates.lookup(tables, start, word, finer),
        variates.exp_negative(mean),
        variates.poisson_rest(mean, word),
        variates.poisson_rest_exact(mean, word),
        n,
        search,
        variates.poisson_grid_exact(step, word, below, guide),
    )


@pytest.fixture(scope="module")
def compiled_every_variate() -> Any:
    return numba.njit(every_variate)


@given(UINT32, UINT32, st.booleans(), st.floats(0, 0.25, exclude_max=True), st.integers(0, 128))
@example(0, 0, True, 0.0, 0)
@example(WORDS - 1, WORDS - 1, True, 0.2499999, 128)
def test_compiled_variates_are_the_plain_ones(compiled_every_variate, word, finer, second, mean, step):
    start = np.uint64(variates.TABLE_LENGTH if second else 0)
    arguments = np.uint32(word), np.uint32(finer), start, mean, np.uint64(step), TABLES, BELOW, GUIDE
    plain = every_variate(*arguments)
    assert tuple(map(float, compiled_every_variate(*arguments))) == tuple(map(float, plain))


@pytest.mark.parametrize("bit", range(64))
def test_leading_zeros(bit):
    assert variates.leading_zeros(np.uint64(1 << bit)) == 63 - bit
    assert variates.leading_zeros(np.uint64((1 << bit) | (1 << bit) - 1)) == 63 - bit


# ---------------------------------------------------------------------------------------------------------- look-up
def looked_up(table: Any, word: int, finer: int) -> float:
    """A table's value at the survival probability of a 64-bit word, exactly; one bit keeps it off the table's end."""
    s = Fraction(word << 32 | finer | 1 << (64 - OCTAVES), 2**64)
    octave = next(k for k in range(OCTAVES) if s >= Fraction(1, 2 ** (k + 1)))
    within = (s * 2 ** (octave + 1) - 1) * 2**CELL_BITS
    mean, spread = table.reshape(-1, 2)[octave << CELL_BITS | int(within)]
    return float(mean + spread * (0.5 - float(within - int(within))))


@given(st.integers(0, 31).flatmap(lambda bits: st.integers(0, 2 ** (32 - bits) - 1)), UINT32, st.integers(0, 1))
@example(0, 0, 0)
@example(0, 1 << 16, 1)
@example(WORDS - 1, WORDS - 1, 0)
@example(WORDS // 2, 0, 1)
@example(WORDS // 2 - 1, WORDS - 1, 1)
def test_lookup_is_the_line_over_the_cell_of_the_word(word, finer, which):
    length = variates.TABLE_LENGTH
    table = TABLES[which * length : (which + 1) * length]
    value = float(variates.lookup(TABLES, np.uint64(which * length), np.uint32(word), np.uint32(finer)))
    twin = twins.lookup(TABLES, which * length, np.array([word], np.uint32), np.array([finer], np.uint32))[0]
    assert value == twin
    assert value == pytest.approx(looked_up(table, word, finer), rel=1e-9, abs=1e-12)


@given(st.lists(UINT32, min_size=2, max_size=40))
def test_lookup_falls_with_the_word_up_to_the_spread_of_a_cell(numbers):
    word = np.sort(np.array(numbers, dtype=np.uint32))
    value = twins.lookup(TABLES, 0, word, np.full(word.shape, variates.MIDDLE))
    largest_step = 0.03  # lines of neighbouring cells overlap by less than this share of the value
    assert (np.diff(value) <= largest_step * value[:-1]).all()


def test_a_word_that_needs_no_tail_leaves_eight_bits_to_place_it_in_its_cell():
    tail = int(variates.TAIL_WORD)
    assert variates.needs_tail(np.uint32(tail - 1))
    assert not variates.needs_tail(np.uint32(tail))
    # In the outermost octave without finer words, a cell of the table has 256 words or more, each with its own value.
    octave = np.arange(tail, 2 * tail, dtype=np.int64).astype(np.uint32)
    assert len(octave) >= 256 << CELL_BITS
    value = twins.lookup(TABLES, 0, octave, np.full(octave.shape, variates.MIDDLE))
    assert len(np.unique(value)) == len(octave)


def test_finer_words_reach_into_the_tail():
    finer = np.arange(1 << 8, dtype=np.uint32) << np.uint32(24)
    value = twins.lookup(TABLES, 0, np.full(finer.shape, 3, dtype=np.uint32), finer)
    assert (np.diff(value) < 0).all()
    far = float(variates.lookup(TABLES, np.uint64(0), np.uint32(0), np.uint32(1 << 20)))
    assert stats.gamma.sf(far, 0.37) == pytest.approx(2.0**-44, rel=0.1)


# ---------------------------------------------------------------------------------------------------------- Poisson
def test_exp_negative():
    for x in np.linspace(0, 0.25, 2001):
        assert abs(float(variates.exp_negative(x)) - math.exp(-x)) < 2e-11


def words_up_to(count: int, draw: Any) -> int:
    """How many of the 2**32 words give at most ``count``, for a count that rises with the word."""
    low, high = 0, WORDS
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if draw(np.uint32(middle)) <= count else (low, middle)
    return low


@pytest.mark.parametrize("mean", [1e-6, 1e-3, 0.03, 0.1, 0.2, 0.2499999])
def test_rest_of_a_mean_gives_each_count_its_number_of_words(mean):
    for count in range(7):
        expected = stats.poisson.cdf(count, mean) * WORDS
        assert words_up_to(count, lambda w: variates.poisson_rest_exact(mean, w)) == pytest.approx(expected, abs=1.1)


@given(st.floats(0, 0.25, exclude_max=True), UINT32)
@example(0.2499, WORDS - 1)
def test_the_short_count_of_a_rest_is_the_exact_one_up_to_two(mean, word):
    short, exact = (int(f(mean, np.uint32(word))) for f in (variates.poisson_rest, variates.poisson_rest_exact))
    assert short == min(exact, 3)


def test_no_rest_gives_no_count():
    for word in (0, 1, WORDS // 2, WORDS - 1):
        assert variates.poisson_rest_exact(0.0, np.uint32(word)) == 0


@pytest.mark.parametrize("step", [0, 1, 2, 5, 18, 60, 127, 128])
def test_grid_search_finds_the_smallest_count_that_reaches_the_word(step):
    below = BELOW.reshape(-1, POISSON_REACH)[step]
    edges = [int(b) + by for b in np.unique(below) for by in (-1, 0) if 0 <= b + by < WORDS]
    edges += [0, WORDS - 1, *(byte << 24 for byte in range(256))]
    for word in edges:
        expected = int(np.searchsorted(below, word, side="right"))
        exact = variates.poisson_grid_exact(np.uint64(step), np.uint32(word), BELOW, GUIDE)
        short, search = variates.poisson_grid(np.uint64(step), np.uint32(word), BELOW, GUIDE)
        assert exact == expected
        assert search < 2 or short <= expected  # two steps: the search may have to go on
        assert search == 2 or short == expected


def exact_counts(mean: float, top: int) -> Any:
    """Distribution of a count as drawn: the grid part's words and the rest's words, folded."""
    step = int(mean * 4)
    grid = np.diff(BELOW.reshape(-1, POISSON_REACH)[step], prepend=0) / WORDS
    rest = mean - step / 4
    bounds = [words_up_to(n, lambda w: variates.poisson_rest_exact(rest, w)) for n in range(8)]
    return np.convolve(grid, np.diff(bounds, prepend=0) / WORDS)[:top]


@pytest.mark.parametrize("mean", [1e-6, 0.01, 0.25, 0.4, 1.0, 3.3, 11.1, 31.9999, 32.0])
def test_grid_and_rest_together_are_poisson_word_by_word(mean):
    top = 100
    assert exact_counts(mean, top) == pytest.approx(stats.poisson.pmf(np.arange(top), mean), abs=4e-10)


MEANS = (1e-6, 0.02, 0.3, 1.0, 2.6, 7.2, 19.9, 32.0)


@pytest.mark.parametrize("mean", MEANS)
def test_simulated_counts_are_poisson(mean):
    n = 200_000
    where = {"draw": np.arange(n), "period": 1}
    grid, rest = (words(11, Stream.COUNT, **where, item=i) for i in (0, 1))
    counts = twins.poisson(np.full(n, mean), grid, rest, BELOW)
    edges = np.unique(stats.poisson.ppf(np.linspace(0.001, 0.999, 40), mean))
    observed = np.bincount(np.searchsorted(edges, counts), minlength=len(edges) + 1)
    expected = n * np.diff(stats.poisson.cdf(edges, mean), prepend=0.0, append=1.0)
    few = int(observed[1:].sum())
    chance = (
        stats.chisquare(observed, expected) if expected.min() > 5 else stats.binomtest(few, n, -np.expm1(-mean))
    ).pvalue
    assert chance > ERROR_RATE / len(MEANS)
    assert counts.mean() == pytest.approx(mean, abs=5.5 * math.sqrt(mean / n) + 1 / n)
