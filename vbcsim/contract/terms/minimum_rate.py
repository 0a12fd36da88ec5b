"""Minimum rate: savings or losses too small to tell from noise are not shared."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from vbcsim.contract.term import Amount, BookLike, Term, choose, gain, loss
from vbcsim.contract.value import FractionValue, ShareLine, UsdLine, phrase, phrase_of
from vbcsim.contract.wording import holds

_EQUAL = 1.0 - 1e-12
"""A rate that meets the minimum in exact arithmetic must not miss it by a rounding of the last binary place."""


class MinimumRate(Term):
    """Keeps the amount where its rate of a line reaches the minimum savings rate or the minimum loss rate, else zero.

    The rate is taken from dollars, never from a rounded rate, and meeting the minimum counts as reaching it. Sharing is
    from the first dollar unless ``first_dollar`` is false. ``below`` keeps a part of savings short of the minimum (the
    half rate of low-revenue groups), where every line of ``below_if`` is one.
    """

    formula: ClassVar[str] = "a if a >= savings x of or -a >= losses x of, else below x max(a, 0)"
    reference: ClassVar[str] = "42 CFR 425.604(b)-(c), 425.605(b), 425.605(h)"
    decides: ClassVar[bool] = True

    savings: FractionValue
    """Minimum savings rate [share of ``of``]."""
    losses: FractionValue | None = None
    """Minimum loss rate [share of ``of``]; the savings rate where left out."""
    of: UsdLine = "benchmark"
    """Line that the rate is a share of [USD]."""
    first_dollar: bool = True
    """Whether all of the amount is kept, or only what exceeds the minimum."""
    below: FractionValue = 0.0
    """Share of savings short of the minimum that is kept."""
    below_if: tuple[ShareLine, ...] = ()
    """Lines of 0 and 1 that must all be 1 for ``below`` to count."""

    def lines(self) -> tuple[str, ...]:
        """The lines that its parameters need: the conditions only where smaller savings are kept."""
        return self.line_names_but("below_if") if self.below == 0.0 else self.line_names

    def apply(self, amount: Amount, book: BookLike) -> Amount:
        """The amount that passes the minimum, zero (or the part kept) where it does not [USD]."""
        passes, passed = self._passes(amount, book), amount
        if not self.first_dollar:
            losses = self.savings if self.losses is None else self.losses
            whole = book[self.of]
            passed = gain(amount - book.value(self.savings) * whole) + loss(amount + book.value(losses) * whole)
        return passed * passes if self.below == 0.0 else choose(passes, passed, self._short(amount, book))

    def _passes(self, amount: Amount, book: BookLike) -> Any:
        """Where the amount reaches its minimum."""
        least = (book.value(self.savings) * _EQUAL) * book[self.of]
        if self.losses is None:
            return np.abs(amount) >= least
        return (amount >= least) | (amount <= (book.value(self.losses) * -_EQUAL) * book[self.of])

    def _short(self, amount: Amount, book: BookLike) -> Amount:
        """What is kept of savings that miss the minimum."""
        kept = book.value(self.below) * gain(amount)
        for line in self.below_if:
            kept = kept * (book[line] > 0.5)
        return kept

    def sentence(self) -> str:
        """In plain words."""
        least = phrase_of(self.savings, self.of)
        both = "savings or losses" if self.losses is None else "savings"
        other = "" if self.losses is None else f", nor of losses below {phrase_of(self.losses, self.of)}"
        whole = (
            "larger ones count from the first dollar" if self.first_dollar else "of larger ones only the excess counts"
        )
        text = f"Share nothing of {both} below {least}{other}; {whole}."
        if self.below != 0.0:
            where = f" where {holds(self.below_if)}" if self.below_if else ""
            text += f" Of smaller savings {phrase(self.below)} is kept{where}."
        return text
