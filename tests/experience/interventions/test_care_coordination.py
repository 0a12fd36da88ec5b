"""Care coordination: what its prior says."""

from __future__ import annotations

from tests.programmes import CATEGORIES, intervention


def prior(category):
    return intervention("care_coordination").effects("use", CATEGORIES)[CATEGORIES.index(category)]


def test_randomised_trials_found_nothing_on_average():
    stays, visits, others = prior("inpatient"), prior("emergency"), prior("professional")
    assert (stays.mean, stays.sd) == (0.0, 0.08)
    assert visits == stays
    assert others == 0.0


def test_it_costs_a_fee_per_engaged_month():
    assert intervention("care_coordination").cost.engaged_pmpm == 140.0
