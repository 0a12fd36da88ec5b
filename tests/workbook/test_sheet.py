"""Pages become files: text stays text, numbers keep their bits, the same pages give the same bytes."""

from __future__ import annotations

import math

import pytest

from tests.workbook.calculator import Workbook
from vbcsim.core.errors import BadInput
from vbcsim.workbook.sheet import MOST_CHARACTERS, Cell, Page, column, write_pages

HOSTILE = [
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "http://a.b",
    '=HYPERLINK("http://a.b")',
    "007",
    "1e5",
]


def written(*cells, **more):
    return Workbook(write_pages([Page("A", [[cell] for cell in cells], [10], **more)], title="t"))


def test_text_never_becomes_anything_else():
    book = written(*(Cell(text) for text in HOSTILE))
    assert [book.values["A", f"A{k}"] for k in range(1, len(HOSTILE) + 1)] == HOSTILE
    assert not book.formulas
    assert not any("hyperlink" in name or b"<hyperlink" in part for name, part in book.parts.items())


def test_numbers_keep_every_bit():
    numbers = [0.1 + 0.2, 1234.5678901234567, 1e-300, -0.1, 9007199254740993.0, math.pi * 1e15]
    book = written(*map(Cell, numbers))
    assert [book.values["A", f"A{k}"] for k in range(1, len(numbers) + 1)] == numbers


def test_no_number_is_no_cell():
    assert written(Cell(math.nan), Cell(None), Cell("")).values == {}


def test_a_formula_carries_its_value():
    book = written(Cell(2.0), Cell(4.0, "", "A1*2"))
    assert book.values["A", "A2"] == book.cell("A", "A2") == 4.0


def test_the_same_bytes_again():
    pages = [Page("A", [[Cell("x", "title"), Cell(1.5)]], [10, 20], names={"one": "$B$1"}, spans=[(0, 0, 0)][:0])]
    assert write_pages(pages, title="t") == write_pages(pages, title="t")


def test_a_text_longer_than_a_cell_is_refused():
    with pytest.raises(BadInput, match=r"A!A1: a text of 32,768 characters; a cell holds 32,767: shorten it"):
        written(Cell("x" * (MOST_CHARACTERS + 1)))


def test_columns():
    assert [column(k) for k in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
