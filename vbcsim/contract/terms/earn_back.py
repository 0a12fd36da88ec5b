"""Earn-back: the part of a withhold that comes back, by quality or for staying in."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vbcsim.contract.term import Amount, BookLike, Term
from vbcsim.contract.value import NonNegativeValue, UsdLine, phrase


class EarnBack(Term):
    """Adds what is earned of an amount withheld; never more than was withheld, never less than nothing."""

    formula: ClassVar[str] = "a + min(max(earned, 0), 1) x of"
    reference: ClassVar[str] = "ACO REACH quality withhold; Medicaid managed care withholds, 42 CFR 438.6(b)(3)"

    of: UsdLine = "withhold"
    """Line withheld, usually the provision of that name [USD]."""
    earned: NonNegativeValue
    """Part earned: a quality score, a ladder by a score, or a line of 1 (stayed) and 0 (left) [share]."""

    def apply(self, amount: Amount, book: BookLike) -> Amount:
        """The amount with what is earned back added [USD]."""
        earned = np.minimum(np.maximum(book.value(self.earned), 0.0), 1.0)
        return amount + earned * np.maximum(book[self.of], 0.0)

    def sentence(self) -> str:
        """In plain words."""
        return (
            f"Give back the part of the {self.of} that was earned, at most all of it: {phrase(self.earned, 'number')}."
        )
