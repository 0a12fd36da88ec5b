"""Hospice: whom it counts, and its defaults."""

from __future__ import annotations

import pytest

from tests.cohorts import SOURCE
from tests.programmes import BASE, CATEGORIES, PERFORMANCE, measure
from vbcsim.cohort.spec import CohortSpec
from vbcsim.core.errors import BadInput


def made(*strata, line="commercial", **fields):
    rows = [{"cell": s, "members": 10, "equity_stratum": s, "line_of_business": line} for s in strata]
    cells = CohortSpec(cells=rows, source=SOURCE).cells
    return measure("hospice", **fields).tables(cells, CATEGORIES, BASE, PERFORMANCE)


def share(line, **fields):
    return made("all", line=line, **fields)["measure_share"][1][0]


def test_it_counts_those_who_died_and_needs_its_rate():
    assert share("medicare", rate=0.5) == 0.0407
    with pytest.raises(BadInput, match="rate"):
        made("all", line="medicare")
