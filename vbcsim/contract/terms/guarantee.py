"""Guarantee: the least that the payee receives."""

from __future__ import annotations

from typing import ClassVar, Self

import numpy as np
from pydantic import model_validator

from vbcsim.contract.term import Amount, BookLike, Term
from vbcsim.contract.value import FractionValue, UsdLine, UsdValue, phrase


class Guarantee(Term):
    """Raises the amount to a share of a line or to dollars."""

    formula: ClassVar[str] = "max(a, share x of) or max(a, usd)"
    reference: ClassVar[str] = "guaranteed minimum payments; minimum premiums of loss-rated reinsurance"
    decides: ClassVar[bool] = True

    share: FractionValue | None = None
    """Share of the line ``of``."""
    of: UsdLine | None = None
    """Line that ``share`` is taken of [USD]."""
    usd: UsdValue | None = None
    """Dollars a year."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.share is None) == (self.usd is None) or (self.share is None) != (self.of is None):
            raise ValueError("a guarantee is either {share: 0.1, of: revenue} or {usd: 1000000}")
        return self

    def apply(self, amount: Amount, book: BookLike) -> Amount:
        """The amount, at least the guarantee [USD]."""
        if self.share is not None and self.of is not None:
            return np.maximum(amount, book.value(self.share) * book[self.of])
        return np.maximum(amount, book.value(self.usd if self.usd is not None else 0.0))

    def least(self) -> dict[str, float]:
        """The guarantee, where it is a plain number."""
        number = self.share if self.usd is None else self.usd
        return {self.of or "usd": number} if isinstance(number, float) else {}

    def sentence(self) -> str:
        """In plain words."""
        least = phrase(self.usd, "usd") if self.share is None else f"{phrase(self.share)} of the {self.of}"
        return f"Pay at least {least}."
