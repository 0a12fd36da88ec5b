"""Risk adjustment: growth of the risk score against a reference, within caps, with coding growth taken out."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vbcsim.contract.book import Book, view_of
from vbcsim.contract.line import LineMaker
from vbcsim.contract.term import Amount
from vbcsim.contract.value import FractionValue, IndexLine, NonNegativeValue, PositiveValue, phrase


class RiskAdjustment(LineMaker):
    """A factor for a benchmark or a premium: the score over its reference, capped up and down, times a coding factor.

    Without a reference the group's own score in the last base year is used, weighted by person-years.
    """

    formula: ClassVar[str] = "min(max(score / reference, 1 - down), 1 + up) x coding_factor"
    reference: ClassVar[str] = "42 CFR 425.605(a)(1); ACO REACH: symmetric 3% cap and coding intensity factor"
    unit: ClassVar[str] = "number"

    of: IndexLine = "risk_score"
    """Line of the risk score."""
    against: PositiveValue | None = None
    """Reference score [number]."""
    up: FractionValue | None = None
    """Cap on growth [share]; none where left out."""
    down: FractionValue | None = None
    """Cap on a fall [share]; none where left out."""
    coding_factor: NonNegativeValue = 1.0
    """What is left when coding growth is taken out, e.g. 0.99 [number]."""

    def make(self, book: Book) -> Amount:
        """The factor by draw and year [number]."""
        factor = book[self.of] / (self._of_last_base_year(book) if self.against is None else book.value(self.against))
        if self.up is not None:
            factor = np.minimum(factor, 1.0 + book.value(self.up))
        if self.down is not None:
            factor = np.maximum(factor, 1.0 - book.value(self.down))
        return factor * book.value(self.coding_factor)

    def _of_last_base_year(self, book: Book) -> Amount:
        view = view_of(book, "risk_adjustment")
        people = view.person_years[:, view.base[-1]]
        score = (view.risk_score[:, view.base[-1]] * people).sum(axis=-1, keepdims=True)
        return np.asarray(score / people.sum(axis=-1, keepdims=True))

    def sentence(self) -> str:
        """In plain words."""
        to = "its last base year" if self.against is None else phrase(self.against, "number")
        caps = f", growth capped at {phrase(self.up)}" if self.up is not None else ""
        caps += f", fall capped at {phrase(self.down)}" if self.down is not None else ""
        coding = f", times {phrase(self.coding_factor, 'number')} for coding" if self.coding_factor != 1.0 else ""
        return f"The {self.of} against {to}{caps}{coding}."
