"""Better: on how many measures a group is ahead."""

import pytest

from vbcsim.contract.book import Book
from vbcsim.contract.lines.better import Better

BOOK = Book.from_lines(
    {
        "screening": [[0.76], [0.70]],
        "pressure": [[0.75], [0.75]],
        "readmission": [[0.14], [0.16]],
        "market_screening": 0.74,
        "lead": 0.015,
    },
    [2023],
)
SCREENING = {"measure": "screening", "than": "market_screening"}
READMISSION = {"measure": "readmission", "than": 0.155, "lower_is_better": True}


def better(*measures, **said):
    return Better.model_validate({"measures": measures, **said})


def test_every_measure_ahead_of_its_reference_counts_one():
    found = better(SCREENING, {"measure": "pressure", "than": 0.75}, READMISSION).make(BOOK)
    assert found[:, 0].tolist() == [2.0, 0.0]


def test_level_with_the_reference_is_not_better_and_a_margin_asks_for_more():
    both = (SCREENING, {"measure": "pressure", "than": 0.74})
    assert better(*both).make(BOOK)[:, 0].tolist() == [2.0, 1.0]
    assert better(*both, margin="lead").make(BOOK)[:, 0].tolist() == [1.0, 0.0]


def test_the_reference_may_change_by_year():
    book = Book.from_lines({"screening": 0.75}, [2023, 2024])
    assert better({"measure": "screening", "than": {2023: 0.74, 2024: 0.76}}).make(book).tolist() == [[1.0, 0.0]]


@pytest.mark.parametrize("margin", [0.0, 0.2])
def test_a_group_and_its_mirror_image_share_the_measures_that_are_not_level(margin):
    mine = better(SCREENING, {"measure": "pressure", "than": 0.7}, margin=margin).make(BOOK)
    theirs = better(
        {**SCREENING, "lower_is_better": True},
        {"measure": "pressure", "than": 0.7, "lower_is_better": True},
        margin=margin,
    ).make(BOOK)
    assert (mine + theirs)[:, 0].tolist() == ([2.0, 2.0] if margin == 0.0 else [0.0, 0.0])


def test_it_says_what_it_counts():
    assert better({"measure": "screening", "than": 0.7}, READMISSION, margin=0.01).sentence() == (
        "On how many of these measures the group is ahead by more than 0.01: screening (against 0.7) and readmission "
        "(against 0.155, low is good)."
    )
