"""Truncated expenditure: each person's yearly cost counts up to a threshold of the person's stratum."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from vbcsim.contract.book import Book, view_of
from vbcsim.contract.line import LineMaker
from vbcsim.contract.term import Amount
from vbcsim.contract.truncation import Truncation


class Truncated(Truncation, LineMaker):
    """Expenditure with every person's cost cut off at a threshold; exact from the large-claimant list."""

    formula: ClassVar[str] = "sum over persons of min(cost, threshold)"
    reference: ClassVar[str] = "42 CFR 425.601(a)(4), 425.605(a)(3): truncation at the 99th percentile"
    unit: ClassVar[str] = "usd"
    needs_view: ClassVar[bool] = True

    def make(self, book: Book) -> Amount:
        """Truncated expenditure of the performance years [USD]."""
        view = view_of(book, "truncated")
        return self.truncated_usd(view, view.performance).sum(axis=-1)

    def lowest_thresholds_usd(self, years: tuple[int, ...], base: tuple[int, ...]) -> Mapping[str, float]:
        """Lowest threshold of the performance years [USD]."""
        return self.lowest_usd(years, base, years)

    def sentence(self) -> str:
        """In plain words."""
        return f"Expenditure with {self.words()}."
