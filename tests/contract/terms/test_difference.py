"""Difference: benchmark less expenditure, and less fees that count as cost."""

import pytest
from pydantic import ValidationError

from vbcsim.contract.terms.difference import Difference


def test_a_benchmark_less_expenditure(after):
    term = Difference(of="benchmark", less="expenditure")
    assert after(term, [0.0, 0.0], benchmark=[100.0, 100.0], expenditure=[90.0, 130.0]) == [10.0, -30.0]


def test_fees_that_count_as_cost_are_taken_off_too(after):
    term = Difference(of="benchmark", less=("expenditure", "care_fee"))
    assert after(term, [0.0], benchmark=[100.0], expenditure=[90.0], care_fee=[4.0]) == [6.0]


def test_it_adds_to_what_is_there(after):
    assert after(Difference(of="premium"), [5.0], premium=[100.0]) == [105.0]


def test_it_reads_what_it_names():
    term = Difference(of="benchmark", less=("expenditure", "care_fee"))
    assert term.lines() == ("benchmark", "expenditure", "care_fee")


def test_a_name_that_is_no_line_is_refused():
    with pytest.raises(ValidationError, match="cannot name a line"):
        Difference(of="Bench mark")
