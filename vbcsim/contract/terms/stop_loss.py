"""Stop-loss, specific: the part of each large claimant's cost that the reinsurer or payer bears, for a charge."""

from __future__ import annotations

from typing import ClassVar

from vbcsim.contract.term import Amount, BookLike, Term
from vbcsim.contract.value import FractionValue, MonthsLine, UsdLine, UsdPmpmValue, phrase


class StopLoss(Term):
    """Adds a share of a line of excess cost and takes off the charge.

    The line comes from ``excess: {attachment_usd: ..., limit_usd: ...}``, which sums over members what exceeds the
    attachment point; so the clause is exact for every attachment above the large-claimant floor.
    """

    formula: ClassVar[str] = "a + coinsurance x excess - charge_pmpm x months"
    reference: ClassVar[str] = "Klugman, Panjer, Willmot, Loss Models, ch. 8: policy limits and coinsurance"

    of: UsdLine = "excess"
    """Line of cost above the attachment point, within the limit [USD]."""
    coinsurance: FractionValue = 1.0
    """Share of the excess that is recovered."""
    charge_pmpm: UsdPmpmValue = 0.0
    """Charge [USD per member per month]."""
    months: MonthsLine = "member_months"
    """Line of the months that the charge is taken for."""

    def lines(self) -> tuple[str, ...]:
        """The lines that its parameters need: months only for a charge."""
        return self.line_names_but("months") if self.charge_pmpm == 0.0 else self.line_names

    def apply(self, amount: Amount, book: BookLike) -> Amount:
        """The amount with recoveries less the charge [USD]."""
        recovered = amount + book.value(self.coinsurance) * book[self.of]
        return recovered if self.charge_pmpm == 0.0 else recovered - book.value(self.charge_pmpm) * book[self.months]

    def sentence(self) -> str:
        """In plain words."""
        charge = "" if self.charge_pmpm == 0.0 else f", for {phrase(self.charge_pmpm, 'usd_pmpm')}"
        return f"Recover {phrase(self.coinsurance)} of the {self.of} of large claimants{charge}."
