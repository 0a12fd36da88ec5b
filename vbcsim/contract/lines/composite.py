"""Composite: several measures as one rate, each in its good direction and with its weight."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import Field

from vbcsim.contract.book import Book
from vbcsim.contract.line import LineMaker
from vbcsim.contract.term import Amount
from vbcsim.contract.value import Clause, Line, NonNegativeValue, phrase
from vbcsim.contract.wording import joined


class Part(Clause):
    """One measure of a composite."""

    measure: Line
    """Line of the measure, a share of one."""
    weight: NonNegativeValue = 1.0
    """Its weight: a number, or a line such as its denominator [number]."""
    lower_is_better: bool = False
    """Whether a low rate is good; then one less the rate counts."""


class Composite(LineMaker):
    """Weighted mean of rates, those where low is good taken from one; with denominators as weights, a pooled rate.

    A pooled rate of small groups is less noisy than each, and hides which of them is behind. Measures scored on
    ladders of their own are brought together by ``points``.
    """

    formula: ClassVar[str] = "sum of weight x (rate, or 1 - rate where low is good) / sum of weight"
    reference: ClassVar[str] = "composite measures of pay-for-performance and pay-for-equity contracts"
    unit: ClassVar[str] = "fraction"

    measures: Annotated[tuple[Part, ...], Field(min_length=1)]
    """The measures."""

    def make(self, book: Book) -> Amount:
        """The composite by draw and year [share of one]; zero where nothing has weight."""
        total: Any = 0.0
        weights: Any = 0.0
        for part in self.measures:
            rate = book[part.measure]
            share = book.value(part.weight)
            total = total + share * (1.0 - rate if part.lower_is_better else rate)
            weights = weights + share
        return total / (weights + (weights == 0.0))

    def sentence(self) -> str:
        """In plain words."""
        parts = joined(
            f"{'one less ' if part.lower_is_better else ''}{part.measure} (weight {phrase(part.weight, 'number')})"
            for part in self.measures
        )
        return f"Weighted mean of {parts}."
