"""Improvement: since the year before or since the start."""

import numpy as np

from vbcsim.contract.book import Book
from vbcsim.contract.lines.improvement import Improvement

BOOK = Book.from_lines({"gap": [[0.10, 0.08, 0.09]], "rate": [[0.70, 0.74, 0.72]]}, [2023, 2024, 2025])


def test_a_gap_closes_against_the_year_before():
    line = Improvement(of="gap", start=0.11, lower_is_better=True).make(BOOK)
    np.testing.assert_allclose(line, [[0.01, 0.02, -0.01]], atol=1e-12)


def test_a_rate_rises_against_the_start():
    np.testing.assert_allclose(Improvement(of="rate", start=0.68, since="start").make(BOOK), [[0.02, 0.06, 0.04]])


def test_without_a_start_the_first_year_is_the_start():
    np.testing.assert_allclose(Improvement(of="rate").make(BOOK), [[0.0, 0.04, -0.02]])
    np.testing.assert_allclose(Improvement(of="rate", since="start").make(BOOK), [[0.0, 0.04, 0.02]])
