"""Relief: losses lessened for a disaster, in dollars or as a share."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vbcsim.contract.term import Amount, BookLike, Term, gain, loss
from vbcsim.contract.value import FractionValue, UsdValue, phrase


class Relief(Term):
    """Lessens what the payee owes, never below zero: first a share of the loss, then dollars."""

    formula: ClassVar[str] = "min((1 - share) x a + usd, 0) where a < 0, else a"
    reference: ClassVar[str] = "42 CFR 425.605(f): extreme and uncontrollable circumstances"
    decides: ClassVar[bool] = True

    share: FractionValue = 0.0
    """Part of the loss relieved, e.g. months affected x lives affected [share of the loss]."""
    usd: UsdValue = 0.0
    """Dollars of relief, usually a line given by the payer [USD a year]."""

    def apply(self, amount: Amount, book: BookLike) -> Amount:
        """The amount after relief [USD]."""
        owed = loss(amount) * (1.0 - book.value(self.share))
        if self.usd != 0.0:
            owed = np.minimum(owed + book.value(self.usd), 0.0)
        return gain(amount) + owed

    def sentence(self) -> str:
        """In plain words."""
        parts = [phrase(self.share)] if self.share != 0.0 else []
        parts += [phrase(self.usd, "usd")] if self.usd != 0.0 else []
        return (
            f"Lessen losses by {', then by '.join(parts)}, at most to zero." if parts else "Lessen losses by nothing."
        )
