"""A bound on an amount: a share of a line, or dollars."""

from __future__ import annotations

from typing import Any, Self

from pydantic import model_validator

from vbcsim.contract.term import BookLike
from vbcsim.contract.value import Clause, FractionValue, UsdLine, UsdValue, phrase, phrase_of

__all__ = ["Bound"]


class Bound(Clause):
    """Dollars a year, or a share of a line of dollars."""

    share: FractionValue | None = None
    """Share of the line ``of``."""
    of: UsdLine | None = None
    """Line that ``share`` is taken of [USD]."""
    usd: UsdValue | None = None
    """Dollars a year."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.share is None) == (self.usd is None) or (self.share is None) != (self.of is None):
            raise ValueError("an amount here is either {share: 0.1, of: benchmark} or {usd: 1000000}")
        return self

    def amount(self, book: BookLike, sign: float = 1.0) -> Any:
        """The bound, times a sign [USD]."""
        if self.share is not None and self.of is not None:
            return (book.value(self.share) * sign) * book[self.of]
        return book.value(self.usd if self.usd is not None else 0.0) * sign

    def plain(self) -> dict[str, float]:
        """``usd`` -> dollars, or the line -> the share of it, where that is a plain number."""
        number = self.share if self.usd is None else self.usd
        return {self.of or "usd": number} if isinstance(number, float) else {}

    def words(self) -> str:
        """In plain words."""
        return phrase(self.usd, "usd") if self.share is None else phrase_of(self.share, str(self.of))
