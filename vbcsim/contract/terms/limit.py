"""Limit: the most that is paid on either side, as a share of a line or in dollars."""

from __future__ import annotations

from functools import reduce
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
from pydantic import BeforeValidator, model_validator

from vbcsim.contract.term import Amount, BookLike, Term
from vbcsim.contract.value import Clause, FractionValue, UsdLine, UsdValue, as_tuple, phrase


class Cap(Clause):
    """One bound: a share of a line, or dollars."""

    share: FractionValue | None = None
    """Share of the line ``of``."""
    of: UsdLine | None = None
    """Line that ``share`` is taken of [USD]."""
    usd: UsdValue | None = None
    """Dollars a year."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.share is None) == (self.usd is None) or (self.share is None) != (self.of is None):
            raise ValueError("a cap is either {share: 0.1, of: benchmark} or {usd: 1000000}")
        return self

    def amount(self, book: BookLike, sign: float) -> Any:
        """The bound, times a sign [USD]."""
        if self.share is not None and self.of is not None:
            return (book.value(self.share) * sign) * book[self.of]
        return book.value(self.usd if self.usd is not None else 0.0) * sign

    def words(self) -> str:
        """In plain words."""
        return phrase(self.usd, "usd") if self.share is None else f"{phrase(self.share)} of the {self.of}"


Caps = Annotated[tuple[Cap, ...], BeforeValidator(as_tuple)]


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
        if self.savings:
            pick = np.minimum if self.combine == "lesser" else np.maximum
            amount = np.minimum(amount, reduce(pick, (cap.amount(book, 1.0) for cap in self.savings)))
        if self.losses:
            pick = np.maximum if self.combine == "lesser" else np.minimum
            amount = np.maximum(amount, reduce(pick, (cap.amount(book, -1.0) for cap in self.losses)))
        return amount

    def most(self) -> dict[str, float]:
        """The cap or caps on savings that are plain numbers, where the lesser counts."""
        caps = self.savings if self.combine == "lesser" or len(self.savings) == 1 else ()
        given = {cap.of or "usd": cap.share if cap.usd is None else cap.usd for cap in caps}
        return {basis: number for basis, number in given.items() if isinstance(number, float)}

    def sentence(self) -> str:
        """In plain words."""
        parts = []
        for side, caps in (("savings", self.savings), ("losses", self.losses)):
            if caps:
                which = f"the {self.combine} of " if len(caps) > 1 else ""
                parts.append(f"{side} to {which}{' and '.join(cap.words() for cap in caps)}")
        return f"Limit {'; limit '.join(parts)}."
