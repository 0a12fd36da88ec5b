"""Transitional care: what its prior says."""

from __future__ import annotations

import pytest

from tests.programmes import CATEGORIES, intervention


def prior(category):
    return intervention("transitional_care").effects("use", CATEGORIES)[CATEGORIES.index(category)]


def test_ten_in_a_hundred_readmissions_fewer():
    stays = prior("inpatient")
    assert stays.mean / 0.155 == pytest.approx(-0.10)
    assert stays.sd / 0.155 == pytest.approx(0.045)
    assert prior("emergency") == 0.0


def test_the_readmission_rate_falls_by_as_many_points():
    assert intervention("transitional_care").points("any", "readmission") == prior("inpatient")
