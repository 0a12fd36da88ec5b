"""Breast screening: whom it counts, and its defaults."""

from __future__ import annotations

import numpy as np
import pytest

from tests.cohorts import SOURCE
from tests.programmes import BASE, CATEGORIES, PERFORMANCE, measure
from vbcsim.cohort.spec import CohortSpec
from vbcsim.core.errors import BadInput
from vbcsim.experience.figures import means


def made(*strata, line="commercial", **fields):
    rows = [{"cell": s, "members": 10, "equity_stratum": s, "line_of_business": line} for s in strata]
    cells = CohortSpec(cells=rows, source=SOURCE).cells
    return measure("breast_screening", **fields).tables(cells, CATEGORIES, BASE, PERFORMANCE)


def rates(*strata, **fields):
    return means(made(*strata, **fields)["measure_rate"][1])


def share(line, **fields):
    return made("all", line=line, **fields)["measure_share"][1][0]


def test_the_rate_of_all_and_no_share():
    np.testing.assert_allclose(rates("all", share=0.2), [0.77])
    with pytest.raises(BadInput, match="share"):
        share("commercial")
