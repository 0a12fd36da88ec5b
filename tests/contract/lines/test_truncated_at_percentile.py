"""Truncation at a percentile of the group's own members: exact against members one by one."""

import numpy as np
import pytest

from vbcsim.contract.book import Book
from vbcsim.contract.lines.truncated_at_percentile import TruncatedAtPercentile
from vbcsim.core.errors import BadInput


def test_the_costliest_count_like_the_next(toy):
    line = TruncatedAtPercentile(percentile=0.9).make(Book.from_experience(toy.ds))
    total = np.zeros((5, 2))
    for s, people in enumerate((36.0, 32.0)):
        k = int(np.ceil(0.1 * people))
        cost = np.sort(toy.member_usd[:, 3:, s], axis=-1)[..., ::-1]
        total += np.minimum(cost, cost[..., [k - 1]]).sum(axis=-1)
    np.testing.assert_allclose(line, total, rtol=1e-12)


def test_a_percentile_of_less_than_one_member_cuts_nothing(toy):
    book = Book.from_experience(toy.ds)
    np.testing.assert_array_equal(TruncatedAtPercentile(percentile=0.99).make(book), book["expenditure"])


def test_a_percentile_below_the_claimant_floor_is_refused(toy):
    with pytest.raises(BadInput, match=r"the 55% percentile of aged is below the large-claimant floor of \$20,000"):
        TruncatedAtPercentile(percentile=0.55).make(Book.from_experience(toy.ds))
