"""A pandemic as a scenario states it: what is read, and what is refused in which words."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from tests.cohorts import SOURCE
from vbcsim.assumptions.pandemic import Pandemic
from vbcsim.core.uncertain import Distribution
from vbcsim.scenario.table import Columns, read_table
from vbcsim.scenario.tables import shipped_tables

# Evidence on 2020 as a whole, against an ordinary year.
YEAR_2020 = {"inpatient": -0.11, "office": -0.14, "emergency": -0.22, "outpatient": -0.08}


def pandemic(**changed: Any) -> Pandemic:
    usual: dict[str, Any] = {
        "starts": "2020-03",
        "courses": [{"course": "office", "multipliers": [0.5, 0.9], "source": SOURCE}],
        "categories": {"visit": "office"},
        "source": SOURCE,
    }
    return Pandemic(**{**usual, **changed})


def test_months_count_from_the_year_0():
    assert pandemic().first_month == 12 * 2020 + 2
    assert pandemic(starts="2021-12").first_month - pandemic(starts="2020-01").first_month == 23


def test_a_course_may_be_a_text_of_numbers_as_a_table_holds_it():
    (course,) = pandemic(courses=[{"course": "office", "multipliers": "0.5 1 .75", "source": SOURCE}]).courses
    assert course.multipliers == (0.5, 1.0, 0.75)


def test_the_shipped_courses_give_the_published_year():
    columns = Columns(text=("course", "source"))
    rows = read_table(shipped_tables()["pandemic_2020"], columns).rows
    told = pandemic(courses=rows, categories={f"c{k}": row["course"] for k, row in enumerate(rows)})
    lost = {c.course: sum(c.multipliers) / 12 + 2 / 12 - 1 for c in told.courses}
    assert lost == pytest.approx(YEAR_2020, abs=0.005)
    assert {c.course: c.telehealth_share for c in told.courses} == dict.fromkeys(YEAR_2020, 0.0) | {"office": 0.5}
    assert all(len(c.multipliers) == 10 and c.source.startswith("derived") for c in told.courses)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"starts": "2020-13"}, 'write year and month, as in "2020-03"'),
        ({"starts": "March 2020"}, "is not a month"),
        ({"categories": {"visit": "ofice"}}, "no course is named ofice; choose among office"),
        ({"depth": 2.5}, "keep depth at most 2"),
        ({"depth": {"uniform": [0.5, 2.5]}}, "depth can be 2.5, and a course falls to 0.5"),
        ({"courses": [{"course": "office", "multipliers": "0.5 x", "source": SOURCE}]}, "is not a number"),
        ({"courses": [{"course": "office", "multipliers": [], "source": SOURCE}]}, "at least 1 item"),
        ({"probability": {"uniform": [0, 1]}}, "this figure cannot be uncertain"),
        (
            {"courses": [{"course": "office", "multipliers": [1.0], "source": SOURCE}] * 2},
            "courses named twice: office",
        ),
    ],
)
def test_what_is_refused(changed, said):
    with pytest.raises(ValidationError, match=said.replace("(", r"\(")):
        pandemic(**changed)


def test_figures_may_be_uncertain_within_their_bounds():
    told = pandemic(depth="triangular(0.5, 1, 1.8)", severity_sd={"lognormal": [0.07, 0.01]})
    assert isinstance(told.depth, Distribution)
    assert isinstance(told.severity_sd, Distribution)
