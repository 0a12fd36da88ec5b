"""Portion: a rate of a line, such as a withhold, a percent of premium, or a bonus pool."""

from __future__ import annotations

from typing import ClassVar

from vbcsim.contract.term import Amount, BookLike, Term
from vbcsim.contract.value import FractionValue, UsdLine, phrase_of


class Portion(Term):
    """Adds a share of a line of dollars.

    A withhold is a portion of the benchmark that the provider pays; what is earned back of it is ``earn_back``.
    """

    formula: ClassVar[str] = "a + rate x of"
    reference: ClassVar[str] = "ACO REACH quality and retention withholds; percent-of-premium contracts"

    of: UsdLine
    """Line that the rate is a share of [USD]."""
    rate: FractionValue
    """Share of the line."""

    def apply(self, amount: Amount, book: BookLike) -> Amount:
        """The amount with the portion added [USD]."""
        return amount + book.value(self.rate) * book[self.of]

    def sentence(self) -> str:
        """In plain words."""
        return f"Pay {phrase_of(self.rate, self.of)}."
