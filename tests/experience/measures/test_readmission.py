"""Readmission: whom it counts, and its defaults."""

from __future__ import annotations

import numpy as np

from tests.cohorts import SOURCE
from tests.programmes import BASE, CATEGORIES, PERFORMANCE, measure
from vbcsim.cohort.spec import CohortSpec
from vbcsim.experience.figures import means
from vbcsim.experience.measure import SERVICES


def made(*strata, line="commercial", **fields):
    rows = [{"cell": s, "members": 10, "equity_stratum": s, "line_of_business": line} for s in strata]
    cells = CohortSpec(cells=rows, source=SOURCE).cells
    return measure("readmission", **fields).tables(cells, CATEGORIES, BASE, PERFORMANCE)


def rates(*strata, **fields):
    return means(made(*strata, **fields)["measure_rate"][1])


def test_it_counts_stays_and_low_is_good():
    tables = made("all")
    assert tables["measure_counted"][1] == SERVICES
    assert tables["measure_category"][1].tolist() == [1, 0, 0, 0]
    assert tables["measure_low_is_good"][1]
    np.testing.assert_allclose(rates("all"), [0.155])


def test_it_improves_by_an_eighth_of_the_way_to_the_best_tenth():
    gain = made("all")["measure_improvement"][1][0]
    assert gain[1] == 0.002
    assert made("all")["measure_limit"][1] == 0.139
