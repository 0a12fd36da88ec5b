"""Prior authorization waiver: what its prior says."""

from __future__ import annotations

from tests.programmes import CATEGORIES, intervention


def prior(category):
    return intervention("prior_authorization_waiver").effects("use", CATEGORIES)[CATEGORIES.index(category)]


def test_somewhat_more_drugs_and_less_administration():
    assert (prior("part_b_drugs").mean, prior("part_b_drugs").sd) == (0.005, 0.005)
    assert prior("inpatient") == 0.0
    assert intervention("prior_authorization_waiver").cost.saving_pmpm == 25.0
    assert "less $25.00 of administration saved" in intervention("prior_authorization_waiver").sentence()
