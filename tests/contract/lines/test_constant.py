"""Constant: one number for every draw."""

from vbcsim.contract.book import Book
from vbcsim.contract.lines.constant import Constant

BOOK = Book.from_lines({"lives": 1.0}, [2023, 2024])


def test_one_number_or_one_by_year():
    assert Constant(value=0.5).make(BOOK).tolist() == [[0.5, 0.5]]
    assert Constant(usd={2020: 10.0, 2024: 20.0}).make(BOOK).tolist() == [[10.0, 20.0]]


def test_true_is_one():
    assert Constant(value=True).make(BOOK).tolist() == [[1.0, 1.0]]
    assert Constant(value=False).make(BOOK).tolist() == [[0.0, 0.0]]


def test_it_says_its_number():
    assert Constant(usd=0.0).sentence() == "$0 where nothing else is given."
    assert Constant(value={2020: 1.0, 2023: 2.0}).sentence() == "1 from 2020, 2 from 2023 where nothing else is given."
