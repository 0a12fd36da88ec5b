"""A bound: a share of a line or dollars."""

import pytest
from pydantic import ValidationError

from vbcsim.contract.book import Book
from vbcsim.contract.bound import Bound

BOOK = Book.from_lines({"revenue": [[500.0]], "cap": [[7.0]]}, [2024])


def test_a_bound_is_a_share_of_a_line_or_dollars():
    assert Bound(share=0.1, of="revenue").amount(BOOK).tolist() == [[50.0]]
    assert Bound(share=0.1, of="revenue").amount(BOOK, -1.0).tolist() == [[-50.0]]
    assert Bound(usd=20.0).amount(BOOK, -1.0) == -20.0
    assert Bound(usd="cap").amount(BOOK).tolist() == [[7.0]]


@pytest.mark.parametrize("body", [{"share": 0.1}, {"of": "revenue"}, {"share": 0.1, "of": "revenue", "usd": 5}, {}])
def test_it_is_one_of_the_two(body):
    with pytest.raises(ValidationError, match="an amount here is either"):
        Bound(**body)


def test_only_a_plain_number_can_be_compared_before_anything_is_known():
    assert Bound(share=0.1, of="revenue").plain() == {"revenue": 0.1}
    assert Bound(usd=5).plain() == {"usd": 5.0}
    assert Bound(usd="cap").plain() == {}
    assert Bound(usd={2024: 5}).plain() == {}


def test_it_is_said_in_words():
    assert Bound(share=0.1, of="revenue").words() == "10% of the revenue"
    assert Bound(usd=5000).words() == "$5,000"
