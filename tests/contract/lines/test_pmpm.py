"""Dollars from a rate a month, growing and risk adjusted."""

import numpy as np

from vbcsim.contract.book import Book
from vbcsim.contract.lines.pmpm import Pmpm

BOOK = Book.from_lines({"member_months": 100.0, "risk_factor": [[1.0, 1.1], [0.9, 1.0]]}, [2024, 2025])


def test_the_rate_grows_after_the_first_year():
    np.testing.assert_allclose(Pmpm(rate_pmpm=10.0, growth=0.05).make(BOOK), [[1000.0, 1050.0]])


def test_each_year_grows_by_its_own_rate():
    np.testing.assert_allclose(Pmpm(rate_pmpm=10.0, growth={2024: 0.5, 2025: 0.1}).make(BOOK), [[1000.0, 1100.0]])


def test_a_factor_follows_the_draw():
    np.testing.assert_allclose(
        Pmpm(rate_pmpm=10.0, factor="risk_factor").make(BOOK), [[1000.0, 1100.0], [900.0, 1000.0]]
    )
