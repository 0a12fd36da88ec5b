"""Fixed payment: dollars that do not depend on anything, such as an advance or a grant."""

from __future__ import annotations

from typing import ClassVar

from vbcsim.contract.term import Amount, BookLike, Term
from vbcsim.contract.value import UsdValue, phrase


class Fixed(Term):
    """Adds dollars, by year where they differ; a single payment is ``{2024: 250000, 2025: 0}``."""

    formula: ClassVar[str] = "a + usd"
    reference: ClassVar[str] = "42 CFR 425.630: advance investment payments"

    usd: UsdValue
    """Dollars of each year, from each year named on [USD a year]."""

    def apply(self, amount: Amount, book: BookLike) -> Amount:
        """The amount with the payment added [USD]."""
        return amount + book.value(self.usd)

    def sentence(self) -> str:
        """In plain words."""
        return f"Pay {phrase(self.usd, 'usd')}."
