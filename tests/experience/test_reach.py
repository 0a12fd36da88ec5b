"""Cells chosen by attributes."""

from __future__ import annotations

import pytest

from tests.cohorts import SOURCE
from vbcsim.cohort.spec import CohortSpec
from vbcsim.core.attributes import ATTRIBUTES
from vbcsim.core.errors import BadInput
from vbcsim.experience.reach import Cells

CELLS = CohortSpec(
    cells=[
        {"cell": "a", "members": 5, "line_of_business": "medicare", "risk_tier": "high"},
        {"cell": "b", "members": 5, "line_of_business": "medicare", "risk_tier": "low"},
        {"cell": "c", "members": 5, "line_of_business": "commercial", "risk_tier": "low"},
    ],
    source=SOURCE,
).cells


def test_all_cells_where_nothing_is_named():
    assert Cells().mask(CELLS).tolist() == [True, True, True]
    assert Cells().words() == "all members"


def test_every_attribute_must_fit_and_one_of_its_values():
    chosen = Cells(line_of_business="medicare", risk_tier=["low", "high"])
    assert chosen.mask(CELLS).tolist() == [True, True, False]
    assert chosen.words() == "members of line of business medicare, risk tier low or high"


def test_a_value_that_no_cell_has():
    with pytest.raises(
        BadInput, match=r'target.risk_tier: no cell has risk_tier "hihg"; did you mean "high"\? \(cells have'
    ):
        Cells(risk_tier="hihg").mask(CELLS)


def test_values_that_never_occur_together():
    with pytest.raises(BadInput, match="choose attributes that occur together"):
        Cells(line_of_business="commercial", risk_tier="high").mask(CELLS)


def test_it_knows_every_attribute_of_a_cell():
    assert set(ATTRIBUTES) == set(Cells.model_fields)
    assert set(ATTRIBUTES) <= set(type(CELLS[0]).model_fields)
