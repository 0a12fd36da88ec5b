"""Depression: whom it counts, and its defaults."""

from __future__ import annotations

import numpy as np

from tests.cohorts import SOURCE
from tests.programmes import BASE, CATEGORIES, PERFORMANCE, measure
from vbcsim.cohort.spec import CohortSpec
from vbcsim.experience.figures import means


def made(*strata, line="commercial", **fields):
    rows = [{"cell": s, "members": 10, "equity_stratum": s, "line_of_business": line} for s in strata]
    cells = CohortSpec(cells=rows, source=SOURCE).cells
    return measure("depression", **fields).tables(cells, CATEGORIES, BASE, PERFORMANCE)


def rates(*strata, **fields):
    return means(made(*strata, **fields)["measure_rate"][1])


def share(line, **fields):
    return made("all", line=line, **fields)["measure_share"][1][0]


def test_every_member_counts():
    assert share("medicaid") == 1.0
    np.testing.assert_allclose(rates("all"), [0.77])
