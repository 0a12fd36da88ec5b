"""Simulated risks: the same bits however they are asked for, the moments of theory, and a list of single claims."""

from __future__ import annotations

import numpy as np
import pytest

from vbcsim.experience.collective.build import build_collective, is_collective, risks_of
from vbcsim.experience.collective.spec import Collective
from vbcsim.experience.simulate import chosen_engine, simulate

PARETO = {
    "frequency": {"kind": "poisson", "mean": 4},
    "severity": {"kind": "pareto", "shape": 3, "scale": 20_000},
    "growth": 0.1,
    "deductible_usd": 2_000,
    "limit_usd": 50_000,
    "source": "made up",
}
LIGHT = {
    "exposure": 30,
    "frequency": {"kind": "binomial", "probability": 0.1},
    "severity": {"kind": "fixed", "amount": 100},
    "source": "made up",
}


def built(base=(2024,), performance=(2025, 2026), **risks):
    return build_collective(Collective.model_validate({"risks": risks, "floor_usd": 10_000}), base, performance)


@pytest.fixture(scope="module")
def cohort():
    return built(pareto=PARETO, light=LIGHT)


@pytest.fixture(scope="module")
def whole(cohort):
    return simulate(cohort, draws=3000, seed=7, engine="auto")


def test_threads_blocks_and_further_draws_change_no_bit(cohort, whole):
    few = simulate(cohort, draws=500, seed=7, engine="members", threads=2, block=37)
    for name in ("expenditure_usd", "utilization"):
        assert (few[name].values == whole[name].values[:500]).all()
    first = whole["claimant_draw"].values < 500
    assert (few["claimant_usd"].values == whole["claimant_usd"].values[first]).all()
    assert (few["claimant_draw"].values == whole["claimant_draw"].values[first]).all()


def test_further_risks_and_years_leave_the_claims_of_the_rest(whole):
    alone = simulate(built((2023, 2024), (2025,), pareto=PARETO), draws=3000, seed=7)
    theirs = whole["expenditure_usd"].sel(year=2025, category="pareto").sum("stratum").values
    assert (alone["expenditure_usd"].sel(year=2025).sum(["stratum", "category"]).values == theirs).all()


def test_another_seed_and_a_shifted_layer_draw_anew(cohort, whole):
    other = simulate(cohort, draws=50, seed=8)
    moved = simulate(cohort, draws=50, seed=7, shift={"process": 1000})
    same = simulate(cohort, draws=50, seed=7, shift={"systemic": 1000})
    mine = whole["expenditure_usd"].values[:50]
    assert (other["expenditure_usd"].values != mine).any()
    assert (moved["expenditure_usd"].values == whole["expenditure_usd"].values[1000:1050]).all()
    assert (same["expenditure_usd"].values == mine).all()


def test_claims_have_the_moments_of_theory(whole):
    level = 1.1  # one year after that of the dollars
    passing = (20_000 / (20_000 + 2_000 / level)) ** 3
    scale = 20_000 * level
    # E[min((X - d)+, l)] of a Pareto: the integral of its survival from d to d + l
    cost = 4 * scale**3 / 2 * ((scale + 2_000) ** -2 - (scale + 52_000) ** -2)
    year = whole.sel(year=2026)
    paid = year["expenditure_usd"].sel(category="pareto").sum("stratum").values
    number = year["utilization"].sel(category="pareto").sum("stratum").values
    for found, expected in ((paid, cost), (number, 4 * passing)):
        assert abs(found.mean() - expected) < 4 * found.std() / np.sqrt(found.size)
    assert number.var() == pytest.approx(4 * passing, rel=0.15)  # thinned Poisson


def test_every_claim_above_the_floor_is_listed(whole):
    usd, draw, year, stratum = (whole[f"claimant_{n}"].values for n in ("usd", "draw", "year", "stratum"))
    assert usd.min() > 10_000
    assert usd.max() <= 50_000
    assert (stratum == 0).all()
    place = draw * whole.sizes["year"] + year
    assert (np.diff(place) >= 0).all()
    listed = np.bincount(place, usd, whole["utilization"].sizes["draw"] * whole.sizes["year"])
    below = whole["expenditure_usd"].sel(category="pareto").sum("stratum").values.ravel() - listed
    count = whole["utilization"].sel(category="pareto").sum("stratum").values.ravel()
    assert (below > -1e-6).all()
    assert (below <= 10_000 * (count - np.bincount(place, minlength=place.max() + 1)[: count.size]) + 1e-6).all()


def test_a_factor_that_lasts_ties_the_years_together():
    factor = {"kind": "gamma", "shape": 2, "scale": 0.5}
    risk = {"severity": {"kind": "fixed", "amount": 1}, "source": "made up"}

    def correlation(lasts):
        frequency = {"kind": "mixed_poisson", "mean": 20, "factor": factor, "lasts": lasts}
        found = simulate(built((2024,), (2025,), a=risk | {"frequency": frequency}), draws=2000, seed=1)
        return np.corrcoef(found["utilization"].values[:, :, 0, 0].T)[0, 1]

    assert correlation(lasts=True) == pytest.approx(20 * 0.5 / (1 + 20 * 0.5), abs=0.03)
    assert abs(correlation(lasts=False)) < 0.09


def test_the_dataset_holds_the_risks_and_their_growth(cohort):
    assert is_collective(cohort)
    assert chosen_engine(cohort, "pooled") == "collective"
    assert risks_of(cohort)["pareto"].severity.shape == 3
    np.testing.assert_allclose(cohort["severity_index"].sel(stratum="pareto"), [1 / 1.1, 1, 1.1])
    light, heavy = 30 * 0.1 * 100, 4 * 10_000
    mixed = (light + heavy * np.array([1 / 1.1, 1, 1.1])) / (light + heavy / 1.1)
    np.testing.assert_allclose(cohort["prospective_index"], mixed)


def test_a_year_without_exposure_has_no_claims():
    found = simulate(built((2024,), (2025,), a=LIGHT | {"exposure": {2024: 0, 2025: 30}}), draws=20, seed=1)
    assert found["utilization"].sel(year=2024).sum() == 0
    assert found["utilization"].sel(year=2025).sum() > 0
