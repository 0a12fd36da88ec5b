"""Navigation palliative: what its prior says."""

from __future__ import annotations

import pytest

from tests.programmes import CATEGORIES, intervention


def prior(category):
    return intervention("navigation_palliative").effects("use", CATEGORIES)[CATEGORIES.index(category)]


def test_half_of_what_matched_patients_showed():
    assert (prior("emergency").mean, prior("emergency").sd) == pytest.approx((-0.03, 0.015))
    assert (prior("inpatient").mean, prior("inpatient").sd) == pytest.approx((-0.0395, 0.01975))
