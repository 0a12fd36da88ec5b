"""From claims to the variables of an experience: exposure of moving members, halves of episodes, programmes, scores."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xarray as xr

from tests import programmes
from tests.cohorts import SOURCE, assumptions, cells, cohort_of, service
from vbcsim.core.dataset import glossary
from vbcsim.experience.simulate import simulate

DRAWS = 60
ROWS = cells(40, 25, 10, risk_score=[0.8, 1.3, 2.0])
ROWS[2]["risk_tier"] = "r1"  # two cells in the second stratum
FRAIL = service(overdispersion=2.0, shared_weight=0.6, persistence=0.5)
SHARED = {"variance": 1.2, "persistence": 0.7}
TURNOVER = {"exit_rate_per_month": 0.03, "growth_per_year": 0.1, "source": SOURCE}
EPISODES = {"starts_per_year": 60, "continuation": [0.5, 0.5], "source": SOURCE}


def cohort(told: Any = None, **changed: Any) -> xr.Dataset:
    told = told or assumptions([FRAIL], shared_frailty=SHARED, floor_usd=500.0)
    return cohort_of(told, ROWS, base=(2021, 2022), performance=(2023,), **changed)


# ---------------------------------------------------------------------------------------------- members come and go
@pytest.fixture(scope="module")
def moving() -> tuple[xr.Dataset, xr.Dataset]:
    ds = cohort(turnover=TURNOVER)
    return ds, simulate(ds, draws=DRAWS, seed=3)


def test_exposure_is_by_draw_where_members_come_and_go(moving):
    _, experience = moving
    for name in ("person_years", "lives"):
        assert experience[name].dims == ("draw", "year", "stratum")
        assert glossary()[name]["may_lack"] == ["draw"]
    assert (experience["lives"] > experience["person_years"]).all()
    assert len(np.unique(experience["person_years"][:, 2, 0])) > 10


def test_exposure_has_the_expected_size(moving):
    """Places are filled at once: a cell's person-years are nearly its number of places."""
    ds, experience = moving
    expected = ds["expected_members"].values @ ds["row_exposure"].values
    found = experience["person_years"].values.sum(axis=2)
    error = found.std(axis=0) / np.sqrt(DRAWS)
    assert (np.abs(found.mean(axis=0) - expected) < 5 * error + 1e-9).all()
    assert expected[1] == pytest.approx(75 * 1.05, rel=0.02)


def test_use_and_cost_follow_exposure(moving):
    _, experience = moving
    rate = experience["utilization"].sum(("draw", "category")) / experience["person_years"].sum("draw")
    assert rate.values == pytest.approx(3.0, rel=0.12)


# ----------------------------------------------------------------------------------------------------------- episodes
def test_halves_make_up_the_year():
    experience = simulate(cohort(episodes=EPISODES), draws=DRAWS, seed=4)
    for half, year in (
        ("half_expenditure_usd", experience["expenditure_usd"].sum("category")),
        ("half_person_years", experience["person_years"]),
    ):
        assert experience[half].dims == ("draw", "year", "half", "stratum")
        assert experience[half].sum("half").values == pytest.approx(year.values, rel=1e-12)
    assert experience["half_person_years"].sizes["half"] == 2


def test_an_episode_is_half_a_year_of_a_patient():
    experience = simulate(cohort(episodes=EPISODES), draws=DRAWS, seed=4)
    assert (experience["episodes"].values == 2 * experience["person_years"].values).all()
    # 60 starts a year, each followed by 0.5 + 0.25 further episodes.
    whole = experience["episodes"].sum("stratum").values[:, 1]
    assert abs(whole.mean() - 105) < 5 * whole.std() / np.sqrt(DRAWS)


def test_claimants_of_episodes_are_told_by_year_and_each_is_one_half():
    """Costly halves: none of the listed amounts is a sum over both."""
    experience = simulate(cohort(episodes=EPISODES), draws=DRAWS, seed=4)
    assert set(experience["claimant_year"].values.tolist()) == {0, 1, 2}
    assert (experience["claimant_usd"] > 500).all()
    listed = np.zeros((DRAWS, 3, 2))
    at = tuple(experience[f"claimant_{name}"].values for name in ("draw", "year", "stratum"))
    np.add.at(listed, at, experience["claimant_usd"].values)
    assert (listed <= experience["expenditure_usd"].sum("category").values + 1e-6).all()


# -------------------------------------------------------------------------------------------------- strata and groups
def test_strata_carry_the_values_of_their_attributes():
    experience = simulate(cohort(), draws=1)
    assert experience["risk_tier"].dims == ("stratum",)
    assert experience["risk_tier"].values.tolist() == ["r0", "r1"]


