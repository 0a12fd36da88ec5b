"""Moments of counts: unbiased for the frailty's covariance, with errors that cover them."""

from __future__ import annotations

import numpy as np
import pytest

from vbcsim.calibrate.fit.products import products


def _panel(n: int, lasting: float, seed: int, m: float = 2.0, variance: float = 1.5):
    """Two categories over three years: a frailty that lasts with some weight, gamma, shared by both."""
    rng = np.random.default_rng(seed)
    kept = rng.gamma(lasting / variance, variance / lasting, n)
    fresh = rng.gamma((1 - lasting) / variance, variance / (1 - lasting), (n, 3))
    frailty = lasting * kept[:, None] + (1 - lasting) * fresh
    counts = rng.poisson(m * frailty[:, :, None] * np.array([1.0, 0.5])).reshape(3 * n, 2)
    person, year = np.repeat(np.arange(n), 3), np.tile([1, 2, 3], n)
    # As in a fit, what is expected is estimated from the same persons.
    return counts.astype(float), np.tile(counts.mean(axis=0), (3 * n, 1)), person, year, person


def test_products_estimate_the_covariance_of_the_frailty():
    found = products(*_panel(20_000, 0.6, 1), seed=1)
    for h, expected in ((0, 1.5), (1, 0.9), (2, 0.9)):
        at = found.apart == h
        assert np.abs(found.value[at] - expected).max() < 4 * found.error[at].max()
        assert found.error[at].max() < 0.1


def test_errors_cover_the_truth_as_often_as_they_say():
    inside = []
    for seed in range(40):
        found = products(*_panel(500, 0.6, seed), seed=1)
        expected = np.where(found.apart == 0, 1.5, 0.9)
        inside.append(np.abs(found.value - expected) < 1.645 * found.error)
    assert 0.78 < np.mean(inside) < 0.96


def test_a_year_that_is_missing_is_counted_in_the_lag():
    counts, expected, person, year, family = _panel(50, 0.6, 3)
    keep = year != 2
    found = products(counts[keep], expected[keep], person[keep], year[keep], family[keep], seed=1)
    assert set(found.apart) == {0, 2}


def test_what_was_hardly_seen_is_not_sure():
    """The least error is that of a gamma frailty: as wide as estimates from many simulated groups scatter."""
    rng = np.random.default_rng(1)
    m, a, n = 0.015, 10.0, 400
    counts = np.zeros((n, 1))
    counts[rng.choice(n, 6, replace=False)] = 1.0
    row = np.arange(n)
    found = products(counts, np.full((n, 1), m), row, np.ones(n, dtype=np.int64), row, seed=1)
    drawn = rng.poisson(m * rng.gamma(1 / a, a, (20_000, n)))
    scatter = (((drawn - m) ** 2 - drawn).sum(axis=1) / (n * m**2)).std()
    assert found.value[0] < 0
    assert found.error[0] < 1
    assert found.at_least(np.array([a])).error[0] == pytest.approx(scatter, rel=0.05)
