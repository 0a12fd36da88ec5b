"""Telehealth: what its prior says."""

from __future__ import annotations

import pytest

from tests.programmes import CATEGORIES, intervention


def prior(category):
    return intervention("telehealth").effects("use", CATEGORIES)[CATEGORIES.index(category)]


def test_more_visits_and_fewer_in_the_emergency_department():
    assert prior("professional").mean == pytest.approx(0.011)
    assert prior("emergency").mean == pytest.approx(-0.0135)
    assert prior("emergency").sd == pytest.approx(0.01)
    assert prior("inpatient") == 0.0
