"""Regional adjustment: part of the distance between a group's own benchmark and its region's cost."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vbcsim.contract.book import Book
from vbcsim.contract.line import LineMaker
from vbcsim.contract.term import Amount, choose
from vbcsim.contract.value import FractionValue, UsdLine, phrase


class RegionalAdjustment(LineMaker):
    """A rate for ``adjustment`` of a benchmark: a weight times the distance, larger for a group below its region."""

    formula: ClassVar[str] = "min(max(weight x (regional - own)/own, -cap_down), cap_up)"
    reference: ClassVar[str] = "42 CFR 425.601(a)(8), 425.656"
    unit: ClassVar[str] = "rate"

    own: UsdLine
    """Line of the group's own benchmark [USD]."""
    regional: UsdLine
    """Line of what the region would cost for the same people [USD]."""
    below: FractionValue
    """Weight where the group costs less than its region [share]."""
    above: FractionValue
    """Weight where it costs more [share]."""
    cap_up: FractionValue = 0.05
    """Most that the benchmark is raised [share of it]."""
    cap_down: FractionValue = 0.015
    """Most that it is lowered [share of it]."""

    def make(self, book: Book) -> Amount:
        """The adjustment by draw and year [rate]."""
        distance = book[self.regional] / book[self.own] - 1.0
        weighted = distance * choose(distance > 0.0, book.value(self.below), book.value(self.above))
        return np.minimum(np.maximum(weighted, -1.0 * book.value(self.cap_down)), book.value(self.cap_up))

    def sentence(self) -> str:
        """In plain words."""
        return (
            f"{phrase(self.below)} of the distance from the {self.own} to the {self.regional} where the group costs "
            f"less, {phrase(self.above)} where it costs more, from -{phrase(self.cap_down)} to {phrase(self.cap_up)}."
        )
