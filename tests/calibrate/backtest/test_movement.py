"""Known movement is recovered; the conditional law is that of a bivariate Student t."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from tests.calibrate.backtest.conftest import panel
from vbcsim.calibrate.backtest.movement import Movement, conditional, fit_movement, shipped_movement
from vbcsim.calibrate.member_chance import member_variance


def test_planted_movement_is_recovered():
    fitted = fit_movement([panel(3_000, 2016, seed=1, chance=member_variance())])
    assert fitted.effect == pytest.approx(9e-4, rel=0.2)
    assert fitted.effect + fitted.effect_by_people / 15_000 == pytest.approx(9e-4 + 0.001, rel=0.1)
    assert fitted.kept == pytest.approx(0.8, abs=0.04)
    assert fitted.degrees == pytest.approx(8.0, rel=0.35)
    assert fitted.learned_from == "2015 to 2016"


def test_a_shift_of_all_is_seen():
    none = fit_movement([panel(2_000, 2016, seed=2)]).shift
    moved = fit_movement([panel(2_000, 2016, seed=2, shift=0.03)]).shift
    assert none < 0.004
    assert moved == pytest.approx(0.03, abs=0.005)


def test_the_conditional_law_is_that_of_a_bivariate_t():
    """Drawn jointly and kept where the first year is near a value: the same quantiles."""
    movement = Movement("", 4e-4, 0.0, 0.7, 0.7, 6.0, 0.0, np.zeros((1, 2)))
    people = 1e12
    n, sd = 2_000_000, 0.02
    rng = np.random.default_rng(3)
    normal = rng.multivariate_normal([0, 0], [[1, 0.7], [0.7, 1]], n) * sd
    both = normal * np.sqrt(4.0 / rng.chisquare(6.0, n))[:, None]
    for known in (0.0, 0.03):
        near = both[np.abs(both[:, 0] - known) < 0.0005, 1]
        # Two further ACOs keep the median of the year at zero.
        found = conditional(movement, np.array([known, 0.0, 0.0]), np.full(3, people), np.zeros(3, dtype=bool))
        law = stats.t(found.degrees, found.mean[0], found.scale[0])
        for q in (0.05, 0.5, 0.95):
            assert np.mean(near < law.ppf(q)) == pytest.approx(q, abs=4.5 * np.sqrt(q * (1 - q) / len(near)) + 0.002)


def test_without_other_years_the_shipped_figures_serve():
    found = shipped_movement()
    assert found.learned_from == "shipped"
    assert (found.effect, found.effect_by_people, found.kept) == (0.00057, 43.9, 0.9)
