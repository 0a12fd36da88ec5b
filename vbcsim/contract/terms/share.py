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
        if self.losses == 0.0 and isinstance(self.savings, float):
            return f"Share {phrase(self.savings)} of savings; losses are not shared."
        if self.losses == 0.0:
            return f"Of savings share {phrase(self.savings)}; losses are not shared."
        if isinstance(self.savings, float) and isinstance(self.losses, float):
            return f"Share {phrase(self.savings)} of savings and {phrase(self.losses)} of losses."
        return f"Of savings share {phrase(self.savings)}; of losses share {phrase(self.losses)}."
