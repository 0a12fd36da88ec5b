"""In force: a line replaced by another from a year on."""

import pytest

from vbcsim.contract.book import Book
from vbcsim.contract.lines.in_force import InForce
from vbcsim.core.errors import BadInput

BOOK = Book.from_lines({"old": [[1.0, 2.0, 3.0]], "new": [[10.0, 20.0, 30.0]]}, [2023, 2024, 2025])


def test_each_year_has_the_line_in_force():
    assert InForce(years={2020: "old", 2025: "new"}).make(BOOK).tolist() == [[1.0, 2.0, 30.0]]


def test_a_year_before_the_first_is_refused():
    with pytest.raises(BadInput, match="no line in force in 2023: the first is of 2024"):
        InForce(years={2024: "new"}).make(BOOK)
