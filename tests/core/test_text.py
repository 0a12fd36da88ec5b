"""Names of rows, as paths and problems tell them."""

from __future__ import annotations

import pytest

from vbcsim.core.text import counted, row_name


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"name": "shared_savings", "category": "x"}, "shared_savings"),
        ({"category": "inpatient"}, "inpatient"),
        ({"category": "inpatient", "line_of_business": "all"}, "inpatient"),
        ({"category": "inpatient", "line_of_business": "dual"}, "inpatient, dual"),
        ({"cell": "aged", "line_of_business": "dual", "provider_group": "A"}, "aged"),
        ({"provider_group": "A"}, "A"),
        ({"course": "office"}, "office"),
        ({"line_of_business": "dual", "variance": 1.0}, "dual"),
        ({"name": "", "cell": 3}, ""),
        ({}, ""),
    ],
)
def test_a_row_is_known_by_what_it_is_called_or_is_for(fields, name):
    assert row_name(fields) == name


def test_counted_things_have_their_plural():
    assert [counted(n, "row") for n in (0, 1, 1204)] == ["0 rows", "1 row", "1,204 rows"]
    assert counted(2, "family", "families") == "2 families"
