"""Risk adjustment: growth within caps, coding taken out."""

import numpy as np

from vbcsim.contract.book import Book
from vbcsim.contract.lines.risk_adjustment import RiskAdjustment

BOOK = Book.from_lines({"risk_score": [[1.10], [1.01], [0.90]]}, [2024])


def test_growth_is_capped_up_and_down():
    np.testing.assert_allclose(RiskAdjustment(against=1.0, up=0.03, down=0.03).make(BOOK)[:, 0], [1.03, 1.01, 0.97])


def test_coding_growth_is_taken_out_after_the_cap():
    maker = RiskAdjustment(against=1.0, up=0.03, coding_factor={2020: 1.0, 2024: 0.99})
    np.testing.assert_allclose(maker.make(BOOK)[:, 0], [1.03 * 0.99, 1.01 * 0.99, 0.9 * 0.99])


def test_the_reference_is_the_groups_own_last_base_year(toy):
    book = Book.from_experience(toy.ds)
    weights = np.array([36.0, 32.0])
    base = (toy.ds["risk_score"].sel(year=2022).values * weights).sum(axis=-1, keepdims=True) / 68.0
    np.testing.assert_allclose(RiskAdjustment().make(book), book["risk_score"] / base)
