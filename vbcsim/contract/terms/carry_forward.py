"""Carry-forward: losses that are not collected but set against the savings of later years."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

import numpy as np
from pydantic import Field

from vbcsim.contract.term import Amount, BookLike, Term
from vbcsim.contract.value import FractionValue, RateValue, phrase
from vbcsim.core.units import Year


class CarryForward(Term):
    """Pays only what is left of savings after the deficit of earlier years; a loss adds to the deficit.

    In the year ``settle`` the deficit is collected as far as ``collected`` says, and forgiven for the rest.
    """

    formula: ClassVar[str] = (
        "max(b_t, 0), b_t = a_t + (1 + interest) x min(b_(t-1), 0); in `settle` + collected x min(b_t, 0)"
    )
    reference: ClassVar[str] = "profit commissions with deficit carry-forward; multi-year risk contracts"
    decides: ClassVar[bool] = True

    carried: FractionValue = 1.0
    """Part of each year's deficit that is carried [share]."""
    interest: RateValue = 0.0
    """Yearly growth of the deficit [rate]."""
    settle: Year | None = None
    """Year in which what is left of the deficit is collected; never where left out."""
    collected: Annotated[float, Field(ge=0.0, le=1.0)] = 1.0
    """Part of it that is collected then [share]."""

    def apply(self, amount: Amount, book: BookLike) -> Amount:
        """What is paid each year [USD]."""
        carried = book.value(self.carried) * np.ones(len(book.years))
        interest = book.value(self.interest) * np.ones(len(book.years))
        amount = amount + 0.0 * (carried + interest)  # as many draws as the figures have
        deficit: Any = 0.0
        paid = []
        for k, year in enumerate(book.years):
            balance = amount[..., k] + deficit * (1.0 + interest[..., k])
            left = np.minimum(balance, 0.0)
            now = np.maximum(balance, 0.0)
            paid.append(now + self.collected * left if year == self.settle else now)
            deficit = 0.0 * left if year == self.settle else left * carried[..., k]
        return np.stack(paid, axis=-1)

    def sentence(self) -> str:
        """In plain words."""
        grows = "" if self.interest == 0.0 else f", growing {phrase(self.interest)} a year"
        end = "" if self.settle is None else f" In {self.settle} collect {phrase(self.collected)} of what is left."
        return (
            f"Set {phrase(self.carried)} of losses against savings of later years{grows}; pay only what remains.{end}"
        )
