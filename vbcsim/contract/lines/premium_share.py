"""Premium share: the fund of a full-risk contract, a part of premium less what is carved out."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import BeforeValidator

from vbcsim.contract.book import Book
from vbcsim.contract.line import LineMaker
from vbcsim.contract.term import Amount
from vbcsim.contract.value import FractionValue, UsdLine, as_tuple, phrase


class PremiumShare(LineMaker):
    """A share of premium, less lines that stay with the payer (carve-outs, charges): a benchmark set by premium."""

    formula: ClassVar[str] = "rate x of - sum(less)"
    reference: ClassVar[str] = "percent-of-premium contracts; 42 CFR 422.208 on physician risk"
    unit: ClassVar[str] = "usd"

    of: UsdLine = "premium"
    """Line of premium [USD]."""
    rate: FractionValue
    """Share of premium that funds the group."""
    less: Annotated[tuple[UsdLine, ...], BeforeValidator(as_tuple)] = ()
    """Lines that are taken off [USD]."""

    def make(self, book: Book) -> Amount:
        """The fund by draw and year [USD]."""
        fund = book.value(self.rate) * book[self.of]
        for line in self.less:
            fund = fund - book[line]
        return fund

    def sentence(self) -> str:
        """In plain words."""
        return f"{phrase(self.rate)} of the {self.of}{''.join(f', less the {line}' for line in self.less)}."
