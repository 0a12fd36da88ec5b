"""Difference: what one line exceeds others by, the gross result that most contracts share."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import BeforeValidator

from vbcsim.contract.term import Amount, BookLike, Term
from vbcsim.contract.value import UsdLine, as_tuple
from vbcsim.contract.wording import joined


class Difference(Term):
    """Adds one line of dollars and takes others off: benchmark less expenditure, and less fees that count as cost."""

    formula: ClassVar[str] = "a + of - sum(less)"
    reference: ClassVar[str] = "42 CFR 425.605(b): updated benchmark less performance-year expenditures"

    of: UsdLine
    """Line taken in [USD]."""
    less: Annotated[tuple[UsdLine, ...], BeforeValidator(as_tuple)] = ()
    """Line or lines taken off [USD]."""

    def apply(self, amount: Amount, book: BookLike) -> Amount:
        """The amount with the difference added [USD]."""
        amount = amount + book[self.of]
        for line in self.less:
            amount = amount - book[line]
        return amount

    def sentence(self) -> str:
        """In plain words."""
        less = f" less {joined(f'the {line}' for line in self.less)}" if self.less else ""
        return f"Take the {self.of}{less}."
