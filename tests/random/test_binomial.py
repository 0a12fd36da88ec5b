"""Binomial counts by inversion: the quantile, bit for bit what the definition says, and its order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from vbcsim.random.binomial import binomial

probabilities = st.floats(0.0, 1.0)
uniforms = st.integers(0, 2**32 - 1).map(lambda word: (word + 0.5) * 2.0**-32)


@pytest.mark.parametrize("most", [3, 40, 900, 200_000])
def test_it_is_the_quantile(most):
    rng = np.random.default_rng(most)
    n, p, u = rng.integers(1, most, 20_000), rng.beta(1.5, 1.0, 20_000), rng.random(20_000)
    np.testing.assert_array_equal(binomial(n, p, u), stats.binom.ppf(u, n, p))


@given(n=st.integers(0, 3000), p=probabilities, u=uniforms)
def test_the_smallest_count_that_reaches_the_uniform(n, p, u):
    k = float(binomial(n, p, u))
    assert k == int(k)
    assert 0 <= k <= n
    if 0 < p < 1 and n > 0:
        assert k == n or stats.binom.cdf(k, n, p) >= u * (1 - 1e-9)
        assert k == 0 or stats.binom.cdf(k - 1, n, p) < u * (1 + 1e-9)


@given(n=st.integers(1, 3000), p=probabilities, q=probabilities, u=uniforms)
def test_it_rises_with_the_probability(n, p, q, u):
    low, high = binomial(n, [min(p, q), max(p, q)], u)
    assert low <= high


def test_certainty_and_nobody():
    np.testing.assert_array_equal(binomial([0, 7, 7], [0.5, 0.0, 1.0], 0.7), [0.0, 0.0, 7.0])


def test_mean_and_variance_come_out():
    u = (np.arange(200_000) + 0.5) / 200_000
    count = binomial(130, 0.72, u)
    assert count.mean() == pytest.approx(130 * 0.72, rel=1e-4)
    assert count.var() == pytest.approx(130 * 0.72 * 0.28, rel=1e-3)
