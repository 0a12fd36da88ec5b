"""Trend guarantee: a target that grows as the market did, less what the group promised to save each year."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vbcsim.contract.book import Book
from vbcsim.contract.line import LineMaker
from vbcsim.contract.term import Amount
from vbcsim.contract.value import IndexLine, RateValue, phrase


class TrendGuarantee(LineMaker):
    """Growth since the last base year, for ``update`` of a benchmark: the market's, less promised points each year."""

    formula: ClassVar[str] = "product over years s up to t of (index_s / index_(s-1) - guarantee_s)"
    reference: ClassVar[str] = "multi-year total-cost trend guarantee between a health plan and a health system"
    unit: ClassVar[str] = "number"

    index: IndexLine = "regional_index"
    """Line of market growth since the last base year, in which it is 1."""
    guarantee: RateValue
    """Points of yearly growth that the group promises to stay below the market [rate]."""

    def make(self, book: Book) -> Amount:
        """Growth of the target since the last base year by draw and year [number]."""
        index = book[self.index]
        before = np.concatenate([np.ones((index.shape[0], 1)), index[:, :-1]], axis=-1)
        return np.cumprod(index / before - book.value(self.guarantee), axis=-1)

    def sentence(self) -> str:
        """In plain words."""
        return f"Growth of the {self.index}, less {phrase(self.guarantee)} each year."
