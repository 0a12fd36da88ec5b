"""Block: years that are settled together, so that a later loss takes back what an earlier profit paid."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

import numpy as np
from pydantic import Field

from vbcsim.contract.term import Amount, BookLike, Term


class Block(Term):
    """Pays each year what the sum of the block's years so far makes due, less what was paid before.

    Both deficits and credits are carried within the block; nothing is carried into the next one. ``carry_forward``
    carries deficits only, and never takes back.
    """

    formula: ClassVar[str] = "d_t - d_(t-1), d_t = max(a_1 + ... + a_t, 0) over the years of the block"
    reference: ClassVar[str] = "profit commission on a block of years: Clark, Basics of Reinsurance Pricing (CAS 2014)"
    decides: ClassVar[bool] = True

    years: Annotated[int, Field(ge=1, le=20)] | None = None
    """Length of a block, from the first performance year on; all years where left out."""
    takes_back: bool = True
    """Whether a payment of an earlier year is returned where a later year loses; else only no more is paid."""

    def apply(self, amount: Amount, book: BookLike) -> Amount:
        """What is paid each year [USD]."""
        amount = amount + np.zeros(len(book.years))
        length = self.years or len(book.years)
        total: Any = 0.0
        before: Any = 0.0
        paid = []
        for k in range(len(book.years)):
            if k % length == 0:
                total, before = 0.0, 0.0
            total = total + amount[..., k]
            due = np.maximum(total, 0.0)
            due = due if self.takes_back else np.maximum(due, before)
            paid.append(due - before)
            before = due
        return np.stack(paid, axis=-1)

    def sentence(self) -> str:
        """In plain words."""
        span = "all years" if self.years is None else f"each {self.years} years"
        back = "" if self.takes_back else "; what was paid is never taken back"
        return f"Settle {span} together: pay what their sum so far makes due, less what was paid before{back}."
