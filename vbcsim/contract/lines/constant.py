"""Constant: a line that is the same in every draw, by year or for all years; the default of an input."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from vbcsim.contract.book import Book
from vbcsim.contract.line import LineMaker
from vbcsim.contract.term import Amount
from vbcsim.contract.wording import by_year_words, number_words

_YES = {1.0: "yes (1)", 0.0: "no (0)"}


class Constant(LineMaker):
    """One number, or one by year; a line of the same name that is given to the book stands before it."""

    formula: ClassVar[str] = "value or usd"
    reference: ClassVar[str] = "the contract's own figures"
    unit: ClassVar[str] = "same"

    value: Annotated[float, Field(ge=-1e13, le=1e13)] | dict[int, float] | bool | None = None
    """The number, in the unit that the clauses reading it expect; true is 1 and false 0."""
    usd: Annotated[float, Field(ge=-1e13, le=1e13)] | dict[int, float] | None = None
    """The number where it is dollars [USD a year]."""

    def make(self, book: Book) -> Amount:
        """The line, (1, year)."""
        given = self.usd if self.usd is not None else self.value if self.value is not None else 0.0
        return np.broadcast_to(book.value(given), (1, len(book.years)))

    def sentence(self) -> str:
        """In plain words."""
        return self.sentence_in("usd" if self.usd is not None else "number")

    def sentence_in(self, unit: str) -> str:
        """In plain words, the number in the unit of those who read it; 1 and 0 of a condition are yes and no."""
        given = self.usd if self.usd is not None else self.value
        figures = {
            int(year): float(number)
            for year, number in (given if isinstance(given, dict) else {0: given or 0.0}).items()
        }
        switch = unit == "condition" or isinstance(self.value, bool)
        said = {
            year: _YES[number] if switch and number in _YES else number_words(number, unit)
            for year, number in figures.items()
        }
        return f"Stated in the contract: {by_year_words(said)}."
