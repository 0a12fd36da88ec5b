"""The Monte Carlo errors are honest: over many studies, two errors either side hold the truth as often as stated.

Each case repeats a study of 2,000 draws 1,000 times with a fixed seed and counts how often the truth lies within 1.96
errors: 95 % if the error is right and the estimate normal. The count is binomial (sd 0.69 points at 95 %), so a right
error falls outside 92.2 - 97.8 % (4 sd) about once in 16,000 cases. Statistics that live on a handful of draws have
fewer: their floor is stated with the case. The error's mean is also held against the spread that was seen.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
import pytest

from vbcsim.outcomes.distribution import (
    Estimate,
    mean,
    probability,
    quantile,
    standard_deviation,
    tail_value_at_risk,
    value_at_risk,
)

STUDIES, DRAWS = 1000, 2000
Z = NormalDist()


class Law(NamedTuple):
    """A distribution of net amounts with closed forms."""

    draw: Callable[[np.random.Generator, tuple[int, int]], np.ndarray]
    mean: float
    sd: float
    quantile: Callable[[float], float]
    tail: Callable[[float], float]


NORMAL = Law(
    lambda rng, shape: rng.normal(1.0, 2.0, shape),
    1.0,
    2.0,
    lambda p: 1.0 + 2.0 * Z.inv_cdf(p),
    lambda level: -1.0 + 2.0 * Z.pdf(Z.inv_cdf(level)) / (1 - level),
)
EXPONENTIAL_LOSS = Law(
    lambda rng, shape: -rng.exponential(1.0, shape),
    -1.0,
    1.0,
    lambda p: math.log(p),
    lambda level: 1.0 - math.log(1 - level),
)


def _settlement(rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    """Half of what is saved or lost, nothing within 1 either way: a corridor with an atom of 38 % at nought."""
    saved = rng.normal(0.0, 2.0, shape)
    return np.where(np.abs(saved) < 1.0, 0.0, 0.5 * saved)


def _settlement_tail(level: float) -> float:
    z = Z.inv_cdf(level)
    return Z.pdf(z) / (1 - level)


CORRIDOR = Law(
    _settlement,
    0.0,
    math.sqrt(2 * (0.5 * Z.pdf(0.5) + 1 - Z.cdf(0.5))),
    lambda p: Z.inv_cdf(p) if not 1 - Z.cdf(0.5) < p < Z.cdf(0.5) else 0.0,
    _settlement_tail,
)
LAWS = {"normal": NORMAL, "exponential loss": EXPONENTIAL_LOSS, "corridor": CORRIDOR}


def covered(estimate: Estimate, truth: float) -> float:
    """Share of studies whose 1.96 errors reach the truth."""
    return float(np.mean(np.abs(estimate.value - truth) <= 1.96 * estimate.mcse + 1e-12))


@pytest.fixture(scope="module", params=LAWS)
def study(request: pytest.FixtureRequest) -> tuple[Law, np.ndarray, np.ndarray]:
    law = LAWS[request.param]
    draws = law.draw(np.random.default_rng(20_260_101), (STUDIES, DRAWS))
    return law, draws, np.sort(draws, axis=1)


def test_mean_and_standard_deviation(study) -> None:
    law, draws, _ = study
    for estimate, truth in ((mean(draws), law.mean), (standard_deviation(draws), law.sd)):
        assert 0.922 <= covered(estimate, truth) <= 0.978
        assert estimate.mcse.mean() == pytest.approx(estimate.value.std(), rel=0.1)


@pytest.mark.parametrize("p", [0.05, 0.10, 0.25, 0.75, 0.90, 0.95])
def test_quantiles(study, p: float) -> None:
    law, _, ordered = study
    estimate = quantile(ordered, p)
    assert 0.922 <= covered(estimate, law.quantile(p)) <= 0.978 or estimate.mcse.max() == 0.0
    assert estimate.mcse.mean() == pytest.approx(estimate.value.std(), rel=0.1, abs=1e-12)


@pytest.mark.parametrize("p", [0.01, 0.99])
def test_extreme_quantiles_rest_on_twenty_draws(study, p: float) -> None:
    """The 20th draw of 2,000: its own error is uncertain by a fifth, so coverage may fall to 90 %."""
    law, _, ordered = study
    assert 0.90 <= covered(quantile(ordered, p), law.quantile(p)) <= 0.978


def test_risk_measures(study) -> None:
    """Value at risk as the quantiles; the mean of the worst 20 draws covers 88 % or more, of the worst 100 91.5 %."""
    law, _, ordered = study
    assert 0.922 <= covered(value_at_risk(ordered, 0.95), -law.quantile(0.05)) <= 0.978
    assert 0.915 <= covered(tail_value_at_risk(ordered, 0.95), law.tail(0.95)) <= 0.978
    assert 0.88 <= covered(tail_value_at_risk(ordered, 0.99), law.tail(0.99)) <= 0.978


@pytest.mark.parametrize("chance", [0.5, 0.1, 0.01])
def test_probabilities(chance: float) -> None:
    hits = np.random.default_rng(5).random((STUDIES, DRAWS)) < chance
    assert 0.922 <= covered(probability(hits), chance) <= 0.978


@pytest.mark.parametrize("expected_hits", [0.1, 0.5, 1.0, 2.0])
def test_rare_events_are_not_called_impossible(expected_hits: float) -> None:
    """Chances of 0.1 to 2 in 2,000: most studies see none or one, and two errors still reach the truth."""
    chance = expected_hits / DRAWS
    hits = np.random.default_rng(6).binomial(DRAWS, chance, STUDIES)
    flags = np.arange(DRAWS) < hits[:, None]
    estimate = probability(flags)
    plug_in = np.sqrt(estimate.value * (1 - estimate.value) / DRAWS)
    assert np.mean(np.abs(estimate.value - chance) <= 2 * estimate.mcse) >= 0.95
    assert np.mean(np.abs(estimate.value - chance) <= 2 * plug_in) < 0.90, (
        "the plug-in error would have claimed too much"
    )
