"""Allocation of the tail of a sum: contributions that add up, a closed form, errors that hold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from vbcsim.outcomes.allocation import tail_allocation
from vbcsim.outcomes.distribution import tail_value_at_risk

COVARIANCE = np.array([[4.0, 1.0, 0.0], [1.0, 9.0, -2.0], [0.0, -2.0, 1.0]]) * 1e12
MEAN = np.array([-1e6, 0.5e6, 0.0])


def losses(seed: int, n: int = 2000) -> np.ndarray:
    return 1e6 * np.random.default_rng(seed).multivariate_normal(MEAN / 1e6, COVARIANCE / 1e12, n).T


def test_by_hand():
    found = tail_allocation(np.array([[10.0, 0.0, 0.0, 0.0], [0.0, 8.0, 0.0, 0.0]]), 0.5)
    assert found.contributions.value.tolist() == [5.0, 4.0]
    assert found.whole.value == 9.0
    assert found.alone.value.tolist() == [5.0, 4.0]
    assert found.spared.value == 0.0
    hedged = tail_allocation(np.array([[10.0, -10.0, 0.0, 0.0], [-9.0, 9.0, 0.0, 0.0]]), 0.75)
    assert hedged.contributions.value.tolist() == [10.0, -9.0]
    assert hedged.spared.value == 18.0


def test_draws_that_are_equal_at_the_edge_count_alike():
    found = tail_allocation(np.array([[6.0, 4.0, 0.0, 0.0], [0.0, 2.0, 6.0, 0.0]]), 0.75)
    assert found.contributions.value.tolist() == pytest.approx([10.0 / 3.0, 8.0 / 3.0])


@given(
    st.lists(st.sampled_from([-3.0, 0.0, 0.1, 2.5, 7.0]) | st.floats(-1e9, 1e9), min_size=60, max_size=60),
    st.sampled_from([0.5, 0.9, 0.95, 0.99]),
)
def test_contributions_add_up_to_the_whole_and_nothing_is_lost_by_holding_together(amounts, level):
    parts = np.array(amounts).reshape(3, 20)
    found = tail_allocation(parts, level)
    size = 1.0 + np.abs(parts).max()
    assert abs(found.contributions.value.sum() - found.whole.value) < 1e-12 * size
    assert found.spared.value > -1e-12 * size
    alone = tail_value_at_risk(np.sort(-parts, axis=-1), level).value
    assert np.abs(found.alone.value - alone).max() == 0.0
    assert (found.contributions.value <= alone + 1e-12 * size).all()


def test_the_contributions_of_normal_losses_are_their_covariances_with_the_sum():
    level, total = 0.95, COVARIANCE.sum()
    hazard = norm.pdf(norm.ppf(level)) / (1.0 - level)
    exact = MEAN + COVARIANCE.sum(axis=1) / np.sqrt(total) * hazard
    found = tail_allocation(losses(1, 20_000), level)
    assert np.abs(found.contributions.value - exact).max() < 4.0 * found.contributions.mcse.max()
    alone = MEAN + np.sqrt(np.diag(COVARIANCE)) * hazard
    spared = alone.sum() - (MEAN.sum() + np.sqrt(total) * hazard)
    assert abs(found.spared.value - spared) < 4.0 * found.spared.mcse


def test_errors_are_the_spread_over_repeated_studies():
    found = [tail_allocation(losses(seed), 0.9) for seed in range(200)]
    for name in ("contributions", "spared"):
        estimates = [getattr(one, name) for one in found]
        spread = np.std([e.value for e in estimates], axis=0, ddof=1)
        told = np.mean([e.mcse for e in estimates], axis=0)
        assert np.abs(told / spread - 1.0).max() < 0.2  # the spread of 200 studies is itself known to 5 %
