"""Composite: rates in their good direction, brought together."""

import numpy as np

from vbcsim.contract.book import Book
from vbcsim.contract.lines.composite import Composite

LINES = {"pressure": [[0.70], [0.80]], "sugar": [[0.25], [0.15]], "people": [[300.0], [100.0]], "nobody": 0.0}
BOOK = Book.from_lines(LINES, [2024])


def made(*measures):
    return Composite.model_validate({"measures": measures}).make(BOOK)


def test_a_low_rate_that_is_good_is_taken_from_one():
    line = made({"measure": "pressure"}, {"measure": "sugar", "lower_is_better": True})
    np.testing.assert_allclose(line[:, 0], [(0.70 + 0.75) / 2, (0.80 + 0.85) / 2])


def test_denominators_as_weights_pool_the_rates():
    line = made({"measure": "pressure", "weight": "people"}, {"measure": "sugar", "weight": 100})
    np.testing.assert_allclose(line[:, 0], [(300 * 0.70 + 100 * 0.25) / 400, (0.80 + 0.15) / 2])


def test_nothing_has_weight():
    assert made({"measure": "pressure", "weight": "nobody"}).tolist() == [[0.0], [0.0]]


def test_it_reads_measures_and_weights_and_says_them():
    maker = Composite.model_validate(
        {"measures": [{"measure": "pressure", "weight": "people"}, {"measure": "sugar", "lower_is_better": True}]}
    )
    assert set(maker.lines()) == {"pressure", "people", "sugar"}
    assert maker.sentence() == "Weighted mean of pressure (weight the people) and one less sugar (weight 1)."
