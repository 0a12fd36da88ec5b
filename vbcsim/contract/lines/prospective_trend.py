"""Prospective trend: growth announced beforehand, held within a guardrail of what the market then did."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vbcsim.contract.book import Book, every_year
from vbcsim.contract.line import LineMaker
from vbcsim.contract.term import Amount
from vbcsim.contract.value import FractionValue, IndexLine, RateValue, phrase


class ProspectiveTrend(LineMaker):
    """Growth since the last base year, for ``update`` of a benchmark.

    Announced rates compound from the first performance year; without them the announced index of the experience is
    used. With a guardrail, growth is never further from the actual index than the guardrail allows.
    """

    formula: ClassVar[str] = "min(max(announced, actual x (1 - guardrail)), actual x (1 + guardrail))"
    reference: ClassVar[str] = "42 CFR 425.652(b)(2): prospective trend; ACO REACH retrospective trend adjustment"
    unit: ClassVar[str] = "number"

    rates: RateValue | None = None
    """Announced yearly growth [rate]; the line ``announced`` where left out."""
    announced: IndexLine = "prospective_index"
    """Line of announced growth since the last base year."""
    actual: IndexLine = "national_index"
    """Line of growth that the market showed since the last base year."""
    guardrail: FractionValue | None = None
    """Greatest distance from the actual index [share of it]; none where left out."""

    def lines(self) -> tuple[str, ...]:
        """The announced line where no rates are given, the actual one where there is a guardrail."""
        unused = ["announced"] if self.rates is not None else []
        return self.line_names_but(*unused, *(["actual"] if self.guardrail is None else []))

    def make(self, book: Book) -> Amount:
        """Growth since the last base year by draw and year [number]."""
        if self.rates is None:
            growth = book[self.announced]
        else:
            growth = np.asarray(np.cumprod(1.0 + every_year(book, self.rates), axis=-1), dtype=np.float64)
        if self.guardrail is None:
            return growth
        actual, room = book[self.actual], book.value(self.guardrail)
        return np.minimum(np.maximum(growth, actual * (1.0 - room)), actual * (1.0 + room))

    def sentence(self) -> str:
        """In plain words."""
        announced = f", the {self.announced}" if self.rates is None else f": a yearly {phrase(self.rates)}"
        rail = "" if self.guardrail is None else f", never further than {phrase(self.guardrail)} from the {self.actual}"
        return f"Growth announced beforehand{announced}{rail}."
