"""Excess: what exceeds the attachment point of each member, within a limit."""

import numpy as np
import pytest
from pydantic import ValidationError

from vbcsim.contract.book import Book
from vbcsim.contract.lines.excess import Excess
from vbcsim.contract.lines.truncated import Truncated


def test_excess_is_the_sum_over_members(toy):
    line = Excess(threshold_usd=25_000.0, limit_usd=10_000.0).make(Book.from_experience(toy.ds))
    by_hand = np.clip(toy.member_usd - 25_000.0, 0.0, 10_000.0).sum(axis=(2, 3))[:, 3:]
    np.testing.assert_allclose(line, by_hand, rtol=0, atol=1e-6)


def test_the_limit_grows_with_the_threshold(toy):
    line = Excess(threshold_usd=25_000.0, limit_usd=10_000.0, year=2023, growth=0.1).make(Book.from_experience(toy.ds))
    by_hand = np.clip(toy.member_usd - 27_500.0, 0.0, 11_000.0).sum(axis=(2, 3))[:, 4]
    np.testing.assert_allclose(line[:, 1], by_hand, rtol=0, atol=1e-6)


def test_truncated_and_excess_make_up_the_whole(toy):
    book = Book.from_experience(toy.ds)
    parts = Truncated(threshold_usd=25_000.0).make(book) + Excess(threshold_usd=25_000.0).make(book)
    np.testing.assert_allclose(parts, book["expenditure"], rtol=1e-12)


def test_a_limit_of_zero_is_refused():
    with pytest.raises(ValidationError, match="nothing could be paid"):
        Excess(threshold_usd=25_000.0, limit_usd=0.0)
