"""Interventions in a block of draws: mean and spread of the effect come out, nothing else moves, cost adds up."""

from __future__ import annotations

import numpy as np
import pytest

from tests.cohorts import cells
from tests.programmes import cohort, intervention, measure
from vbcsim.experience.intervening import draw_interventions, programme
from vbcsim.experience.layers import LayerDraws

DRAWS = 20_000
NOW = LayerDraws()


def drawn(of_cohort, draws=DRAWS, start=0, layers=NOW, seed=7):
    found = draw_interventions(of_cohort, seed, layers, start, start + draws)
    assert found is not None
    return found


def one(**fields):
    """One intervention with the effect of its first year at once."""
    return cohort({"visits": intervention("care_coordination", **{"ramp": 1.0, "decay": 0.0, **fields})})


def test_a_cohort_without_interventions_has_nothing_to_draw():
    assert draw_interventions(cohort(), 1, NOW, 0, 5) is None


def test_mean_and_sd_of_an_uncertain_effect_come_out():
    block = drawn(one(use={"inpatient": {"normal": [-0.06, 0.03]}}))
    last = block.rate[:, 0, -1, 0]
    assert last.mean() == pytest.approx(1 - 0.5 * 0.06, abs=4 * 0.5 * 0.03 / DRAWS**0.5)
    assert last.std() == pytest.approx(0.5 * 0.03, rel=0.03)


def test_an_effect_is_drawn_once_for_all_years_and_grows_with_the_programme():
    block = drawn(cohort({"visits": intervention("care_coordination", decay=0.0)}), draws=50)
    change = block.rate[:, 0, :, 0] - 1.0
    np.testing.assert_array_equal(change[:, :2], 0.0)
    np.testing.assert_allclose(change[:, 2:], change[:, [4]] * np.array([0.33, 0.71, 1.0, 1.0]), atol=1e-15)


def test_no_effect_multiplies_by_exactly_one():
    block = drawn(one(use={"all": 0.0}), draws=10)
    assert set(block.rate.ravel()) == {1.0}
    assert set(block.price.ravel()) == {1.0}
    assert set(block.score.ravel()) == {1.0}


def test_a_second_intervention_leaves_the_first_as_it_was():
    first = intervention("care_coordination")
    alone = drawn(cohort({"visits": first}), draws=20).rate
    both = drawn(
        cohort({"other": intervention("telehealth", use={"professional": 0.1}), "visits": first}), draws=20
    ).rate
    np.testing.assert_array_equal(both[..., :2], alone[..., :2])
    assert (both[..., 2] != alone[..., 2]).any()


def test_draws_are_addressed():
    of_cohort = one()
    whole = drawn(of_cohort, draws=30)
    np.testing.assert_array_equal(drawn(of_cohort, draws=10, start=20).rate, whole.rate[20:])
    moved = drawn(of_cohort, draws=30, layers=LayerDraws({"process": 1000, "systemic": 1000, "group": 1000}))
    np.testing.assert_array_equal(moved.rate, whole.rate)
    anew = drawn(of_cohort, draws=30, layers=LayerDraws({"parameter": 1000}))
    assert (anew.rate[:, 0, -1, 0] != whole.rate[:, 0, -1, 0]).all()


def test_effects_of_two_interventions_multiply():
    made = {
        name: intervention("telehealth", ramp=1.0, decay=0.0, uptake=1.0, use={"emergency": effect})
        for name, effect in (("a", -0.1), ("b", -0.2))
    }
    assert drawn(cohort(made), draws=1).rate[0, 0, -1, 1] == pytest.approx(0.9 * 0.8)


def test_a_rate_never_falls_below_nothing():
    block = drawn(one(use={"inpatient": -0.6}, uptake=1.0, ramp=[1.0, 3.0]), draws=2)
    assert block.rate.min() == 0.0


def test_one_strong_draw_is_strong_everywhere_unless_they_are_independent():
    effects = {"inpatient": {"normal": [-0.1, 0.03]}, "professional": {"normal": [0.1, 0.03]}}
    together = drawn(one(use=effects)).rate[:, 0, -1]
    assert np.corrcoef(together[:, 0], together[:, 2])[0, 1] == pytest.approx(-1.0)
    apart = drawn(one(use=effects, dependence="independent")).rate[:, 0, -1]
    assert abs(np.corrcoef(apart[:, 0], apart[:, 2])[0, 1]) < 5 / DRAWS**0.5
    assert apart[:, 2].std() == pytest.approx(0.5 * 0.03, rel=0.03)


def test_only_the_cells_that_are_reached_are_moved():
    made = {"visits": intervention("care_coordination", target={"risk_tier": "r1"}, use={"inpatient": -0.2}, ramp=1.0)}
    of_cohort = cohort(made, of_cells=cells(100, 200, 300))
    last = drawn(of_cohort, draws=1).rate[0, :, 2, 0][of_cohort["cell_class"].values]
    np.testing.assert_allclose(last, [1.0, 0.9, 1.0])


def test_prices_are_moved_apart_from_use():
    block = drawn(cohort({"site": intervention("site_of_care")}))
    assert set(block.rate.ravel()) == {1.0}
    assert block.price[:, 0, -1, 3].mean() == pytest.approx(1 + 0.5 * (1 / 1.355 - 1) / 2, abs=1e-3)


