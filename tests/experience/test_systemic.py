"""What all members share: moments and memory of every layer, reference years, and frozen layers."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import pytest
import xarray as xr
from scipy import special, stats

from tests.cohorts import SOURCE, assumptions, cells, cohort_of, service
from vbcsim.assumptions.spec import ProviderGroup
from vbcsim.experience.layers import LayerDraws
from vbcsim.experience.systemic import BlockDraws, autoregressive, by_stratum, draw_block, random_walk

DRAWS = 40_000
ERROR_RATE = 1e-6
"""Chance that any bound of this file is passed although the layers are right."""
BOUND = float(special.ndtri(1 - ERROR_RATE / 200 / 2))
"""The same for one of at most 200 standard errors."""
SECTIONS: dict[str, dict[str, Any]] = {
    "market_trend": {"national_shock_sd": 0.02, "regional_shock_sd": 0.03},
    "provider_group": {"effect_sd": 0.05, "persistence": 0.7, "improvement_rate": 0.02},
    "risk_score": {"coding_growth": 0.01, "noise_sd": 0.04},
    "quality": {"mean": 0.85, "sd": 0.06, "persistence": 0.5},
}
SHOCKS = {
    ("market_trend", "national_shock_sd"): {"national_index", "regional_index", "cost_multiplier"},
    ("market_trend", "regional_shock_sd"): {"regional_index", "cost_multiplier"},
    ("provider_group", "effect_sd"): {"group_effect", "rate_multiplier"},
    ("risk_score", "noise_sd"): {"risk_score"},
    ("quality", "sd"): {"quality_score"},
}
"""Each standard deviation and the layers that it moves."""
ROWS = cells(10, 30, 60, risk_score=[0.8, 1.0, 1.6])
ROWS[2]["risk_tier"] = "r1"  # two cells in the second stratum
YEARS = (2019, 2020, 2021, 2023, 2024)
GAP = np.abs(np.subtract.outer(YEARS, YEARS))


def cohort(*groups: str, **changed: Any) -> xr.Dataset:
    """Three cells in two strata, with a provider group each where ``groups`` names them; changed sections by name.

    ``effects`` are the rows of a list of provider groups.
    """
    effects = changed.pop("effects", None)
    sections = {name: fields | changed.get(name, {}) for name, fields in SECTIONS.items()}
    rows = [row | {"provider_group": group} for row, group in zip(ROWS, groups or ["all"] * 3, strict=True)]
    visit = service(utilization_trend=0.01, price_trend=0.03)
    told = assumptions([visit], **sections)
    if effects:
        told = told.model_copy(update={"provider_group": tuple(ProviderGroup(source=SOURCE, **e) for e in effects)})
    return cohort_of(told, rows, base=YEARS[:3], performance=YEARS[3:])


@pytest.fixture(scope="module")
def drawn() -> tuple[xr.Dataset, BlockDraws]:
    ds = cohort()
    return ds, draw_block(ds, 3, LayerDraws(), 0, DRAWS)


def off_in_standard_errors(sample: Any, expected: Any) -> Any:
    """How far sample means over draws lie from their expectation."""
    error = sample.std(axis=0) / np.sqrt(len(sample))
    return np.abs(sample.mean(axis=0) - expected) / np.where(error > 0, error, 1e-12)


def centred_products(log: Any, sd: Any) -> Any:
    """Products of every two years' logarithms, centred at the mean of a lognormal of mean 1."""
    z = log + np.asarray(sd) ** 2 / 2
    return z[:, :, None] * z[:, None, :]


def test_indices_start_at_exactly_one_in_the_last_base_year(drawn):
    _, systemic = drawn
    assert (systemic.national_index[:, 2] == 1).all()
    assert (systemic.regional_index[:, 2] == 1).all()
    assert (systemic.cost_multiplier[:, :, 2] == 1).all()


def test_every_layer_has_the_expected_mean(drawn):
    ds, systemic = drawn
    expected = ds["expected_market_index"].values
    assert off_in_standard_errors(systemic.national_index, expected).max() < BOUND
    assert off_in_standard_errors(systemic.regional_index, expected).max() < BOUND
    assert off_in_standard_errors(systemic.group_effect[:, :, 0], [1, 1, 1, 0.98, 0.98]).max() < BOUND
    assert off_in_standard_errors(systemic.quality_score, 0.85).max() < BOUND
    scores = np.array([[0.8, 0.8], [(30 * 1.0 + 60 * 1.6) / 90] * 2])[:, 0] * 1.01 ** np.array([[-2, -1, 0, 2, 3]]).T
    assert off_in_standard_errors(systemic.risk_score, scores).max() < BOUND


