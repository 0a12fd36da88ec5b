"""Discounted line: what the payer keeps of a benchmark before anything is shared."""

from __future__ import annotations

from typing import ClassVar

from vbcsim.contract.book import Book
from vbcsim.contract.line import LineMaker
from vbcsim.contract.term import Amount
from vbcsim.contract.value import FractionValue, Line, phrase


class Discounted(LineMaker):
    """A line less a discount: a benchmark after the payer's discount is a target price."""

    formula: ClassVar[str] = "of x (1 - rate)"
    reference: ClassVar[str] = "ACO REACH Global discount; Enhancing Oncology Model; 42 CFR 512 subpart E"
    unit: ClassVar[str] = "same"

    of: Line
    """Line that is discounted."""
    rate: FractionValue
    """Discount [share of the line]."""

    def make(self, book: Book) -> Amount:
        """The line after the discount, in its own unit."""
        return book[self.of] * (1.0 - book.value(self.rate))

    def sentence(self) -> str:
        """In plain words."""
        return f"The {self.of} less a discount of {phrase(self.rate)}."
