"""Person-years fit together, or say what does not."""

from __future__ import annotations

import numpy as np
import pytest

from vbcsim.calibrate.claims.person_years import Coded, PersonYears, ServiceCosts
from vbcsim.core.errors import BadInput


def _data(**changed):
    given = {
        "person": np.array([1, 1, 2]),
        "year": np.array([2001, 2002, 2001]),
        "months": np.array([12.0, 6.0, 12.0]),
        "line_of_business": Coded.same("commercial", 3),
        "age_band": Coded.of(np.array(["18-44", "18-44", "0-17"])),
        "sex": Coded.of(np.array(["female", "female", "male"])),
        "stratum": Coded.same("all", 3),
        "categories": ("inpatient", "visits"),
        "usd": np.array([[0.0, 50.0], [900.0, 0.0], [0.0, 0.0]]),
        "services": np.array([[0, 1], [1, 0], [0, 0]]),
        "claims": ServiceCosts(np.array([0, 1]), np.array([1, 0]), np.array([50.0, 900.0])),
    }
    return PersonYears(**(given | changed))


def test_what_the_rows_say():
    data = _data()
    assert len(data) == 3
    assert data.persons == 2
    assert data.years == (2001, 2002)
    assert data.exposure.tolist() == [1.0, 0.5, 1.0]
    assert data.total_usd.tolist() == [50.0, 900.0, 0.0]
    assert data.age_band.labels == ("0-17", "18-44")


def test_a_part_keeps_its_single_services():
    part = _data().part(np.array([False, True, True]))
    assert part.person.tolist() == [1, 2]
    assert part.claims is not None
    assert part.claims.row.tolist() == [0]
    assert part.claims.usd.tolist() == [900.0]
    assert [part.age_band.labels[c] for c in part.age_band.code] == ["18-44", "0-17"]


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"months": np.array([12.0, 13.0, 12.0])}, "at most 12"),
        ({"year": np.array([2001, 2001, 2001])}, "two rows in one year"),
        ({"usd": np.zeros((3, 1))}, "shape"),
        ({"months": np.array([12.0])}, "3 rows"),
        ({"usd": np.full((3, 2), np.nan)}, "finite"),
    ],
)
def test_what_does_not_fit_together_is_said(changed, says):
    with pytest.raises(BadInput, match=says):
        _data(**changed)
