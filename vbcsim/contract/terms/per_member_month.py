"""Per member per month: a fee for each member-month, such as a care-coordination fee or a capitation."""

from __future__ import annotations

from typing import ClassVar

from vbcsim.contract.term import Amount, BookLike, Term
from vbcsim.contract.value import MonthsLine, UsdPmpmValue, phrase


class PerMemberMonth(Term):
    """Adds a rate for each month of a class of members; one clause for each class that is paid its own rate.

    Whether a fee counts in the total cost of care is said where cost is: ``difference: {of: benchmark,
    less: [expenditure, care_fee]}`` counts the provision ``care_fee``.
    """

    formula: ClassVar[str] = "a + rate_pmpm x months"
    reference: ClassVar[str] = "Enhancing Oncology Model: monthly enhanced oncology services payment"

    rate_pmpm: UsdPmpmValue
    """Rate [USD per member per month]."""
    months: MonthsLine = "member_months"
    """Line of the months that are paid for."""

    def apply(self, amount: Amount, book: BookLike) -> Amount:
        """The amount with the fee added [USD]."""
        return amount + book.value(self.rate_pmpm) * book[self.months]

    def sentence(self) -> str:
        """In plain words."""
        return f"Pay {phrase(self.rate_pmpm, 'usd_pmpm')} for each of the {self.months}."
