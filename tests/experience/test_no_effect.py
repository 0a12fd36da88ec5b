"""The world without a true saving: what lowers cost is gone, and nothing else moves."""

from __future__ import annotations

import numpy as np

from tests.cohorts import assumptions
from tests.programmes import SERVICES, cohort, intervention
from vbcsim.experience.no_effect import without_effect
from vbcsim.experience.simulate import experience_hash, simulate

CARE = {"use": {"inpatient": {"normal": [-0.2, 0.05]}}, "cost": {"engaged_pmpm": 10.0}}


def test_interventions_change_nothing_and_nobody_improves():
    group = {"effect_sd": 0.02, "persistence": 0.5, "improvement_rate": 0.03, "source": "a test"}
    plain = cohort(told=assumptions(SERVICES, provider_group=group))
    assert float(abs(without_effect(plain)["expected_group_effect"] - 1.0).max()) == 0.0
    busy = cohort({"care": intervention("care_coordination", **CARE)})
    still = without_effect(busy)
    idle = simulate(still, draws=20, seed=3)
    never = simulate(cohort(), draws=20, seed=3)
    np.testing.assert_array_equal(idle["expenditure_usd"].values, never["expenditure_usd"].values)
    assert float(idle["intervention_cost_usd"].sum()) > 0.0
    said = cohort({"care": intervention("care_coordination", **CARE | {"use": {"inpatient": 0}})})
    assert experience_hash(still, 3, "members") == experience_hash(said, 3, "members")
    assert not np.array_equal(simulate(busy, draws=20, seed=3)["expenditure_usd"], never["expenditure_usd"])


def test_an_uncertain_improvement_is_none():
    group = {"effect_sd": 0.02, "persistence": 0.5, "improvement_rate": {"normal": [0.03, 0.01]}, "source": "a test"}
    still = without_effect(cohort(told=assumptions(SERVICES, provider_group=group)))
    spent = simulate(still, draws=20, seed=3)["uncertain_value"]
    assert float(abs(spent).max()) == 0.0


def test_where_nothing_is_done_it_is_the_same_world():
    plain = cohort()
    assert experience_hash(without_effect(plain), 1, "members") == experience_hash(plain, 1, "members")
