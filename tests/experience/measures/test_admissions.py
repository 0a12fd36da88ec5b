"""Admissions: whom it counts, and its defaults."""

from __future__ import annotations

from tests.cohorts import SOURCE
from tests.programmes import BASE, CATEGORIES, PERFORMANCE, measure
from vbcsim.cohort.spec import CohortSpec
from vbcsim.experience.measure import CLAIMS


def made(*strata, line="commercial", **fields):
    rows = [{"cell": s, "members": 10, "equity_stratum": s, "line_of_business": line} for s in strata]
    cells = CohortSpec(cells=rows, source=SOURCE).cells
    return measure("admissions", **fields).tables(cells, CATEGORIES, BASE, PERFORMANCE)


def test_it_counts_stays_per_thousand():
    tables = made("white", "black")
    assert tables["measure_counted"][1] == CLAIMS
    assert tables["measure_category"][1].tolist() == [1, 0, 0, 0]
