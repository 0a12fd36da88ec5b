"""Home based care: what its prior says."""

from __future__ import annotations

from tests.programmes import CATEGORIES, intervention


def prior(category):
    return intervention("home_based_care").effects("use", CATEGORIES)[CATEGORIES.index(category)]


def test_half_of_an_evaluation_that_was_not_randomised_for_all_use():
    assert (prior("inpatient").mean, prior("inpatient").sd) == (-0.005, 0.01)
    assert prior("part_b_drugs") == prior("inpatient")
