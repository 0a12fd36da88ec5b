"""Uncertain numbers in a dataset: they come back, and are drawn by inversion from their strong end."""

from __future__ import annotations

import numpy as np
import pytest

from vbcsim.core.uncertain import Distribution
from vbcsim.experience.figures import drawn, figures, figures_of, means, words

U = (np.arange(10_001) + 0.5) / 10_001


def test_means_of_plain_and_uncertain_numbers():
    given = figures_of([0.25, Distribution("normal", (-0.1, 0.03)), Distribution("triangular", (0.0, 0.1, 0.5))])
    np.testing.assert_allclose(means(given), [0.25, -0.1, 0.2])


def test_draws_have_mean_and_sd_of_the_distribution():
    number = Distribution("beta", (0.3, 0.1))
    found = drawn(figures(number), U)
    assert found.shape == U.shape
    assert found.mean() == pytest.approx(0.3, abs=1e-4)
    assert found.std() == pytest.approx(0.1, abs=1e-4)


def test_a_strong_draw_is_strong_in_both_directions():
    given = figures_of([Distribution("normal", (0.1, 0.02)), Distribution("normal", (-0.1, 0.02)), 0.5])
    up, down, plain = drawn(given, U, strongest=True).T
    np.testing.assert_allclose(up, -down)
    assert up[-1] > 0.15
    assert down[-1] < -0.15
    assert set(plain) == {0.5}


def test_numbers_of_their_own_uniforms():
    given = figures_of([Distribution("uniform", (0.0, 1.0))] * 2)
    np.testing.assert_allclose(drawn(given, np.stack([U, U[::-1]], axis=1)), np.stack([U, U[::-1]], axis=1))


def test_a_change_in_words():
    assert words(-0.06) == "-6.0%"
    assert words(Distribution("normal", (-0.06, 0.05))) == "-6.0% (sd 5.0%)"
