"""The table of rating cells: what is refused, in which words."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from tests.cohorts import SOURCE
from vbcsim.cohort.spec import Cell, CohortSpec

TURNOVER = {"exit_rate_per_month": 0.01, "source": SOURCE}
EPISODES = {"starts_per_year": 100, "continuation": [0.4], "source": SOURCE}
ONE = [{"cell": "a", "members": 10}]


def test_a_cell_is_average_unless_told_otherwise():
    cell = Cell(cell="a", members="1,200 members")
    assert cell.members == 1200
    relativities = (cell.utilization_relativity, cell.price_relativity, cell.frailty_relativity, cell.risk_score)
    assert relativities == (1, 1, 1, 1)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"members": 0}, "greater than or equal to 1"),
        ({"members": 10.5}, "integer"),
        ({"cell": ""}, "at least 1 character"),
        ({"price_relativity": 0}, "greater than 0"),
        ({"utilization_relativity": -0.1}, "greater than or equal to 0"),
        ({"frailty_relativity": 1.1}, "less than or equal to 1"),
        ({"risk_score": 0}, "greater than 0"),
        ({"age": "65-69"}, "Extra inputs"),
        ({"use": {"inpatient": -1}}, "greater than or equal to 0"),
        ({"price": {"inpatient": 0}}, "greater than 0"),
        ({"use": {"In patient": 1}}, "pattern"),
        ({"death_rate_per_year": 1.0}, "less than or equal to 0.99"),
    ],
)
def test_what_a_cell_cannot_be(changed, sentence):
    with pytest.raises(ValidationError, match=sentence):
        Cell(**{"cell": "a", "members": 10, **changed})


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"cells": []}, "at least 1 item"),
        ({"cells": ONE * 2}, "cells named twice: a; each cell has one row"),
        ({"strata": ["age"]}, "Input should be 'line_of_business', 'enrollment_type', 'age_band'"),
        ({"retention": 1.01}, "less than or equal to 1"),
        ({"months": 0}, "greater than 0"),
        ({"months": 13}, "less than or equal to 12"),
        ({"turnover": TURNOVER, "retention": 0.9}, "turnover says how long a member stays; leave retention out"),
        ({"turnover": TURNOVER, "months": 9}, "turnover says how long a member stays; leave months out"),
        ({"episodes": EPISODES, "retention": 0.9}, "episodes says how long a member stays; leave retention out"),
        ({"episodes": EPISODES, "turnover": TURNOVER}, "turnover and episodes exclude one another"),
        ({"turnover": {**TURNOVER, "exit_rate_per_month": 0.6}}, "less than or equal to 0.5"),
        ({"turnover": {**TURNOVER, "growth_per_year": -0.6}}, "greater than or equal to -0.5"),
        ({"turnover": {**TURNOVER, "last_year_use_relativity": 0}}, "greater than 0"),
        ({"episodes": {**EPISODES, "starts_per_year": 0}}, "greater than 0"),
        ({"episodes": {**EPISODES, "continuation": [1.2]}}, "less than or equal to 1"),
        ({"episodes": {**EPISODES, "months": 3}}, "Input should be 6"),
        (
            {"cells": [{"cell": str(i), "members": 60_000_000} for i in range(2)]},
            "the cohort has 120,000,000 members; at most 100,000,000 are supported",
        ),
    ],
)
def test_what_a_cohort_cannot_be(changed, sentence):
    with pytest.raises(ValidationError, match=sentence):
        CohortSpec(**{"cells": ONE, "source": SOURCE, **changed})


@pytest.mark.parametrize(
    ("shares", "members", "numbers"),
    [
        ([30, 70], 1000, [300, 700]),
        ([1, 1, 1], 100, [34, 33, 33]),
        ([1, 1_000_000], 10, [1, 9]),
        ([3, 3, 1_000_000], 4, [1, 1, 2]),
        ([5, 5], 10, [5, 5]),
    ],
)
def test_cells_may_be_shares_of_a_stated_number(shares, members, numbers):
    rows = [{"cell": str(k), "members": n} for k, n in enumerate(shares)]
    cohort = CohortSpec(cells=rows, members=members, source=SOURCE)
    assert [c.members for c in cohort.cells] == numbers
    again = CohortSpec(**cohort.model_dump())
    assert again == cohort


def test_every_cell_has_a_member_at_least():
    with pytest.raises(ValidationError, match="1 members cannot fill 2 cells; each has one at least"):
        CohortSpec(cells=[*ONE, {"cell": "b", "members": 10}], members=1, source=SOURCE)


def test_many_names_given_twice_are_told_up_to_five():
    rows = [{"cell": name, "members": 1} for name in "aabbccddeeff"]
    with pytest.raises(ValidationError, match="cells named twice: a, b, c, d, e; each"):
        CohortSpec(cells=rows, source=SOURCE)
