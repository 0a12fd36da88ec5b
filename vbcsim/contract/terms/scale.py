"""Scale: an amount times a multiplier, such as a quality score or a ladder of quality scores."""

from __future__ import annotations

from typing import ClassVar

from vbcsim.contract.term import Amount, BookLike, Side, Term, times
from vbcsim.contract.value import NonNegativeValue, phrase


class Scale(Term):
    """Multiplies the amount on one side by a number, a line, or a table by a line (a quality ladder)."""

    formula: ClassVar[str] = "by x a on the side named, a on the other"
    reference: ClassVar[str] = "42 CFR 425.502(e) to 2020: sharing rate times quality score"

    by: NonNegativeValue
    """Multiplier [number]."""
    side: Side = "both"
    """Which amounts are multiplied."""

    def apply(self, amount: Amount, book: BookLike) -> Amount:
        """The amount multiplied on its side [USD]."""
        return times(amount, book.value(self.by), self.side)

    def sentence(self) -> str:
        """In plain words."""
        what = "the amount" if self.side == "both" else self.side
        return f"Multiply {what} by {phrase(self.by, 'number')}."