def test_each_stratum_has_the_effect_and_the_quality_of_its_provider_groups():
    rows = cells(10, 20, 30, provider_group=["north", "south", "south"])
    told = assumptions(
        [FRAIL], shared_frailty=SHARED, provider_group={"effect_sd": 0.1, "persistence": 0.5},
        quality={"mean": 0.8, "sd": 0.05},
    )  # fmt: skip
    experience = simulate(cohort_of(told, rows, strata=("provider_group", "risk_tier")), draws=50)
    for name in ("group_effect", "quality_score"):
        values = experience[name].values
        assert np.array_equal(values[..., 1], values[..., 2])
        assert abs(np.corrcoef(values[..., 0].ravel(), values[..., 1].ravel())[0, 1]) < 0.5
    assert experience["provider_group"].values.tolist() == ["north", "south", "south"]


def test_revenue_is_the_own_share_of_each_strata_spending():
    experience = simulate(cohort(), draws=5)
    spent = experience["expenditure_usd"].sum("category").values
    assert experience["provider_revenue_usd"].values == pytest.approx(0.25 * spent)


# ------------------------------------------------------------------------------------- programmes and what is uncertain
def test_uncertain_assumptions_are_kept_by_draw():
    told = assumptions([FRAIL], shared_frailty=SHARED, risk_score={"noise_sd": {"uniform": [0.01, 0.03]}})
    experience = simulate(cohort(told), draws=DRAWS)
    assert experience["uncertain"].values.tolist() == ["assumptions.risk_score.noise_sd"]
    values = experience["uncertain_value"].values[:, 0]
    assert ((values > 0.01) & (values < 0.03)).all()
    assert len(np.unique(values)) == DRAWS
    assert "uncertain_value" not in simulate(cohort(), draws=2)


def test_a_programme_is_coupled_to_the_run_without_it():
    """No uptake is no programme, to the last bit; with uptake use falls, cost and extent are told."""
    told = assumptions([FRAIL], shared_frailty=SHARED)

    def run(uptake: float, effect: float) -> xr.Dataset:
        one = programmes.intervention(
            "care_coordination", uptake=uptake, use={"visit": effect}, price={}, ramp=1.0, cost={"engaged_pmpm": 10.0},
        )  # fmt: skip
        ds = programmes.cohort({"care": one}, told=told, of_cells=ROWS, base=(2021, 2022), performance=(2023,))
        return simulate(ds, draws=40)

    without, none, half = simulate(cohort(told), draws=40), run(0.0, -0.4), run(0.5, -0.4)
    for name in ("expenditure_usd", "utilization", "risk_score"):
        assert np.array_equal(without[name], none[name]), name
    assert np.array_equal(without["utilization"][:, :2], half["utilization"][:, :2])
    fallen = half["utilization"][:, 2].sum() / without["utilization"][:, 2].sum()
    assert float(fallen) == pytest.approx(0.8, abs=0.02)
    assert half["engaged"].values[0, :, 0].tolist() == [0.0, 0.0, 37.5]
    assert half["intervention_cost_usd"].values[0, 2].sum() == pytest.approx(37.5 * 120)


def test_members_chosen_by_last_year_are_counted_and_paid_for():
    one = programmes.intervention(
        "care_coordination", target={"last_year": {"category": "visit", "at_least": 5}}, uptake=1.0,
        use={"visit": 0.0}, price={}, cost={"engaged_pmpm": 10.0},
    )  # fmt: skip
    told = assumptions([FRAIL], shared_frailty=SHARED)
    ds = programmes.cohort({"care": one}, told=told, of_cells=ROWS, base=(2021, 2022), performance=(2023,))
    experience = simulate(ds, draws=40)
    engaged = experience["engaged"].values[..., 0]
    assert (engaged[:, :2] == 0).all()
    assert (engaged[:, 2] > 0).all()
    assert (engaged == np.floor(engaged)).all()
    assert experience["intervention_cost_usd"].sum("stratum").values == pytest.approx(120 * engaged)


def test_measures_have_numerators_within_their_denominators():
    screening = programmes.measure("colorectal_screening", rate=0.6, share=0.4)
    told = assumptions([FRAIL], shared_frailty=SHARED)
    ds = programmes.cohort(measures={"screening": screening}, told=told, of_cells=ROWS, turnover=TURNOVER)
    experience = simulate(ds, draws=20)
    numerator, denominator = (experience[f"measure_{n}"].values for n in ("numerator", "denominator"))
    assert experience["measure_numerator"].dims == ("draw", "year", "measure", "stratum")
    assert (numerator <= denominator).all()
    assert numerator.sum() / denominator.sum() == pytest.approx(0.6, abs=0.1)
    assert len(np.unique(denominator)) > 5  # it follows the members who are there
