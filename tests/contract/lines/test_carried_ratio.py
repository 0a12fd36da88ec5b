"""Carried ratio: what lies beyond a sliding scale counts in the next year."""

import numpy as np
import pytest
from pydantic import ValidationError

from vbcsim.contract.book import Book
from vbcsim.contract.lines.carried_ratio import CarriedRatio


def ratios(maker, cost, premium=100.0):
    book = Book.from_lines({"expenditure": [cost], "premium": premium}, range(2024, 2024 + len(cost)))
    return np.round(np.broadcast_to(maker.make(book), (1, len(cost))), 9)[0].tolist()


def test_a_deficit_is_carried_until_it_is_made_up():
    maker = CarriedRatio(above=0.65)
    assert ratios(maker, [80.0, 60.0, 60.0, 60.0]) == [0.8, 0.75, 0.7, 0.65]


def test_a_credit_lowers_the_next_ratio():
    assert ratios(CarriedRatio(below=0.35, above=0.65), [25.0, 50.0, 70.0, 50.0]) == [0.25, 0.4, 0.7, 0.55]


def test_part_of_it_may_be_carried():
    assert ratios(CarriedRatio(above=0.65, carried=0.5), [85.0, 50.0]) == [0.85, 0.6]


def test_something_must_be_carried():
    with pytest.raises(ValidationError, match="use ratio"):
        CarriedRatio()


def test_in_words():
    assert CarriedRatio(above=0.65, below=0.35).sentence() == (
        "The expenditure over the premium, with what lay above 65% or below 35% carried to the next year."
    )
