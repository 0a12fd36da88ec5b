"""The savings rate by layer: variances that were put in, and other numbers of lives by the law of 1 / lives."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from vbcsim.core.errors import VbcsimError
from vbcsim.outcomes.savings_rate import NOISES, ORIGINS, SavingsRate, layer_features, split_by_layer

DRAWS, YEARS = 3000, 3
RNG = np.random.default_rng(51)
CHANCE, OWN, MARKET = 0.02, 0.03, 0.01
ONE = split_by_layer(np.ones((DRAWS, YEARS)), {})
"""A target that never varies."""


def experience(draws: int = DRAWS) -> xr.Dataset:
    """One base year and three performance years of two strata, all layers independent."""
    effect = np.exp(OWN * RNG.normal(size=(draws, 4, 1))) * np.ones((1, 1, 2))
    market = np.exp(MARKET * RNG.normal(size=(draws, 4)).cumsum(axis=1))
    return xr.Dataset(
        {
            "group_effect": (("draw", "year", "stratum"), effect),
            "risk_score": (("draw", "year", "stratum"), np.ones((draws, 4, 2))),
            "national_index": (("draw", "year"), market),
            "person_years": (("year", "stratum"), np.ones((4, 2))),
        },
        coords={"year": [2022, 2023, 2024, 2025]},
    )


@pytest.fixture(scope="module")
def world():
    """Cost over target as own effect x market x members' chance, with the features that a run knows."""
    ds = experience()
    own = ds["group_effect"].values[:, 1:, 0]
    market = ds["national_index"].values[:, 1:]
    ratio = own * market * (1.0 + CHANCE * RNG.normal(size=(DRAWS, YEARS)))
    return ratio, split_by_layer(ratio, layer_features(ds))


def test_features_are_standard_and_never_idle(world):
    found = layer_features(experience(500))
    assert {origin: values.shape[1] for origin, values in found.items()} == {"own": 4, "market": 4, "scores": 0}
    for values in found.values():
        np.testing.assert_allclose(values.mean(axis=0), 0.0, atol=1e-12)
        np.testing.assert_allclose(values.std(axis=0), 1.0, rtol=1e-9)
    assert "scores" not in layer_features(experience(50), scores=False)


def test_the_ratio_itself_comes_back(world):
    ratio, split = world
    np.testing.assert_allclose(split.resized(1.0), ratio, rtol=1e-12)
    np.testing.assert_allclose(split.chance.mean(axis=0), 0.0, atol=1e-12)


def test_the_variance_of_each_origin_is_found(world):
    _, split = world
    rate = SavingsRate((ONE,), (split,))
    variance = {origin: part.var(axis=0)[0] for origin, part in rate.by_origin.items()}
    assert set(variance) == set(ORIGINS)
    assert variance["members"] == pytest.approx(CHANCE**2, rel=4 * np.sqrt(2 / DRAWS))
    assert variance["own"] == pytest.approx(OWN**2, rel=4 * np.sqrt(2 / DRAWS) + 0.02)
    assert variance["market"] == pytest.approx(2 * MARKET**2, rel=4 * np.sqrt(2 / DRAWS) + 0.05)
    assert variance["assumptions"] == variance["scores"] == 0.0


@pytest.mark.parametrize("size", [0.2, 1.0, 4.0, 50.0])
def test_members_chance_shrinks_with_lives_and_the_rest_stays(world, size):
    _, split = world
    rate = SavingsRate((ONE,), (split,))
    lasting = {"members": 0.0, "beside_own": 2 * MARKET**2, "all": 2 * MARKET**2 + OWN**2}
    for noise in NOISES:
        spread = rate.at(size, noise)[:, 0].var(ddof=1)
        assert spread == pytest.approx(CHANCE**2 / size + lasting[noise], rel=4 * np.sqrt(2 / DRAWS) + 0.02), noise


def test_a_larger_group_is_several_groups():
    """Chance of gamma form: that of four times as many members has half the skew and a quarter of the variance."""
    chance = RNG.gamma(1.0, 1.0, (20_000, 1)) - 1.0
    split = split_by_layer(1.0 + 0.1 * chance, {})
    larger = split.resized(4.0)[:, 0] - 1.0
    assert larger.var() == pytest.approx(0.01 / 4, rel=0.05)
    assert float((larger**3).mean() / larger.std() ** 3) == pytest.approx(2.0 / 2, rel=0.15)
    assert split.resized(2.5)[:, 0].var() == pytest.approx(0.01 / 2.5, rel=0.05)


def test_few_draws_do_not_make_chance_look_shared():
    """With 100 draws and 8 features a twelfth of the chance is fitted; the variance at other sizes is right even so."""
    found = []
    for _ in range(100):
        ds = experience(100)
        chance = 1.0 + CHANCE * RNG.normal(size=(100, YEARS))
        split = split_by_layer(ds["group_effect"].values[:, 1:, 0] * chance, layer_features(ds))
        rate = SavingsRate((split_by_layer(np.ones((100, YEARS)), {}),), (split,))
        found.append([rate.at(4.0, noise)[:, 0].var(ddof=1) for noise in ("members", "all")])
    members, every = np.mean(found, axis=0)
    assert members == pytest.approx(CHANCE**2 / 4, rel=0.05)
    assert every == pytest.approx(CHANCE**2 / 4 + OWN**2, rel=0.06)


def test_all_years_are_weighted_by_their_targets(world):
    ratio, split = world
    weight = np.array([1.0, 2.0, 5.0]) * np.ones((DRAWS, 1))
    rate = SavingsRate((split_by_layer(weight, {}),), (split_by_layer(ratio * weight, layer_features(experience())),))
    np.testing.assert_allclose(rate.at()[:, -1], 1.0 - (ratio * weight).sum(axis=1) / 8.0)
    np.testing.assert_allclose(rate.at()[:, :-1], 1.0 - ratio)
    assert split.shared.shape == ratio.shape


def test_nothing_shared_is_all_chance():
    ratio = 1.0 + 0.1 * RNG.normal(size=(200, 2))
    split = split_by_layer(ratio, {})
    np.testing.assert_allclose(split.shared, np.broadcast_to(ratio.mean(axis=0), ratio.shape))


def test_what_cannot_be_told_is_refused():
    with pytest.raises(VbcsimError, match="20 draws are too few to tell members' chance from the 8 figures"):
        split_by_layer(np.ones((20, YEARS)), layer_features(experience(20)))
    with pytest.raises(VbcsimError, match="not above nought"):
        split_by_layer(np.zeros((20, YEARS)), {})
