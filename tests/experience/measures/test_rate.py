"""Rate: whom it counts, and its defaults."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from tests.cohorts import SOURCE
from tests.programmes import BASE, CATEGORIES, PERFORMANCE, measure
from vbcsim.cohort.spec import CohortSpec


def made(*strata, line="commercial", **fields):
    rows = [{"cell": s, "members": 10, "equity_stratum": s, "line_of_business": line} for s in strata]
    cells = CohortSpec(cells=rows, source=SOURCE).cells
    return measure("rate", **fields).tables(cells, CATEGORIES, BASE, PERFORMANCE)


def test_every_figure_is_stated():
    with pytest.raises(ValidationError) as error:
        measure("rate")
    assert {e["loc"][-1] for e in error.value.errors()} == {"share", "rate", "group_sd"}


def test_low_may_be_good():
    given = {"share": 0.1, "rate": 0.3, "group_sd": 0.02}
    assert made("all", low=True, **given)["measure_low_is_good"][1]
    assert made("all", low=True, **given)["measure_limit"][1] == 0.0
    assert made("all", **given)["measure_limit"][1] == 1.0
