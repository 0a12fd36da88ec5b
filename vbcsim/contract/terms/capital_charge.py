"""Capital charge: the cost of the capital that regulation or prudence asks for."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from vbcsim.contract.term import Amount, BookLike, Term
from vbcsim.contract.value import FractionValue, UsdLine, UsdValue, phrase


class CapitalCharge(Term):
    """Adds the cost of capital on a multiple of risk-based capital after covariance; underwriting risk follows cost.

    It is a shape of the health formula for one contract, not a company's filing: other risks are given in dollars.
    """

    formula: ClassVar[str] = "a + cost_rate x level x 1.03 x (h0 + sqrt(h1^2 + (rate x of)^2 + h3^2 + h4^2))"
    reference: ClassVar[str] = "NAIC health risk-based capital: SOA Health Watch, December 2021"

    of: UsdLine = "expenditure"
    """Line that underwriting risk is a share of [USD]."""
    rate: FractionValue
    """Underwriting risk [share of the line]."""
    h0_usd: UsdValue = 0.0
    """Affiliates and off-balance-sheet risk [USD]."""
    h1_usd: UsdValue = 0.0
    """Asset risk [USD]."""
    h3_usd: UsdValue = 0.0
    """Credit risk [USD]."""
    h4_usd: UsdValue = 0.0
    """Business risk [USD]."""
    level: Annotated[float, Field(gt=0.0, le=20.0)] = 1.0
    """Capital kept, as a multiple of the result of the formula [number]."""
    cost_rate: FractionValue
    """Yearly cost of capital [share]."""

    _OPERATIONAL: ClassVar[float] = 1.03
    """Load of the formula for operational risk."""

    def apply(self, amount: Amount, book: BookLike) -> Amount:
        """The amount with the charge added [USD]."""
        return amount + book.value(self.cost_rate) * self.level * self.required_usd(book)

    def kept_usd(self, book: BookLike) -> Amount:
        """The capital that is kept [USD]."""
        kept: Amount = self.level * self.required_usd(book)
        return kept

    def required_usd(self, book: BookLike) -> Amount:
        """The result of the formula [USD]."""
        risks = [
            book.value(self.rate) * book[self.of],
            *(book.value(h) for h in (self.h1_usd, self.h3_usd, self.h4_usd)),
        ]
        together = np.sqrt(sum(risk * risk for risk in risks))
        required: Amount = self._OPERATIONAL * (book.value(self.h0_usd) + together)
        return required

    def sentence(self) -> str:
        """In plain words."""
        times = "" if self.level == 1.0 else f"{self.level:g} times "
        return (
            f"Pay {phrase(self.cost_rate)} a year on {times}the risk-based capital, with underwriting "
            f"risk of {phrase(self.rate)} of the {self.of}."
        )
