"""Sdoh screening: whom it counts, and its defaults."""

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
    return measure("sdoh_screening", **fields).tables(cells, CATEGORIES, BASE, PERFORMANCE)


def rates(*strata, **fields):
    return means(made(*strata, **fields)["measure_rate"][1])


def test_it_needs_its_rate():
    np.testing.assert_allclose(rates("white", "black", rate=0.4), [0.4, 0.4])
    with pytest.raises(BadInput, match="rate"):
        made("all")
