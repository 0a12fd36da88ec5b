"""Preventive outreach: what its prior says."""

from __future__ import annotations

from tests.programmes import CATEGORIES, intervention


def prior(category):
    return intervention("preventive_outreach").effects("use", CATEGORIES)[CATEGORIES.index(category)]


def test_better_measures_and_no_less_use():
    one = intervention("preventive_outreach")
    assert prior("inpatient").mean == 0.0
    assert one.points("any", "colorectal_screening").mean == 0.015
    assert one.points("any", "hba1c").mean == -0.015
    assert one.points("any", "readmission") == 0.0


def test_points_that_are_stated_take_the_place_of_all_priors():
    one = intervention("preventive_outreach", measures={"pressure": 0.02})
    assert (one.points("pressure", "blood_pressure"), one.points("other", "blood_pressure")) == (0.02, 0.0)
