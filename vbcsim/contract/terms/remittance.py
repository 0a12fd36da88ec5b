"""Remittance: what a plan gives back when too little of the premium went to care."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vbcsim.contract.term import Amount, BookLike, Term
from vbcsim.contract.value import FractionValue, ShareLine, UsdLine, phrase


class Remittance(Term):
    """Adds the shortfall of a loss ratio below its floor, times premium; credibility is part of the ratio's line."""

    formula: ClassVar[str] = "a + max(floor - ratio, 0) x of"
    reference: ClassVar[str] = "42 CFR 422.2410, 438.8(j); 45 CFR 158.240"
    decides: ClassVar[bool] = True

    ratio: ShareLine = "loss_ratio"
    """Line of the loss ratio, credibility included [share]."""
    of: UsdLine = "premium"
    """Line that the shortfall is a share of [USD]."""
    floor: FractionValue
    """Least loss ratio [share]."""

    def apply(self, amount: Amount, book: BookLike) -> Amount:
        """The amount with the remittance added [USD]."""
        return amount + np.maximum(book.value(self.floor) - book[self.ratio], 0.0) * book[self.of]

    def sentence(self) -> str:
        """In plain words."""
        return f"Give back what the {self.ratio} falls short of {phrase(self.floor)}, times the {self.of}."
