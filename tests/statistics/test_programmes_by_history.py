"""Programmes for members chosen by last year's use: they look as if they worked, whatever they do.

A person is a draw of a cohort of one member, so that who takes part can be followed before and after.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.cohorts import assumptions, cells, service
from tests.programmes import cohort, intervention
from vbcsim.experience.simulate import simulate

PERSONS = 60_000
TOLD = assumptions(
    [
        service("inpatient", utilization_per_1000=235.0, overdispersion=2.7, shared_weight=0.8, persistence=0.45),
        service("emergency", utilization_per_1000=400.0, overdispersion=2.6, shared_weight=0.8, persistence=0.46),
    ],
    shared_frailty={"variance": 2.0, "persistence": 0.5},
)
"""Medicare: stays and emergency visits with the overdispersion and the memory of MEPS 2012-2015."""
SUPER_UTILIZERS = {"last_year": {"category": "inpatient", "at_least": 2}}


def persons(effect=None, uptake=0.5, category="inpatient"):
    """The experience of one-member cohorts, with a programme for those with two stays where an effect is given."""
    visits = intervention(
        "care_coordination", target=SUPER_UTILIZERS, uptake=uptake, ramp=1.0, use={category: effect or 0.0}
    )
    made = cohort(
        None if effect is None else {"visits": visits},
        told=TOLD,
        of_cells=cells(1),
        base=(2021, 2022),
        performance=(2023,),
    )
    return simulate(made, draws=PERSONS, seed=4)


@pytest.fixture(scope="module")
def without():
    return persons()


@pytest.fixture(scope="module")
def idle():
    return persons(0.0)


def stays(experience):
    return experience["utilization"].sel(category="inpatient").values[:, :, 0]


def enrolled(experience):
    return experience["engaged"].values[:, -1, 0] > 0


def test_a_programme_without_effect_changes_not_a_bit(without, idle):
    np.testing.assert_array_equal(idle["utilization"].values, without["utilization"].values)
    np.testing.assert_array_equal(idle["expenditure_usd"].values, without["expenditure_usd"].values)


def test_half_of_those_with_two_stays_take_part(idle):
    eligible = stays(idle)[:, 1] >= 2
    assert not enrolled(idle)[~eligible].any()
    assert enrolled(idle)[eligible].mean() == pytest.approx(0.5, abs=5 * 0.5 / eligible.sum() ** 0.5)


def test_their_use_falls_by_more_than_half_with_no_effect_at_all(idle):
    """Regression to the mean. In Camden the naive fall was 38 points and the effect none (NEJM 2020); after two
    admissions MEPS shows 2.43 stays a year fall to 0.77 in Medicare with no intervention, a fall of 68 %."""
    before, after = stays(idle)[enrolled(idle)][:, 1:].mean(axis=0)
    assert before > 2.0
    assert 0.5 < 1.0 - after / before < 0.85


def test_those_who_were_eligible_and_did_not_take_part_show_the_same_fall(idle):
    eligible = stays(idle)[:, 1] >= 2
    treated, control = stays(idle)[enrolled(idle), 2], stays(idle)[eligible & ~enrolled(idle), 2]
    error = (treated.var() / len(treated) + control.var() / len(control)) ** 0.5
    assert abs(treated.mean() - control.mean()) < 5 * error


def test_a_randomised_comparison_finds_the_true_effect(without):
    working = persons(-0.3)
    eligible = stays(working)[:, 1] >= 2
    treated, control = stays(working)[enrolled(working), 2], stays(working)[eligible & ~enrolled(working), 2]
    error = (treated.var() / len(treated) + 0.49 * control.var() / len(control)) ** 0.5
    assert abs(treated.mean() - 0.7 * control.mean()) < 5 * error
    # The same people without the programme: each draw differs by the effect alone, and only among those enrolled.
    change = stays(working)[:, 2] - stays(without)[:, 2]
    assert (change[~enrolled(working)] == 0).all()
    baseline = stays(without)[enrolled(working), 2].mean()
    paired = change[enrolled(working)].std() / len(treated) ** 0.5
    assert change[enrolled(working)].mean() == pytest.approx(-0.3 * baseline, abs=5 * paired)


def test_an_effect_on_one_category_leaves_the_others_as_they_were(without):
    working = persons(-0.3, category="emergency")
    np.testing.assert_array_equal(stays(working), stays(without))
    visits = [e["utilization"].sel(category="emergency").values.sum() for e in (working, without)]
    assert visits[0] < visits[1]
