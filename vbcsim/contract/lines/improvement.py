"""Improvement: how much a line moved the good way since the year before or since the start."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from vbcsim.contract.book import Book, every_year
from vbcsim.contract.line import LineMaker
from vbcsim.contract.term import Amount
from vbcsim.contract.value import AmountValue, Line, LineName, phrase


class Improvement(LineMaker):
    """Change of a measure, or the closing of a gap (``lower_is_better``), against the year before or the start.

    The start is what is agreed before the first performance year; without one the first year is itself the start.
    """

    formula: ClassVar[str] = "line_t - line_(t-1), or line_t - start; the other way round where lower is better"
    reference: ClassVar[str] = (
        "pay-for-equity contracts: reward for closing a gap; improvement points of 42 CFR 425.502"
    )
    unit: ClassVar[str] = "same"

    of: Line
    """Line that should improve."""
    start: AmountValue | None = None
    """Its value before the first performance year, in its own unit."""
    since: Literal["year_before", "start"] = "year_before"
    """What each year is held against."""
    lower_is_better: bool = False
    """Whether a fall is an improvement, as of a gap."""

    def make(self, book: Book) -> Amount:
        """The improvement by draw and year, in the unit of the line."""
        line = every_year(book, LineName(self.of))
        start = line[:, :1] if self.start is None else every_year(book, self.start)[:, :1] + 0.0 * line[:, :1]
        before = start if self.since == "start" else np.concatenate([start, line[:, :-1]], axis=-1)
        return before - line if self.lower_is_better else line - before

    def sentence(self) -> str:
        """In plain words."""
        return self.sentence_in("number")

    def sentence_in(self, unit: str) -> str:
        """In plain words, the start in the unit of those who read the line."""
        start = "" if self.start is None else f" (at first {phrase(self.start, unit)})"
        way = "Fall" if self.lower_is_better else "Rise"
        return f"{way} of the {self.of} since the {'year before' if self.since == 'year_before' else 'start'}{start}."
