"""Prorate: a full year's amount cut to the months that the contract was in force."""

from __future__ import annotations

from typing import ClassVar

from vbcsim.contract.term import Amount, BookLike, Term
from vbcsim.contract.value import FractionValue, phrase


class Prorate(Term):
    """Multiplies the amount of a twelve-month year by the part of the year that counts."""

    formula: ClassVar[str] = "part x a"
    reference: ClassVar[str] = "42 CFR 425.609(b): six-month performance periods of 2019"

    part: FractionValue
    """Part of the year: 0.5 for six months; ``{2019: 0.5, 2020: 1}`` where one year is short [share of the year]."""

    def apply(self, amount: Amount, book: BookLike) -> Amount:
        """The amount for the part of the year [USD]."""
        return amount * book.value(self.part)

    def sentence(self) -> str:
        """In plain words."""
        return f"Take {phrase(self.part)} of the year's amount, for the months in force."
