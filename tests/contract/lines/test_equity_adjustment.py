"""Equity adjustment: signed dollars a month by stratum."""

import numpy as np
import pytest

from vbcsim.contract.book import Book
from vbcsim.contract.lines.equity_adjustment import EquityAdjustment
from vbcsim.core.errors import BadInput


def test_more_for_some_and_less_for_others(toy):
    book = Book.from_experience(toy.ds)
    maker = EquityAdjustment(rate_pmpm={"disabled": 30.0, "aged": -6.0})
    np.testing.assert_allclose(maker.make(book), [[30.0 * 384.0 - 6.0 * 432.0] * 2])
    np.testing.assert_allclose(EquityAdjustment(rate_pmpm={"aged": -6.0}).make(book), [[-6.0 * 432.0] * 2])


def test_an_unknown_stratum_is_refused(toy):
    with pytest.raises(BadInput, match="no stratum esrd"):
        EquityAdjustment(rate_pmpm={"esrd": 30.0}).make(Book.from_experience(toy.ds))
