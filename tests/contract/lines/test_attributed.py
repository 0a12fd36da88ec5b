"""Attributed members: months and years of some strata."""

import numpy as np
import pytest

from vbcsim.contract.book import Book
from vbcsim.contract.lines.attributed import Attributed
from vbcsim.core.errors import BadInput


def test_months_of_a_class_of_members(toy):
    book = Book.from_experience(toy.ds)
    np.testing.assert_allclose(Attributed(strata=("aged",)).make(book), [[432.0, 432.0]])
    np.testing.assert_allclose(Attributed().make(book), book["member_months"])


def test_half_a_year_of_those_who_stay(toy):
    book = Book.from_experience(toy.ds)
    maker = Attributed(months=6, kept={2023: 1.0, 2024: 0.9})
    np.testing.assert_allclose(maker.make(book), [[408.0, 367.2]])
    np.testing.assert_allclose(Attributed(counted="person_years").make(book), [[68.0, 68.0]])


def test_an_unknown_stratum_is_answered_with_the_nearest(toy):
    with pytest.raises(BadInput, match='no stratum age; did you mean "aged"'):
        Attributed(strata=("age",)).make(Book.from_experience(toy.ds))