def test_market_shocks_are_random_walks_from_the_reference_year(drawn):
    ds, systemic = drawn
    from_reference = np.array(YEARS) - YEARS[2]
    shared_way = np.minimum.outer(np.abs(from_reference), np.abs(from_reference)) * (
        np.multiply.outer(from_reference, from_reference) > 0
    )
    for sd, growth in (
        (0.02, systemic.national_index / ds["expected_market_index"].values),
        (0.03, systemic.regional_index / systemic.national_index),
    ):
        products = centred_products(np.log(growth), sd * np.sqrt(np.abs(from_reference)))
        assert off_in_standard_errors(products, sd**2 * shared_way).max() < BOUND
    national = np.log(systemic.national_index[:, 4])
    regional = np.log(systemic.regional_index[:, 4] / systemic.national_index[:, 4])
    assert abs(np.corrcoef(national, regional)[0, 1]) < BOUND / np.sqrt(DRAWS)


def test_the_group_effect_is_stationary_and_remembers_by_calendar_years(drawn):
    _, systemic = drawn
    log = np.log(systemic.group_effect[:, :, 0] / np.array([1, 1, 1, 0.98, 0.98]))
    assert off_in_standard_errors(centred_products(log, 0.05), 0.05**2 * 0.7**GAP).max() < BOUND


def test_quality_scores_are_beta_with_memory(drawn):
    _, systemic = drawn
    score = systemic.quality_score[:, :, 0]
    assert ((score > 0) & (score < 1)).all()
    size = 0.85 * 0.15 / 0.06**2 - 1
    for t in range(len(YEARS)):
        assert stats.kstest(score[:, t], stats.beta(0.85 * size, 0.15 * size).cdf).pvalue > ERROR_RATE / 5
    assert off_in_standard_errors((score - 0.85) ** 2, 0.06**2).max() < BOUND
    normal = special.ndtri(stats.beta(0.85 * size, 0.15 * size).cdf(score))
    assert off_in_standard_errors(normal[:, :, None] * normal[:, None, :], 0.5**GAP).max() < BOUND


def test_risk_scores_have_their_noise_by_stratum_and_year(drawn):
    _, systemic = drawn
    log = np.log(systemic.risk_score / systemic.risk_score.mean(axis=0)).reshape(DRAWS, -1)
    # The sample mean stands for the expected score: its error is far below the bound for a variance.
    products = centred_products(log, 0.04)
    assert off_in_standard_errors(products, 0.04**2 * np.eye(log.shape[1])).max() < BOUND


@pytest.mark.parametrize("shock", SHOCKS)
def test_a_frozen_layer_stands_still_and_leaves_the_others_as_they_were(shock):
    section, sd = shock
    free = draw_block(cohort(), 8, LayerDraws(), 0, 50)
    frozen = draw_block(cohort(**{section: {sd: 0.0}}), 8, LayerDraws(), 0, 50)
    for field in fields(BlockDraws):
        before, after = getattr(free, field.name), getattr(frozen, field.name)
        if field.name in SHOCKS[shock]:
            assert not np.array_equal(before, after)
        else:
            assert np.array_equal(before, after), field.name


def test_without_any_shock_every_draw_is_the_expectation():
    ds = cohort(**{section: {sd: 0.0} for section, sd in SHOCKS if section != "market_trend"})
    ds = ds.assign(national_shock_sd=0.0, regional_shock_sd=0.0)
    systemic = draw_block(ds, 1, LayerDraws(), 0, 3)
    assert (systemic.national_index == ds["expected_market_index"].values).all()
    assert (systemic.group_effect[:, :, 0] == ds["expected_group_effect"].values.squeeze()).all()
    assert (systemic.quality_score == 0.85).all()
    assert systemic.risk_score[:, 2] == pytest.approx(np.tile([0.8, 1.4], (3, 1)))


def test_members_feel_the_group_in_their_use_and_the_market_in_their_prices(drawn):
    ds, systemic = drawn
    assert systemic.rate_multiplier.shape == systemic.cost_multiplier.shape == (DRAWS, 1, 5, 1)
    assert np.array_equal(systemic.rate_multiplier[:, 0, :, 0], systemic.group_effect[:, :, 0])
    market = systemic.regional_index / ds["expected_market_index"].values
    assert systemic.cost_multiplier[:, 0, :, 0] == pytest.approx(market, rel=1e-12)


def test_any_block_holds_the_same_draws(drawn):
    ds, systemic = drawn
    block = draw_block(ds, 3, LayerDraws(), 700, 750)
    for field in fields(BlockDraws):
        assert np.array_equal(getattr(block, field.name), getattr(systemic, field.name)[700:750]), field.name


@pytest.mark.parametrize(
    ("layer", "moved"),
    [
        ("group", {"group_effect", "rate_multiplier", "quality_score", "risk_score"}),
        ("systemic", {"national_index", "regional_index", "cost_multiplier"}),
        ("process", {"comparator_error"}),
        ("parameter", set()),
    ],
)
def test_a_shift_draws_one_layer_anew(layer, moved):
    ds = cohort()
    plain = draw_block(ds, 8, LayerDraws(), 0, 50)
    shifted = draw_block(ds, 8, LayerDraws({layer: 30}), 0, 50)
    for field in fields(BlockDraws):
        before, after = getattr(plain, field.name), getattr(shifted, field.name)
        assert np.array_equal(before, after) == (field.name not in moved), field.name
        assert np.array_equal(before[30:], after[:20]) or field.name not in moved


