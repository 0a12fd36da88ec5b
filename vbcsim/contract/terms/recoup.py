"""Recoup: an advance paid back out of what is earned, year after year, until it is paid."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from vbcsim.contract.term import Amount, BookLike, Term
from vbcsim.contract.value import UsdLine, UsdValue, phrase


class Recoup(Term):
    """Adds, each year, the lesser of the balance of advances and what was earned; the rest is carried to the next year.

    The provision that recoups pays from the group to the payer and reads the provision that earns.
    """

    formula: ClassVar[str] = (
        "a + r_t, r_t = min(balance_t, max(of_t, 0)), balance_t = balance_(t-1) - r_(t-1) + advanced_t"
    )
    reference: ClassVar[str] = "42 CFR 425.630(g): recoupment of advance investment payments"
    decides: ClassVar[bool] = True

    of: UsdLine
    """Line that advances are recouped from, usually a provision [USD]."""
    advanced: UsdValue
    """Advances of each year: a line, usually a provision, or ``{2024: 250000, 2025: 0}`` [USD a year]."""

    def apply(self, amount: Amount, book: BookLike) -> Amount:
        """The amount with what is recouped added [USD]."""
        earned = np.maximum(book[self.of], 0.0)
        advanced = book.value(self.advanced) + 0.0 * earned
        balance: Any = 0.0
        recouped = []
        for year in range(len(book.years)):
            balance = balance + advanced[..., year]
            now = np.minimum(balance, earned[..., year])
            balance = balance - now
            recouped.append(now)
        return amount + np.stack(recouped, axis=-1)

    def sentence(self) -> str:
        """In plain words."""
        return f"Recoup advances ({phrase(self.advanced, 'usd')}) from the {self.of} until they are paid back."
