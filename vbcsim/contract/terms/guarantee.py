"""Guarantee: the least that the payee receives."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vbcsim.contract.bound import Bound
from vbcsim.contract.term import Amount, BookLike, Term


class Guarantee(Bound, Term):
    """Raises the amount to a share of a line or to dollars."""

    formula: ClassVar[str] = "max(a, share x of) or max(a, usd)"
    reference: ClassVar[str] = "guaranteed minimum payments; minimum premiums of loss-rated reinsurance"
    decides: ClassVar[bool] = True

    def apply(self, amount: Amount, book: BookLike) -> Amount:
        """The amount, at least the guarantee [USD]."""
        return np.maximum(amount, self.amount(book))

    def least(self) -> dict[str, float]:
        """The guarantee, where it is a plain number."""
        return self.plain()

    def sentence(self) -> str:
        """In plain words."""
        return f"Pay at least {self.words()}."
