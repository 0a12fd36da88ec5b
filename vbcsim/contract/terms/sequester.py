"""Sequester: the across-the-board cut of federal payments."""

from __future__ import annotations

from typing import ClassVar

from vbcsim.contract.term import Amount, BookLike, Side, Term, times
from vbcsim.contract.value import FractionValue, phrase


class Sequester(Term):
    """Takes a rate off what is paid, usually by year: 2% of savings, suspended in 2019 and 2020 results.

    Where it stands in the list is what it means: before a limit, the limit is not cut.
    """

    formula: ClassVar[str] = "(1 - rate) x a on the side named"
    reference: ClassVar[str] = "Budget Control Act of 2011; CARES Act sec. 3709"

    rate: FractionValue
    """Part taken off [share of the amount]."""
    side: Side = "savings"
    """Which amounts are cut."""

    def apply(self, amount: Amount, book: BookLike) -> Amount:
        """The amount after the cut [USD]."""
        return times(amount, 1.0 - book.value(self.rate), self.side)

    def sentence(self) -> str:
        """In plain words."""
        what = "the amount" if self.side == "both" else self.side
        return f"Reduce {what} by sequestration of {phrase(self.rate)}."
