"""Combine: sum, product, greatest or least, within bounds."""

import pytest

from vbcsim.contract.book import Book
from vbcsim.contract.lines.combine import Combine

BOOK = Book.from_lines({"a": [[1.0], [4.0]], "b": [[3.0], [2.0]]}, [2023])


@pytest.mark.parametrize(
    ("how", "line"), [("sum", [4.0, 6.0]), ("product", [3.0, 8.0]), ("greatest", [3.0, 4.0]), ("least", [1.0, 2.0])]
)
def test_parts_become_one(how, line):
    assert Combine(how=how, of=("a", "b")).make(BOOK)[:, 0].tolist() == line


def test_the_result_has_a_floor_and_a_cap():
    assert Combine(how="sum", of=("a", -2.0), at_least=0.0, at_most="b").make(BOOK)[:, 0].tolist() == [0.0, 2.0]


def test_numbers_alone_make_a_line_of_the_book():
    assert Combine(how="greatest", of=(0.01, 0.02)).make(BOOK).tolist() == [[0.02]]
