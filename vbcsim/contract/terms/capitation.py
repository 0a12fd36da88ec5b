"""Capitation: a payment in advance for services, less what is carved out and the claims that it replaces."""

from __future__ import annotations

from typing import Annotated, ClassVar, Self

from pydantic import BeforeValidator, model_validator

from vbcsim.contract.term import Amount, BookLike, Term
from vbcsim.contract.value import FractionValue, MonthsLine, UsdLine, UsdPmpmValue, as_tuple, phrase

Lines = Annotated[tuple[UsdLine, ...], BeforeValidator(as_tuple)]


class Capitation(Term):
    """Adds a rate for each member-month, a share of premium, or both; takes off carve-outs and recouped claims."""

    formula: ClassVar[str] = "a + rate_pmpm x months + rate x premium - sum(carve_outs) - sum(claims)"
    reference: ClassVar[str] = "percent-of-premium and primary-care capitation; ACO REACH capitation payments"

    rate_pmpm: UsdPmpmValue = 0.0
    """Rate [USD per member per month]."""
    months: MonthsLine = "member_months"
    """Line of the months that are paid for."""
    rate: FractionValue = 0.0
    """Share of premium."""
    premium: UsdLine = "premium"
    """Line of premium [USD]."""
    carve_outs: Lines = ()
    """Lines that stay with the payer [USD]."""
    claims: Lines = ()
    """Lines of fee-for-service claims that the capitation replaces and the payer recoups [USD]."""

    @model_validator(mode="after")
    def _pays_something(self) -> Self:
        if self.rate_pmpm == 0.0 and self.rate == 0.0:
            raise ValueError("a capitation needs rate_pmpm, rate (of premium), or both")
        return self

    def lines(self) -> tuple[str, ...]:
        """The lines that its parameters need: months only for a rate a month, premium only for a share of it."""
        unused = [name for name, rate in (("months", self.rate_pmpm), ("premium", self.rate)) if rate == 0.0]
        return self.line_names_but(*unused)

    def apply(self, amount: Amount, book: BookLike) -> Amount:
        """The amount with the capitation net of what it replaces [USD]."""
        if self.rate_pmpm != 0.0:
            amount = amount + book.value(self.rate_pmpm) * book[self.months]
        if self.rate != 0.0:
            amount = amount + book.value(self.rate) * book[self.premium]
        for line in (*self.carve_outs, *self.claims):
            amount = amount - book[line]
        return amount

    def sentence(self) -> str:
        """In plain words."""
        paid = [f"{phrase(self.rate_pmpm, 'usd_pmpm')}"] if self.rate_pmpm != 0.0 else []
        paid += [f"{phrase(self.rate)} of the {self.premium}"] if self.rate != 0.0 else []
        out = f", less {', '.join(self.carve_outs)} carved out" if self.carve_outs else ""
        back = f", less the claims {', '.join(self.claims)} that it replaces" if self.claims else ""
        return f"Pay a capitation of {' and '.join(paid)}{out}{back}."
