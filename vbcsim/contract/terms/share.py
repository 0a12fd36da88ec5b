"""Share: the payee's part of savings and of losses."""

from __future__ import annotations

from typing import ClassVar

from vbcsim.contract.term import Amount, BookLike, Term, gain, loss
from vbcsim.contract.value import FractionValue, phrase


class Share(Term):
    """Multiplies savings by one rate and losses by another; a loss rate of zero is a one-sided contract."""

    formula: ClassVar[str] = "savings x a where a >= 0, losses x a where a < 0"
    reference: ClassVar[str] = "42 CFR 425.605(d), 425.610(d) and (f)"

    savings: FractionValue
    """Sharing rate [share of savings]."""
    losses: FractionValue
    """Loss rate [share of losses]; ``{one_less: 0.75, times: [quality_score], floor: 0.4, cap: 0.75}`` is allowed."""

    def apply(self, amount: Amount, book: BookLike) -> Amount:
        """The payee's part [USD]."""
        savings = gain(amount) * book.value(self.savings)
        return savings if self.losses == 0.0 else savings + loss(amount) * book.value(self.losses)

    def sentence(self) -> str:
        """In plain words."""
        down = "no losses" if self.losses == 0.0 else f"losses at {phrase(self.losses)}"
        return f"Share savings at {phrase(self.savings)} and {down}."
