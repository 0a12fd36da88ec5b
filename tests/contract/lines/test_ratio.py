"""Ratio: savings over the benchmark, cost over the market's."""

import pytest
from pydantic import ValidationError

from vbcsim.contract.book import Book
from vbcsim.contract.lines.ratio import Ratio

BOOK = Book.from_lines(
    {"benchmark": [[1000.0], [500.0]], "expenditure": [[900.0], [550.0]], "fee": 10.0, "none": 0.0}, [2023]
)


def test_a_savings_rate_is_what_is_left_of_the_benchmark_over_it():
    rate = Ratio(of="benchmark", less="expenditure", to="benchmark").make(BOOK)
    assert rate[:, 0].tolist() == pytest.approx([0.1, -0.1])


def test_several_lines_are_added_up_above_and_below():
    rate = Ratio(of=("benchmark", "fee"), less=("expenditure",), to=("benchmark", "fee")).make(BOOK)
    assert rate[:, 0].tolist() == pytest.approx([110 / 1010, -40 / 510])


def test_nothing_to_divide_by_gives_nought():
    assert Ratio(of="benchmark", to="none").make(BOOK)[:, 0].tolist() == [0.0, 0.0]


def test_a_line_taken_off_itself_is_refused():
    with pytest.raises(ValidationError, match="nothing would be left"):
        Ratio(of="benchmark", less="benchmark", to="fee")


def test_it_says_what_it_is():
    said = Ratio(of="benchmark", less="expenditure", to="benchmark").sentence()
    assert said == "The benchmark less expenditure, over the benchmark."
