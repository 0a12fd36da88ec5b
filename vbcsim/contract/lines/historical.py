"""Historical benchmark: what the group's own base years cost, trended, adjusted and updated to the performance year."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from vbcsim.contract.book import Book, view_of
from vbcsim.contract.history import History
from vbcsim.contract.line import LineMaker
from vbcsim.contract.term import Amount


class Historical(History, LineMaker):
    """Benchmark from base years, stratum by stratum, in dollars of the performance year.

    With simulated base years it carries its own sampling error and regression to the mean.
    """

    formula: ClassVar[str] = (
        "sum over strata of [sum over base years b of weight_b x cost_b/person-years_b / trend_b x risk_last/risk_b] "
        "x min(risk/risk_last, 1 + risk_up) x person-years, x update x (1 + adjustment) x coding_factor"
    )
    reference: ClassVar[str] = "42 CFR 425.601, 425.602, 425.652"
    unit: ClassVar[str] = "usd"
    needs_view: ClassVar[bool] = True

    def make(self, book: Book) -> Amount:
        """The benchmark of the performance years [USD]."""
        return self.benchmark_usd(book, view_of(book, "historical"))

    def lowest_thresholds_usd(self, years: tuple[int, ...], base: tuple[int, ...]) -> Mapping[str, float]:
        """Lowest threshold of the base years [USD]."""
        return self.lowest_usd(years, base)

    def sentence(self) -> str:
        """In plain words."""
        return self.words()
