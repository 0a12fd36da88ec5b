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
    assert Constant(usd=0.0).sentence() == "Stated in the contract: $0."
    dated = Constant(value={2020: 0.01, 2023: 0.02})
    assert dated.sentence() == "Stated in the contract: 0.01 from 2020 to 2022 and 0.02 from 2023 on."
    assert dated.sentence_in("rate") == "Stated in the contract: 1% from 2020 to 2022 and 2% from 2023 on."
    assert Constant(value=True).sentence() == "Stated in the contract: yes (1)."
    assert Constant(value=0.0).sentence_in("condition") == "Stated in the contract: no (0)."
