"""Standard: one where the level is reached, zero where it is not."""

import pytest
from pydantic import ValidationError

from vbcsim.contract.book import Book
from vbcsim.contract.lines.standard import Standard


def line(maker, **lines):
    return maker.make(Book.from_lines({name: [[v] for v in values] for name, values in lines.items()}, [2023]))[
        :, 0
    ].tolist()


def test_reaching_the_level_meets_the_standard():
    assert line(Standard(on="quality_score", at_least=0.4), quality_score=[0.399, 0.4, 0.9]) == [0.0, 1.0, 1.0]


def test_enough_of_several_meet_it():
    maker = Standard(on=("a", "b"), at_least=1.0, needed=1)
    assert line(maker, a=[1.0, 0.0, 0.0], b=[0.0, 1.0, 0.0]) == [1.0, 1.0, 0.0]
    assert line(Standard(on=("a", "b"), at_least=1.0), a=[1.0, 1.0], b=[0.0, 1.0]) == [0.0, 1.0]


def test_the_level_may_change_by_year():
    maker = Standard(on="quality_score", at_least={2021: 0.3, 2024: 0.4})
    book = Book.from_lines({"quality_score": 0.35}, [2023, 2024])
    assert maker.make(book).tolist() == [[1.0, 0.0]]


def test_a_standard_that_could_never_be_met_is_refused():
    with pytest.raises(ValidationError, match="never be met"):
        Standard(on="a", at_least=1.0, needed=2)
