"""Limit: the most that is paid on either side, as a share of a line or in dollars."""

from __future__ import annotations

from functools import reduce
from typing import Annotated, ClassVar, Literal, Self

import numpy as np
from pydantic import BeforeValidator, model_validator

from vbcsim.contract.bound import Bound
from vbcsim.contract.term import Amount, BookLike, Term
from vbcsim.contract.value import as_tuple

Caps = Annotated[tuple[Bound, ...], BeforeValidator(as_tuple)]


class Limit(Term):
    """Bounds savings and losses apart; of several caps the lesser counts, unless ``combine`` is ``greater``."""

    formula: ClassVar[str] = "max(min(a, cap on savings), -cap on losses)"
    reference: ClassVar[str] = (
        "42 CFR 425.605(d): payment limit; loss sharing limit, the lesser of revenue and benchmark"
    )
    decides: ClassVar[bool] = True

    savings: Caps = ()
    """Cap or caps on what the payee receives."""
    losses: Caps = ()
    """Cap or caps on what the payee owes."""
    combine: Literal["lesser", "greater"] = "lesser"
    """Which of several caps counts."""

    @model_validator(mode="after")
    def _limits_something(self) -> Self:
        if not self.savings and not self.losses:
            raise ValueError("a limit needs savings, losses, or both")
        return self

    def apply(self, amount: Amount, book: BookLike) -> Amount:
        """The amount within its bounds [USD]."""
        nearer, farther = (np.minimum, np.maximum) if self.combine == "lesser" else (np.maximum, np.minimum)
        if self.savings:
            amount = np.minimum(amount, reduce(nearer, (cap.amount(book) for cap in self.savings)))
        if self.losses:
            amount = np.maximum(amount, reduce(farther, (cap.amount(book, -1.0) for cap in self.losses)))
        return amount

    def most(self) -> dict[str, float]:
        """The caps on savings that are plain numbers, where each of them counts."""
        caps = self.savings if self.combine == "lesser" or len(self.savings) == 1 else ()
        return {basis: number for cap in caps for basis, number in cap.plain().items()}

    def sentence(self) -> str:
        """In plain words."""
        parts = []
        for side, caps in (("savings", self.savings), ("losses", self.losses)):
            if caps:
                which = f"the {self.combine} of " if len(caps) > 1 else ""
                parts.append(f"{side} to {which}{' and '.join(cap.words() for cap in caps)}")
        return f"Limit {'; limit '.join(parts)}."
