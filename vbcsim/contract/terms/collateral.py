"""Collateral: what it costs to keep the security that a contract asks for."""

from __future__ import annotations

from functools import reduce
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import BeforeValidator, Field

from vbcsim.contract.bound import Bound
from vbcsim.contract.term import Amount, BookLike, Term
from vbcsim.contract.value import FractionValue, as_tuple, phrase


class Collateral(Term):
    """Adds the yearly cost of a letter of credit, escrow or bond: a rate of what is secured, the lesser of parts."""

    formula: ClassVar[str] = "a + cost_rate x min over parts of share x of"
    reference: ClassVar[str] = "42 CFR 425.204(f): repayment mechanisms; ACO REACH financial guarantees"

    secured: Annotated[tuple[Bound, ...], BeforeValidator(as_tuple), Field(min_length=1)]
    """What is secured: shares of lines or dollars."""
    cost_rate: FractionValue
    """Yearly cost of keeping it [share of the amount secured]."""
    combine: Literal["lesser", "greater"] = "lesser"
    """Which of several parts counts."""

    def apply(self, amount: Amount, book: BookLike) -> Amount:
        """The amount with the cost added [USD]."""
        return amount + book.value(self.cost_rate) * self.kept_usd(book)

    def kept_usd(self, book: BookLike) -> Amount:
        """What is secured [USD]."""
        pick = np.minimum if self.combine == "lesser" else np.maximum
        found: Amount = reduce(pick, (part.amount(book) for part in self.secured))
        return found

    def sentence(self) -> str:
        """In plain words."""
        which = f"the {self.combine} of " if len(self.secured) > 1 else ""
        parts = " and ".join(part.words() for part in self.secured)
        return f"Pay {phrase(self.cost_rate)} a year for security of {which}{parts}."
