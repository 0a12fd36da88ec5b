"""The lines that a settlement reads: numbers of the draw, and those that the contract makes, in formulas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vbcsim.contract.book import Book
from vbcsim.contract.explained import in_force, line_units
from vbcsim.contract.line import LineMaker
from vbcsim.contract.settle import SettledPart
from vbcsim.contract.trace import Trace, Untraceable, trace_line, trace_term
from vbcsim.contract.wording import spoken, unit_of_line
from vbcsim.workbook.settlement_clause import Made, write_clause
from vbcsim.workbook.settlement_rows import GIVEN, Line, Rows

__all__ = ["Lines", "by_year"]

Floats = NDArray[np.float64]


@dataclass
class Lines:
    """The lines that the clauses of a part read: given ones at the top, derived ones before their first reader."""

    page: Rows
    part: SettledPart
    book: Book
    amounts: dict[str, Line] = field(default_factory=dict)
    found: dict[Any, Line] = field(default_factory=dict)

    def given(self) -> list[str]:
        """Names of the lines that are numbers of the draw, in the order in which clauses read them."""
        names: dict[Any, tuple[str, Book]] = {}
        for provision in self.part.arrangement.ordered:
            for step in in_force(provision, self.page.years):
                for name in trace_term(step.term, self.page.years).lines:
                    self._collect(name, self.book, self.makers, names)
        self._at = names
        return list(names)

    @property
    def makers(self) -> Mapping[str, LineMaker]:
        return self.part.arrangement.lines

    def _collect(self, name: str, book: Book, makers: Mapping[str, LineMaker], names: dict[Any, Any]) -> None:
        if name in self.provisions:
            return
        trace = self._traced(name, makers)
        if trace is None:
            names.setdefault(_key(name, book), (name, book))
            return
        rest = {other: maker for other, maker in makers.items() if other != name}
        for other in trace.lines:
            self._collect(other, book.declare(rest), rest, names)

    @property
    def provisions(self) -> frozenset[str]:
        return frozenset(provision.name for provision in self.part.arrangement.ordered)

    def _traced(self, name: str, makers: Mapping[str, LineMaker]) -> Trace | None:
        """The trace of a derived line; none where it is given, or made from what a book of lines lacks."""
        if name not in makers or name in self.part.book.given:
            return None
        try:
            return trace_line(makers[name], self.page.years)
        except Untraceable:
            return None

    def give(self, key: Any) -> None:
        """A row with the numbers of a given line."""
        name, book = self._at[key]
        if name not in book:
            how = "not in the book, for the figure that it is multiplied by is nought"
            self.found[key] = self.page.values(spoken(name), how, np.zeros(len(self.page.years)), "given_number")
            return
        maker = self.makers.get(name) if name in self.makers and name not in self.part.book.given else None
        made = maker is not None and book.key(name) == key and self._is_made(name, book)
        how = f"made by the engine: {spoken(maker.sentence())}" if maker is not None and made else "from the experience"
        style = GIVEN.get(self._unit(name), "given_number")
        self.found[key] = self.page.values(spoken(name), how, by_year(book[name], self.page.years), style)

    def _is_made(self, name: str, book: Book) -> bool:
        return book.key(name)[0] == type(self.makers[name]).__name__

    def _unit(self, name: str) -> str:
        maker = self.makers.get(name)
        own = maker.unit if maker is not None and maker.unit != "same" else ""
        return own or line_units(self.part.arrangement).get(name, "") or unit_of_line(name)

    def line(self, name: str) -> Line:
        """The cells of a line, its rows written where they are not there yet."""
        return self._line(name, self.book, self.makers)

    def _line(self, name: str, book: Book, makers: Mapping[str, LineMaker]) -> Line:
        if name in self.provisions:
            return self.amounts[name]
        key = _key(name, book)
        if key in self.found:
            return self.found[key]
        trace = self._traced(name, makers)
        assert trace is not None  # given lines were written at the top
        rest = {other: maker for other, maker in makers.items() if other != name}
        needed = {other: self._line(other, book.declare(rest), rest) for other in trace.lines}
        page, maker = self.page, makers[name]
        page.heading(f"line {spoken(name)}", spoken(maker.sentence()), _reference(maker))
        every = (True,) * len(page.years)
        made = Made(maker, trace, Line((), np.zeros(len(page.years))), needed, every)
        style = {"usd": "cents", "fraction": "share_error", "rate": "share_error"}.get(self._unit(name), "number")
        self.found[key] = write_clause(page, made, f"   {spoken(name)}", style)
        return self.found[key]


def _reference(maker: LineMaker) -> str:
    own = maker.reference.startswith("the contract")
    return maker.reference if own else f"a line as in {maker.reference}"


def _key(name: str, book: Book) -> Any:
    """What decides a line; a line that a clause names and never needs may be missing from the book."""
    return book.key(name) if name in book else ("", name)


def by_year(line: Any, years: tuple[int, ...]) -> Floats:
    """The only draw of a line, by year."""
    return np.broadcast_to(line, (1, len(years)))[0] + 0.0
