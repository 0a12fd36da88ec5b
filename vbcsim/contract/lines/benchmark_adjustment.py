"""Benchmark adjustment: regional, prior savings and equity, the larger or their sum, within a floor and a cap."""

from __future__ import annotations

from functools import reduce
from typing import ClassVar, Literal

import numpy as np

from vbcsim.contract.book import Book
from vbcsim.contract.line import LineMaker
from vbcsim.contract.term import Amount
from vbcsim.contract.value import FractionValue, RateValue, phrase


class BenchmarkAdjustment(LineMaker):
    """A rate for ``adjustment`` of a benchmark; prior savings count at their scale and never lower a benchmark."""

    formula: ClassVar[str] = "max or sum of regional, prior_scale x max(prior_savings, 0) and equity, from floor to cap"
    reference: ClassVar[str] = "42 CFR 425.652(a)(8), 425.656, 425.658, 425.662"
    unit: ClassVar[str] = "rate"

    regional: RateValue = 0.0
    """Regional adjustment [rate]."""
    prior_savings: RateValue = 0.0
    """Savings rate of the years before the agreement [rate]."""
    prior_scale: FractionValue = 0.5
    """Part of prior savings that is given back [share]."""
    equity: RateValue = 0.0
    """Adjustment for underserved members [rate]."""
    how: Literal["larger", "sum"] = "larger"
    """Whether the largest counts or all of them."""
    floor: RateValue | None = 0.0
    """Least adjustment [rate]; null for none."""
    cap: RateValue | None = None
    """Greatest adjustment [rate]; null for none."""

    def make(self, book: Book) -> Amount:
        """The adjustment by draw and year [rate]."""
        prior = book.value(self.prior_scale) * np.maximum(book.value(self.prior_savings), 0.0)
        parts = (book.value(self.regional), prior, book.value(self.equity))
        rate = reduce(np.maximum if self.how == "larger" else np.add, parts)
        rate = rate if self.floor is None else np.maximum(rate, book.value(self.floor))
        rate = rate if self.cap is None else np.minimum(rate, book.value(self.cap))
        return rate * np.ones((1, len(book.years)))

    def sentence(self) -> str:
        """In plain words."""
        bounds = "" if self.floor is None else f", at least {phrase(self.floor)}"
        bounds += "" if self.cap is None else f", at most {phrase(self.cap)}"
        which = "The largest of" if self.how == "larger" else "The sum of"
        prior = f"{phrase(self.prior_scale)} of prior savings ({phrase(self.prior_savings)})"
        equity = f"equity ({phrase(self.equity)})"
        return f"{which} the regional adjustment ({phrase(self.regional)}), {prior} and {equity}{bounds}."