def test_provider_groups_have_independent_courses_of_their_own():
    ds = cohort("A", "B", "C")
    systemic = draw_block(ds, 3, LayerDraws(), 0, DRAWS)
    assert systemic.group_effect.shape == (DRAWS, len(YEARS), 3)
    for values in (systemic.group_effect[:, 0], systemic.quality_score[:, 0]):
        correlation = np.corrcoef(values.T) - np.eye(3)
        assert np.abs(correlation).max() < BOUND / np.sqrt(DRAWS)
    assert np.array_equal(systemic.rate_multiplier[:, :, :, 0], systemic.group_effect.transpose(0, 2, 1))
    assert np.array_equal(systemic.cost_multiplier[:, 0], systemic.cost_multiplier[:, 2])


def test_a_further_group_leaves_the_others_as_they_were():
    def courses(*names: str) -> Any:
        return draw_block(cohort(*names), 3, LayerDraws(), 0, 20).group_effect

    assert np.array_equal(courses("A", "B", "C")[:, :, :2], courses("B", "A", "D")[:, :, 1::-1])


def test_groups_may_differ_in_their_spread_their_memory_and_their_mean():
    ds = cohort(
        *("A", "B", "C"),
        effects=[
            {"provider_group": "A", "effect_sd": 0.02, "persistence": 0.0},
            {"provider_group": "B", "effect_sd": 0.05, "persistence": 1.0, "improvement_rate": 0.1},
            {"effect_sd": 0.0, "persistence": 0.5, "improvement_rate": 0.2},
        ],
    ).assign(quality_mean=("group", [0.6, 0.7, 1.0]))
    systemic = draw_block(ds, 3, LayerDraws(), 0, DRAWS)
    log = np.log(systemic.group_effect / np.where(np.arange(5)[:, None] < 3, 1.0, [1.0, 0.9, 0.8]))
    assert off_in_standard_errors(centred_products(log[:, :, 0], 0.02), 0.02**2 * np.eye(5)).max() < BOUND
    assert off_in_standard_errors(centred_products(log[:, :, 1], 0.05), 0.05**2 * np.ones((5, 5))).max() < BOUND
    assert (systemic.group_effect[:, :, 2] == [1.0, 1.0, 1.0, 0.8, 0.8]).all()
    assert off_in_standard_errors(systemic.quality_score[:, 0], [0.6, 0.7, 1.0]).max() < BOUND


def test_a_stratum_has_its_groups_mean_weighted_by_members():
    ds = cohort("A", "B", "C")  # 10, 30 and 60 members, the last two in one stratum
    values = np.random.default_rng(1).uniform(size=(4, 5, 3))
    of_stratum = by_stratum(ds, values)
    assert np.array_equal(of_stratum[..., 0], values[..., 0])
    assert of_stratum[..., 1] == pytest.approx((30 * values[..., 1] + 60 * values[..., 2]) / 90)
    assert np.array_equal(by_stratum(cohort(), values[..., :1]), np.repeat(values[..., :1], 2, axis=-1))


def test_both_halves_of_a_year_have_its_multipliers():
    ds = cohort().assign_attrs(periods_per_year=2)
    halves = draw_block(ds, 3, LayerDraws(), 0, 10)
    years = draw_block(cohort(), 3, LayerDraws(), 0, 10)
    for half in (0, 1):
        assert np.array_equal(halves.rate_multiplier[:, :, half::2], years.rate_multiplier)
        assert np.array_equal(halves.cost_multiplier[:, :, half::2], years.cost_multiplier)


def test_worlds_are_equally_likely():
    ds = cohort().drop_dims("world").assign_coords(world=np.arange(16))
    world = draw_block(ds, 3, LayerDraws(), 0, 16_000).world
    assert stats.chisquare(np.bincount(world, minlength=16)).pvalue > ERROR_RATE
    assert len(np.bincount(world)) == 16


@pytest.mark.parametrize("sure", [0.0, 1.0])
def test_a_score_that_cannot_vary_does_not(sure):
    ds = cohort(quality={"mean": sure, "sd": 0.0})
    assert (draw_block(ds, 1, LayerDraws(), 0, 4).quality_score == sure).all()


def test_a_walk_steps_by_the_square_root_of_the_years_between():
    walk = random_walk(np.ones((1, 4)), np.array([2020, 2021, 2022, 2026]), 0.1, 1)
    log = np.log(walk[0]) + 0.01 / 2 * np.array([1, 0, 1, 5])
    assert log == pytest.approx([-0.1, 0.0, 0.1, 0.1 + 0.2])


def test_full_persistence_never_moves_and_none_forgets():
    shocks = np.array([[0.5, -1.0, 2.0]])
    years = np.array([2020, 2021, 2022])
    assert autoregressive(shocks, years, 1.0).tolist() == [[0.5, 0.5, 0.5]]
    assert autoregressive(shocks, years, 0.0).tolist() == shocks.tolist()