def test_coding_raises_scores_and_no_use():
    made = {"codes": intervention("coding", score_per_year=0.02, target={"risk_tier": "r0"})}
    of_cells = cells(100, 300, risk_score=[3.0, 1.0])
    block = drawn(cohort(made, of_cells=of_cells, strata=("line_of_business",)), draws=3)
    assert set(block.rate.ravel()) == {1.0}
    growth = 0.02 * 0.5 * 300 / 600  # half the members of a cell with half of the scores
    np.testing.assert_allclose(block.score[0, :, 0], 1 + growth * np.array([0, 0, 1, 2, 3, 4]))


def test_members_with_a_history_are_left_to_the_rules():
    target = {"last_year": {"category": "emergency", "at_least": 2}}
    made = {
        "codes": intervention("coding"),
        "visits": intervention(
            "care_coordination", target=target, use={"emergency": {"normal": [-0.1, 0.05]}}, ramp=1.0
        ),
    }
    block = drawn(cohort(made))
    assert set(block.rate.ravel()) == {1.0}
    rules = block.rules
    assert (rules.intervention.tolist(), rules.category.tolist(), rules.least.tolist()) == ([1], [1], [2.0])
    assert rules.reach.tolist() == [[True]]
    np.testing.assert_allclose(rules.uptake, [[0, 0, 0.5, 0.5, 0.5, 0.5]])
    effect = rules.multiplier[:, 0, 2, 1]
    assert effect.mean() == pytest.approx(0.9, abs=4 * 0.05 / DRAWS**0.5)
    assert effect.std() == pytest.approx(0.05, rel=0.03)
    np.testing.assert_array_equal(rules.multiplier[:, 0, :2], 1.0)


def test_cost_per_engaged_month_fixed_cost_and_saving():
    cost = {"engaged_pmpm": 50.0, "saving_pmpm": 10.0, "per_year_usd": 1000.0, "start_up_usd": 5000.0}
    made = {"visits": intervention("care_coordination", target={"risk_tier": ["r0", "r1"]}, cost=cost)}
    of_cohort = cohort(made, of_cells=cells(100, 300, 600))
    years = np.tile([100.0, 300.0, 600.0], (1, 6, 1))
    usd, engaged = programme(of_cohort, drawn(of_cohort, draws=4), years)
    np.testing.assert_allclose(engaged[:, :, 0], np.tile([0, 0, 200, 200, 200, 200], (4, 1)))
    np.testing.assert_allclose(usd[0].sum(axis=1), [0, 0, 96_000 + 6000, 96_000 + 1000, 97_000, 97_000])
    np.testing.assert_allclose(usd[0, 3], [97_000 / 4, 97_000 * 3 / 4, 0.0])


def test_fixed_cost_falls_on_those_reached_while_nobody_is_engaged():
    made = {"visits": intervention("care_coordination", enrolment=[0.0, 1.0], cost={"per_year_usd": 900.0})}
    of_cohort = cohort(made, of_cells=cells(100, 200))
    usd, engaged = programme(of_cohort, drawn(of_cohort, draws=1), np.tile([100.0, 200.0], (1, 6, 1)))
    assert engaged[0, 2, 0] == 0.0
    np.testing.assert_allclose(usd[0, 2], [300.0, 600.0])


def test_cost_of_a_rule_follows_those_it_enrolled():
    target = {"last_year": {"category": "inpatient", "at_least": 2}}
    made = {"visits": intervention("care_coordination", target=target, cost={"engaged_pmpm": 10.0})}
    of_cohort = cohort(made, of_cells=cells(100, 200))
    by_rule = np.zeros((3, 6, 2, 1))
    by_rule[:, 3, :, 0] = [[4.0, 6.0], [0.0, 0.0], [1.0, 0.0]]
    usd, engaged = programme(of_cohort, drawn(of_cohort, draws=3), np.tile([100.0, 200.0], (1, 6, 1)), by_rule)
    np.testing.assert_allclose(usd[:, 3], [[480.0, 720.0], [0.0, 0.0], [120.0, 0.0]])
    np.testing.assert_allclose(engaged[:, 3, 0], [10.0, 0.0, 1.0])


def test_points_for_measures():
    made = {
        "calls": intervention("preventive_outreach", ramp=1.0, decay=0.0, measures={"bp": 0.04}),
        "reminders": intervention("preventive_outreach", ramp=1.0, decay=0.0),
    }
    measures = {"bp": measure("blood_pressure", share=0.2), "sugar": measure("hba1c", share=0.1)}
    block = drawn(cohort(made, measures))
    bp, sugar = block.points[:, 0, -1].T
    assert bp.mean() == pytest.approx(0.5 * (0.04 + 0.015), abs=1e-3)  # stated, and the prior of its kind
    assert sugar.mean() == pytest.approx(-0.5 * 0.015, abs=1e-3)
    np.testing.assert_array_equal(block.points[:, :, :2], 0.0)


def test_the_neglected_spread_is_small():
    """A member engaged at random has a rate of variance u (1 - u) e^2 about the cell's mean; the bound of the docs."""
    uptake, effect = 0.3, 0.2
    rates = np.where(np.random.default_rng(5).random(400_000) < uptake, 1 - effect, 1.0)
    assert rates.mean() == pytest.approx(1 - uptake * effect, abs=1e-3)
    assert rates.var() == pytest.approx(uptake * (1 - uptake) * effect**2, rel=0.01)
    assert rates.var() <= effect**2 / 4
