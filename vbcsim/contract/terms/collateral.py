"""Collateral: what it costs to keep the security that a contract asks for."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import BeforeValidator, Field

from vbcsim.contract.term import Amount, BookLike, Term
from vbcsim.contract.value import Clause, FractionValue, UsdLine, as_tuple, phrase


class Part(Clause):
    """A share of a line."""

    share: FractionValue
    """Share of the line."""
    of: UsdLine
    """Line [USD]."""


class Collateral(Term):
    """Adds the yearly cost of a letter of credit, escrow or bond: a rate of what is secured, the lesser of parts."""

    formula: ClassVar[str] = "a + cost_rate x min over parts of share x of"
    reference: ClassVar[str] = "42 CFR 425.204(f): repayment mechanisms; ACO REACH financial guarantees"

    secured: Annotated[tuple[Part, ...], BeforeValidator(as_tuple), Field(min_length=1)]
    """What is secured: shares of lines."""
    cost_rate: FractionValue
    """Yearly cost of keeping it [share of the amount secured]."""
    combine: Literal["lesser", "greater"] = "lesser"
    """Which of several parts counts."""

    def apply(self, amount: Amount, book: BookLike) -> Amount:
        """The amount with the cost added [USD]."""
        chosen: Any = None
        for part in self.secured:
            usd = book.value(part.share) * book[part.of]
            pick = np.minimum if self.combine == "lesser" else np.maximum
            chosen = usd if chosen is None else pick(chosen, usd)
        return amount + book.value(self.cost_rate) * np.maximum(chosen, 0.0)

    def sentence(self) -> str:
        """In plain words."""
        which = f"the {self.combine} of " if len(self.secured) > 1 else ""
        parts = " and ".join(f"{phrase(part.share)} of the {part.of}" for part in self.secured)
        return f"Pay {phrase(self.cost_rate)} a year for security of {which}{parts}."
