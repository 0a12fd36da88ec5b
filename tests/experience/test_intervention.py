"""What all interventions share: growth and fading, priors and stated effects, targets, sentences, errors."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from tests.programmes import BASE, CATEGORIES, ONE_CELL, PERFORMANCE, intervention
from vbcsim.cohort.spec import CohortSpec
from vbcsim.core.errors import BadInput
from vbcsim.core.uncertain import Distribution
from vbcsim.experience.intervention import BY_COST, NO_HISTORY, shrunk

CELLS = CohortSpec(cells=ONE_CELL, source="test").cells


def tables(one, categories=CATEGORIES):
    return one.tables(CELLS, categories, BASE, PERFORMANCE)


def test_it_grows_over_three_years_and_then_fades():
    one = intervention("care_coordination", decay=0.1)
    assert [one.strength(k) for k in (-1, 0, 1, 2, 3)] == [0.0, 0.0, 0.33, 0.71, 1.0]
    assert one.strength(5) == pytest.approx(0.9**2)


def test_it_is_nothing_in_base_years_and_before_it_starts():
    strength = tables(intervention("care_coordination", starts=2024))["intervention_strength"][1]
    np.testing.assert_allclose(strength, [0.0, 0.0, 0.0, 0.33, 0.71, 1.0])


def test_start_up_is_paid_once_and_the_yearly_cost_while_it_runs():
    one = intervention("telehealth", starts=2024, cost={"per_year_usd": 10.0, "start_up_usd": 100.0})
    np.testing.assert_allclose(tables(one)["intervention_fixed_usd"][1], [0, 0, 0, 110.0, 10.0, 10.0])


def test_enrolment_holds_its_last_figure():
    one = intervention("care_coordination", enrolment=[0.5, 1.0])
    np.testing.assert_allclose(tables(one)["intervention_enrolment"][1], [0, 0, 0.5, 1, 1, 1])


def test_a_prior_from_a_study_that_was_not_randomised_is_halved():
    assert shrunk(-0.06) == Distribution("normal", (-0.03, 0.015))
    assert shrunk(0.01) == Distribution("normal", (0.005, 0.01))


def test_what_is_stated_takes_the_place_of_the_prior():
    one = intervention("navigation_palliative", use={"emergency": -0.2, "all": 0.01})
    assert one.effects("use", CATEGORIES) == [0.01, -0.2, 0.01, 0.01]
    assert one.effects("price", CATEGORIES) == [0.0] * 4


def test_a_category_that_does_not_exist():
    with pytest.raises(BadInput, match=r'use.inpatent: "inpatent" is not a service category; did you mean "inpatient"'):
        tables(intervention("care_coordination", use={"inpatent": -0.1}))


def test_a_prior_that_speaks_of_no_category_of_the_scenario():
    with pytest.raises(BadInput, match=r"use: the prior of care_coordination speaks of .* state the effects"):
        tables(intervention("care_coordination"), ["stays", "visits"])


def test_members_with_a_history():
    by_stays = intervention("care_coordination", target={"last_year": {"category": "inpatient", "at_least": 2}})
    made = tables(by_stays)
    assert made["intervention_history"][1] == 0
    assert made["intervention_history_least"][1] == 2.0
    assert "with 2 or more inpatient services the year before" in by_stays.sentence()
    by_cost = tables(intervention("care_coordination", target={"last_year": {"cost_above_usd": 50_000}}))
    assert by_cost["intervention_history"][1] == BY_COST
    assert by_cost["intervention_history_least"][1] == 50_000.0
    assert tables(intervention("care_coordination"))["intervention_history"][1] == NO_HISTORY


def test_a_history_of_an_unknown_category():
    one = intervention("care_coordination", target={"last_year": {"category": "emergncy"}})
    with pytest.raises(BadInput, match=r'target.last_year.category: .* did you mean "emergency"'):
        tables(one)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"target": {"last_year": {}}}, "state one of the two"),
        (
            {"target": {"last_year": {"category": "inpatient"}}, "uptake": {"normal": [0.5, 0.05]}},
            "write uptake as a plain number",
        ),
        ({"target": {"last_year": {"category": "inpatient"}}, "price": {"inpatient": -0.1}}, "keep their prices"),
        (
            {"target": {"last_year": {"category": "inpatient"}}, "measures": {"bp": 0.1}},
            "move no measure",
        ),
        ({"kind": "care_cordination"}, "care_coordination"),
        ({"uptake": 1.2}, "less than or equal to 1"),
    ],
)
def test_what_is_refused(fields, message):
    with pytest.raises(ValidationError, match=message):
        intervention(**{"kind": "care_coordination", **fields})


def test_the_sentence_says_who_how_many_what_and_the_cost():
    one = intervention(
        "care_coordination",
        title="home visits",
        target={"risk_tier": "r0"},
        use={"inpatient": {"normal": [-0.06, 0.03]}},
    )
    assert one.sentence() == (
        "Home visits for members of risk tier r0; 50% engaged; inpatient use -6.0% (sd 3.0%); "
        "$140.00 per engaged member and month."
    )


def test_every_problem_is_told_at_once():
    one = intervention(
        "care_coordination",
        target={"risk_tier": "r9", "last_year": {"category": "stays"}},
        use={"stays": 0.1},
        price={},
    )
    with pytest.raises(BadInput) as error:
        tables(one)
    assert {p.place for p in error.value.problems} == {"target.risk_tier", "target.last_year.category", "use.stays"}
