"""Prospective trend: what was announced, within a guardrail of what came."""

import numpy as np

from vbcsim.contract.book import Book
from vbcsim.contract.lines.prospective_trend import ProspectiveTrend

BOOK = Book.from_lines(
    {"prospective_index": [[1.04, 1.08]], "national_index": [[1.03, 1.20], [1.10, 1.00]]}, [2023, 2024]
)


def test_announced_growth_stands_where_there_is_no_guardrail():
    assert ProspectiveTrend().make(BOOK).tolist() == [[1.04, 1.08]]


def test_announced_rates_compound_from_the_first_year():
    np.testing.assert_allclose(ProspectiveTrend(rates={2023: 0.05, 2024: 0.02}).make(BOOK), [[1.05, 1.05 * 1.02]])


def test_a_guardrail_holds_growth_near_what_the_market_did():
    line = ProspectiveTrend(guardrail=0.05).make(BOOK)
    np.testing.assert_allclose(line, [[1.04, 1.20 * 0.95], [1.10 * 0.95, 1.05]])


def test_only_the_lines_that_are_needed_are_read():
    assert ProspectiveTrend().lines() == ("prospective_index",)
    assert ProspectiveTrend(rates=0.04).lines() == ()
    assert ProspectiveTrend(rates=0.04, guardrail=0.05).lines() == ("national_index",)
