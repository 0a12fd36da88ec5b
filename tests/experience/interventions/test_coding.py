"""Coding: what its prior says."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from tests.programmes import CATEGORIES, intervention


def test_scores_grow_for_some_years_and_use_stays():
    one = intervention("coding", grows_for=3)
    assert [one.strength(k) for k in (0, 1, 2, 3, 4)] == [0.0, 1.0, 2.0, 3.0, 3.0]
    assert one.score_growth().mean == 0.0175
    assert one.effects("use", CATEGORIES) == [0.0] * 4
    assert "risk score +1.8% (sd 0.5%) a year for 3 years" in one.sentence()


def test_it_is_for_whole_cells():
    with pytest.raises(ValidationError, match=r"leave out target.last_year"):
        intervention("coding", target={"last_year": {"category": "inpatient"}})
