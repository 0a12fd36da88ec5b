"""Luck against merit: the shares of the variance are those that were put in."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from vbcsim.outcomes.luck import FEWEST_DRAWS, luck, of_all_strata

DRAWS = 4000
BASE, YEARS = (2022,), (2023, 2024)


def make_experience(draws: int, own_sd: float = 0.02, market_sd: float = 0.02) -> xr.Dataset:
    rng = np.random.default_rng(41)
    shape = (draws, 3)
    return xr.Dataset(
        {
            "group_effect": (("draw", "year"), np.exp(own_sd * rng.normal(size=shape))),
            "national_index": (("draw", "year"), np.exp(market_sd * rng.normal(size=shape))),
            "regional_index": (("draw", "year"), np.ones(shape)),
        },
        coords={"year": [*BASE, *YEARS], "period": ("year", ["base", "performance", "performance"])},
    )


def shares(found: xr.Dataset, design: str = "a") -> dict[str, tuple[float, float]]:
    row = found.sel(design=design)
    return {
        str(origin): (
            float(row["variance_share"].sel(origin=origin)),
            float(row["variance_share_mcse"].sel(origin=origin)),
        )
        for origin in row["origin"].values
    }


@pytest.mark.parametrize("parts", [(1.0, 1.0, 2.0), (3.0, 0.0, 1.0), (0.0, 1.0, 1.0)])
def test_known_shares_are_found(settlement_of, parts) -> None:
    """Amounts made of own effect, market and noise of stated variances."""
    experience = make_experience(DRAWS)
    own, market = (np.log(experience[name].values[:, 1:]) / 0.02 for name in ("group_effect", "national_index"))
    noise = np.random.default_rng(42).normal(size=own.shape)
    weights = np.sqrt(parts)
    net = 1e6 * (weights[0] * -own + weights[1] * market + weights[2] * noise)
    found = shares(luck(settlement_of({"a": net}), experience))
    for origin, part in zip(("own", "market", "chance"), parts, strict=True):
        value, error = found[origin]
        assert abs(value - part / sum(parts)) < 4 * error + 0.01


def test_a_kink_is_no_luck(settlement_of) -> None:
    """Half of what the own effect saves, nothing else: all of the spread is its own, though the share is not linear."""
    experience = make_experience(DRAWS)
    saved = (1.0 - experience["group_effect"].values[:, 1:]).sum(axis=1, keepdims=True)
    net = 1e6 * np.maximum(np.broadcast_to(saved, (DRAWS, 2)), 0.0)
    assert shares(luck(settlement_of({"a": net}), experience))["own"][0] > 0.97


def test_reward_and_merit_part_ways_as_often_as_counted(settlement_of) -> None:
    experience = make_experience(DRAWS)
    effect = experience["group_effect"].values
    merit = effect[:, 1:].mean(axis=1) < effect[:, 0]
    net = np.random.default_rng(43).choice([-1.0, 0.0, 2.0], size=(DRAWS, 2))
    found = luck(settlement_of({"a": net}), experience).sel(design="a")
    gains = net.sum(axis=1) > 0
    assert float(found["p_gain_without_merit"]) == np.mean(gains[~merit])
    assert float(found["p_no_gain_with_merit"]) == np.mean(~gains[merit])
    assert float(found["p_gain_without_merit_mcse"]) == pytest.approx(0.5 / np.sqrt((~merit).sum()), rel=0.05)


def test_no_effect_and_no_spread_have_no_share(settlement_of) -> None:
    still = make_experience(DRAWS, own_sd=0.0)
    net = np.random.default_rng(44).normal(size=(DRAWS, 2))
    found = luck(settlement_of({"a": net, "nothing": np.zeros((DRAWS, 2))}), still)
    assert shares(found)["own"] == (0.0, 0.0)
    assert shares(found)["chance"][0] > 0.97
    assert np.isnan(shares(found, "nothing")["own"][0])


def test_too_few_draws_and_no_provider_are_not_guessed_at(settlement_of) -> None:
    few = FEWEST_DRAWS - 1
    net = np.random.default_rng(45).normal(size=(few, 2))
    assert np.isnan(luck(settlement_of({"a": net}), make_experience(few))["variance_share"]).all()
    other = settlement_of({"a": np.ones((DRAWS, 2))}).assign_coords(party=["payer", "government"])
    assert np.isnan(luck(other, make_experience(DRAWS))["variance_share"]).all()


def test_effects_of_several_strata_count_by_their_person_years():
    effect = xr.DataArray([[[1.0, 2.0]], [[3.0, 3.0]]], dims=("draw", "year", "stratum"))
    by_year = xr.Dataset({"person_years": (("year", "stratum"), [[3.0, 1.0]])})
    by_draw = xr.Dataset({"person_years": (("draw", "year", "stratum"), [[[3.0, 1.0]], [[1.0, 7.0]]])})
    for experience in (by_year, by_draw):
        np.testing.assert_allclose(of_all_strata(effect, experience), [[1.25], [3.0]])
