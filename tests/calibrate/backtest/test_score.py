"""Scores against closed forms and definitions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from vbcsim.calibrate.backtest.score import brier, coverage, crps, crps_normal, mean_of, pit, reliability


def test_crps_of_many_draws_is_the_normals_closed_form():
    rng = np.random.default_rng(1)
    outcome = np.array([-1.0, 0.0, 0.4, 3.0])
    draws = rng.normal(0.2, 1.5, (4, 40_000))
    assert crps(draws, outcome) == pytest.approx(crps_normal(0.2, 1.5, outcome), abs=0.02)
    # Of the normal at its mean: sd (sqrt 2 - 1) / sqrt pi.
    assert crps_normal(0.0, 1.0, np.zeros(1))[0] == pytest.approx((np.sqrt(2) - 1) / np.sqrt(np.pi), rel=1e-12)


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=12), st.floats(-1e6, 1e6))
def test_crps_is_its_definition(values: list[float], outcome: float):
    x = np.array(values)
    n = len(x)
    between = np.abs(x[:, None] - x[None, :]).sum() / (n * (n - 1))
    expected = np.abs(x - outcome).mean() - 0.5 * between
    assert crps(x[None, :], np.array([outcome]))[0] == pytest.approx(expected, rel=1e-9, abs=1e-6)


def test_a_right_forecast_has_an_even_pit_and_covers_what_it_says():
    rng = np.random.default_rng(2)
    n = 4_000
    mean = rng.normal(0, 1, n)
    draws = np.maximum(mean[:, None] + rng.normal(0, 1, (n, 300)), 0.0)  # an atom at nothing
    outcome = np.maximum(mean + rng.normal(0, 1, n), 0.0)
    found = pit(draws, outcome, rng.random(n))
    assert stats.kstest(found, "uniform").pvalue > 1e-4
    for each in coverage(found):
        assert each.covered.value == pytest.approx(each.level, abs=4.5 * each.covered.error)
    narrow = pit(np.maximum(mean[:, None] + 0.7 * rng.normal(0, 1, (n, 300)), 0.0), outcome, rng.random(n))
    assert all(each.covered.value < each.level - 3 * each.covered.error for each in coverage(narrow))


def test_reliability_puts_every_aco_in_one_bin_and_says_what_came():
    rng = np.random.default_rng(3)
    chance = np.append(rng.random(2_000), [0.0, 1.0])
    came = rng.random(2_002) < chance
    bins = reliability(chance, came)
    assert sum(b.acos for b in bins) == 2_002
    assert sum(b.acos * b.said for b in bins) == pytest.approx(chance.sum())
    assert all(abs(b.came.value - b.said) <= 4.5 * b.came.error + 1e-12 for b in bins)
    assert brier(chance, came).value == pytest.approx(1 / 6, abs=0.02)
    assert brier(np.full(10, 0.5), np.arange(10) % 2 == 0).value == 0.25


def test_a_mean_of_one_has_no_error_and_of_none_no_value():
    assert np.isnan(mean_of(np.array([])).value)
    assert mean_of(np.array([3.0])).value == 3.0
    assert np.isnan(mean_of(np.array([3.0])).error)
