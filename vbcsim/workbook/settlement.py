"""One settlement in live formulas: from the lines of the book through every clause to the parties' money.

Each formula is the trace of a term's (or a line maker's) own arithmetic, so nothing about a contract is written twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vbcsim.contract.arrangement import Provision, Step
from vbcsim.contract.book import Book
from vbcsim.contract.explained import in_force, line_units, sentence_of
from vbcsim.contract.line import LineMaker
from vbcsim.contract.settle import SettledPart, settle_amounts
from vbcsim.contract.term import Term
from vbcsim.contract.trace import Trace, Untraceable, step_values, trace_line, trace_term
from vbcsim.contract.traced_figure import label_of_figure, unit_of_figure
from vbcsim.contract.value import Clause
from vbcsim.contract.wording import spoken, unit_of_line
from vbcsim.core.units import UNITS
from vbcsim.workbook.formula import figures_read, own_cells, steps_of, written
from vbcsim.workbook.sheet import Cell, Page, column

__all__ = ["Told", "settlement_page"]

Floats = NDArray[np.float64]
FIRST = 3
"""Column of the first year: what, how and the figure stand before it."""
_GIVEN = {"usd": "given_cents", "amount": "given_cents", "usd_pmpm": "given_cents"}
_GIVEN |= {"fraction": "given_share", "rate": "given_share"}


class Told(NamedTuple):
    """Which settlement it is: the design and its title, the draw, why this draw, and the run's own money by party."""

    design: str
    title: str
    draw: int
    why: str
    net_usd: Mapping[str, Floats]
    """By party, (year,) [USD]."""


class _Line(NamedTuple):
    """A number by year on the page: its cells and its values."""

    cells: tuple[str, ...]
    values: Floats


def settlement_page(parts: Sequence[SettledPart], told: Told, name: str = "Settlement") -> Page:
    """The page of one design in one draw.

    :param parts: what the design settles at once, with books of that one draw.
    """
    years = parts[0].book.years
    page = _Rows(years)
    last = column(FIRST + len(years))
    page.open(told)
    settled = [_part(page, part) for part in parts]
    alarms = [cells for part in settled for cells in part.differences]
    nets = _nets(page, parts, settled, told)
    alarms += nets
    worst = ",".join(f"MAX({cells}),-MIN({cells})" for cells in alarms)
    page.rows[3][FIRST] = Cell(page.worst, "difference", f"MAX({worst})")
    page.rows[3][FIRST + 1] = Cell("OK", "bold", f'IF(ABS({column(FIRST)}4)<=0.005,"OK","LOOK")')
    return Page(
        name,
        page.rows,
        [34, 62, 15, *[17] * len(years), 19, 48],
        freeze=(6, 1),
        alarms=(*alarms, f"{column(FIRST)}4"),
        names={"settlement_difference": f"${column(FIRST)}$4", "settlement_nets": nets[-1] if nets else f"${last}$4"},
        colour="#1B7F3B",
    )


@dataclass
class _Rows:
    """The rows of the page while they are written."""

    years: tuple[int, ...]
    rows: list[list[Cell | None]] = field(default_factory=list)
    worst: float = 0.0

    def open(self, told: Told) -> None:
        how = (
            "Every black number is a live formula: change a blue one and see what follows. The clauses stand in the "
            "contract's order; each formula is generated from the same arithmetic that settles every draw."
        )
        self.rows += [
            [Cell(f"One settlement, step by step: {told.title}", "title")],
            [Cell(f"Design {told.design}, draw {told.draw:,} (counted from 0): {told.why}", "faint")],
            [Cell(how, "faint")],
            [Cell("Greatest difference between these formulas and the engine [USD]", "bold"), None, None, None, None],
            [],
            [
                *(Cell(text, "head") for text in ("What", "How")),
                Cell("Figure", "head_right"),
                *(Cell(year, "head_right") for year in self.years),
                Cell("All years", "head_right"),
                Cell("Source", "head"),
            ],
        ]

    def section(self, text: str) -> None:
        width = FIRST + len(self.years) + 2
        self.rows += [[], [Cell(text, "section"), *[Cell(None, "section")] * (width - 1)]]

    def heading(self, what: str, how: str = "", source: str = "") -> None:
        filler: list[Cell | None] = [None] * (len(self.years) + 2)
        self.rows.append([Cell(what, "bold"), Cell(how, "wrap"), *filler, Cell(source, "note")])

    def figure(self, what: str, unit: str, value: float) -> str:
        """A figure that is the same in all years; its cell."""
        said = UNITS.get(unit, "")
        self.rows.append([Cell(f"   {what}", ""), Cell(said, "faint"), Cell(value, _GIVEN.get(unit, "given_number"))])
        return f"${column(FIRST - 1)}${len(self.rows)}"

    def values(self, what: str, how: str, values: Floats, style: str, *, total: bool = False) -> _Line:
        """A row of plain numbers by year."""
        return self._row(what, how, [Cell(float(v), style) for v in values], values, style, total=total)

    def formulas(
        self, what: str, how: str, made: Sequence[str], values: Floats, style: str, *, total: bool = False
    ) -> _Line:
        """A row of formulas by year."""
        cells = [Cell(float(v), style, "" if _is_number(text) else text) for text, v in zip(made, values, strict=True)]
        return self._row(what, how, cells, values, style, total=total)

    def _row(
        self, what: str, how: str, cells: Sequence[Cell], values: Floats, style: str, *, total: bool = False
    ) -> _Line:
        at = len(self.rows) + 1
        places = tuple(f"{column(FIRST + k)}{at}" for k in range(len(self.years)))
        name = "total_name" if style == "cents_total" else ""
        row: list[Cell | None] = [Cell(what, name), Cell(how, "note" if not name else "total_name"), None, *cells]
        if total:
            row.append(Cell(float(np.sum(values)), style, f"SUM({places[0]}:{places[-1]})"))
        self.rows.append(row)
        return _Line(places, np.asarray(values, dtype=np.float64))


class _Settled(NamedTuple):
    """Amounts of a part by provision, and ranges of the differences from the engine."""

    amounts: Mapping[str, _Line]
    differences: tuple[str, ...]


def _part(page: _Rows, part: SettledPart) -> _Settled:
    """All rows of what is settled at once."""
    engine = settle_amounts(part.book, part.arrangement)
    book = part.book.declare(part.arrangement.lines).with_lines(engine)
    lines = _Lines(page, part, book)
    of_group = f" of {spoken(part.group)}" if part.group else ""
    page.section(f"Lines of the book{of_group}, as simulated in this draw")
    for name in lines.given():
        lines.give(name)
    amounts: dict[str, _Line] = {}
    differences = []
    for provision in part.arrangement.ordered:
        page.section(f"{spoken(provision.name)}{of_group}: the {provision.payer} pays the {provision.payee}")
        amounts[provision.name] = lines.amounts[provision.name] = _provision(page, provision, lines)
        differences.append(_against(page, amounts[provision.name], _by_year(engine[provision.name], page.years)))
    return _Settled(amounts, tuple(differences))


def _provision(page: _Rows, provision: Provision, lines: _Lines) -> _Line:
    years = page.years
    amount = page.values("   amount at the start", "", np.zeros(len(years)), "cents")
    for number, step in enumerate(in_force(provision, years), 1):
        source = step.source or f"a clause as in {step.term.reference}"
        needed = {name: lines.line(name) for name in _trace(step.term, years).lines}
        page.heading(f"{number}. {spoken(step.word)}", f"{sentence_of(step, first=number == 1)}{_when(step)}", source)
        made = _Made(step.term, _trace(step.term, years), amount, needed, step.applies(years))
        amount = _write(page, made, "   amount after", "cents_total")
    return amount


def _against(page: _Rows, amount: _Line, engine: Floats) -> str:
    """The engine's amounts below those of the formulas, and the differences; the range of these."""
    said = page.values("   the engine's amount", "settled by the program itself", engine, "cents_engine", total=True)
    gap = amount.values - said.values
    made = [f"{a}-{b}" for a, b in zip(amount.cells, said.cells, strict=True)]
    found = page.formulas("   difference", "", made, gap, "difference")
    page.worst = max(page.worst, float(np.abs(gap).max(initial=0.0)))
    return f"{found.cells[0]}:{found.cells[-1]}"


def _nets(page: _Rows, parts: Sequence[SettledPart], settled: Sequence[_Settled], told: Told) -> list[str]:
    """Each party's money: what it receives less what it pays, beside the run's own; then their sum."""
    page.section("What each party receives (positive) or pays (negative)")
    parties = [party for party in told.net_usd if any(party in part.arrangement.parties for part in parts)]
    ranges, nets = [], []
    for party in parties:
        signs = [
            ("+" if provision.payee == party else "-", found.amounts[provision.name])
            for part, found in zip(parts, settled, strict=True)
            for provision in part.arrangement.ordered
            if party in (provision.payee, provision.payer)
        ]
        made = ["".join(f"{sign}{line.cells[k]}" for sign, line in signs) or "0" for k in range(len(page.years))]
        values = sum((line.values * (1 if sign == "+" else -1) for sign, line in signs), np.zeros(len(page.years)))
        how = "received less paid under every provision"
        nets.append(page.formulas(f"the {party}", how, made, np.asarray(values), "cents_total", total=True))
        ranges.append(_against(page, nets[-1], np.asarray(told.net_usd[party])))
    made = ["+".join(net.cells[k] for net in nets) or "0" for k in range(len(page.years))]
    total = sum((net.values for net in nets), np.zeros(len(page.years)))
    zero = page.formulas("all parties together", "nought: what one pays another receives", made, total, "difference")
    return [*ranges, f"{zero.cells[0]}:{zero.cells[-1]}"]


class _Made(NamedTuple):
    """What a block of rows works out: a clause or a line, its trace, and where the numbers that it reads stand."""

    clause: Clause
    trace: Trace
    amount: _Line
    lines: Mapping[str, _Line]
    applies: tuple[bool, ...]


def _write(page: _Rows, made: _Made, what: str, style: str) -> _Line:
    """Figures, steps and result of a traced clause; the result's cells."""
    trace, years = made.trace, page.years
    results = [node for node, on in zip(trace.result, made.applies, strict=True) if on]
    values = step_values(
        trace, made.amount.values[np.newaxis], {n: v.values[np.newaxis] for n, v in made.lines.items()}
    )
    numbers = [float(np.ravel(value)[0]) for value in values]
    cells: dict[int, str] = {}
    words: dict[int, str] = {}
    by_figure = {n.operands[0]: k for k, n in enumerate(trace.nodes) if n.operation == "figure"}
    for k in figures_read(trace, results):
        figure = trace.figures[k]
        label = _label(made.clause, figure.path)
        cells[by_figure[k]] = page.figure(label, unit_of_figure(type(made.clause), figure.path), figure.value)
        words[by_figure[k]] = label
    for k, node in enumerate(trace.nodes):
        if node.operation == "line" or (node.operation == "amount" and made.amount.cells):
            read = made.amount if node.operation == "amount" else made.lines[node.operands[0]]
            cells[k] = read.cells[node.operands[-1]]
            name = "amount" if node.operation == "amount" else spoken(node.operands[0])
            words[k] = name if len(years) == 1 else f"{name} {years[node.operands[-1]]}"
    _steps(page, trace, own_cells(trace, results), numbers, cells, words)
    text = [
        (cells.get(node) if trace.nodes[node].operation != "constant" else None) or written(trace, node, cells.get)
        for node in trace.result
    ]
    after = [text[k] if on else made.amount.cells[k] for k, on in enumerate(made.applies)]
    found = [
        numbers[n] if on else made.amount.values[k]
        for k, (n, on) in enumerate(zip(trace.result, made.applies, strict=True))
    ]
    how = next((_said(trace, node, words, years) for node in results), "as before")
    return page.formulas(what, how, after, np.array(found), style, total=style == "cents_total")


def _steps(
    page: _Rows,
    trace: Trace,
    own: Sequence[int],
    numbers: Sequence[float],
    cells: dict[int, str],
    words: dict[int, str],
) -> None:
    """A row for each step that has a cell of its own; steps of several years side by side."""
    steps = steps_of(trace, own)
    shapes = list(dict.fromkeys(step.shape for step in steps))
    first = len(page.rows) + 1
    for step in steps:
        at = first + shapes.index(step.shape)
        cells[step.node] = f"${column(FIRST - 1)}${at}" if step.year is None else f"{column(FIRST + step.year)}{at}"
        words[step.node] = f"step {shapes.index(step.shape) + 1}"
    for k, shape in enumerate(shapes):
        mine = [step for step in steps if step.shape == shape]
        how = _said(trace, mine[0].node, words, page.years)
        row: list[Cell | None] = [Cell(f"   step {k + 1}", "faint"), Cell(how, "note"), *[None] * (len(page.years) + 1)]
        for step in mine:
            place = FIRST - 1 if step.year is None else FIRST + step.year
            row[place] = Cell(numbers[step.node], "number", written(trace, step.node, cells.get))
        page.rows.append(row)


def _said(trace: Trace, node: int, words: Mapping[int, str], years: tuple[int, ...]) -> str:
    """The arithmetic of a step with names for cells, the same year unsaid."""
    text = written(trace, node, words.get) if trace.nodes[node].operation != "figure" else words[node]
    if trace.nodes[node].operation in ("amount", "line"):
        text = words[node]
    own = [year for year in years if f" {year}" in text]
    return text.replace(f" {own[-1]}", "") if own else text


@dataclass
class _Lines:
    """The lines that the clauses of a part read: given ones at the top, derived ones before their first reader."""

    page: _Rows
    part: SettledPart
    book: Book
    amounts: dict[str, _Line] = field(default_factory=dict)
    found: dict[Any, _Line] = field(default_factory=dict)

    def given(self) -> list[str]:
        """Names of the lines that are numbers of the draw, in the order in which clauses read them."""
        names: dict[Any, tuple[str, Book]] = {}
        for provision in self.part.arrangement.ordered:
            for step in in_force(provision, self.page.years):
                for name in _trace(step.term, self.page.years).lines:
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
        style = _GIVEN.get(self._unit(name), "given_number")
        self.found[key] = self.page.values(spoken(name), how, _by_year(book[name], self.page.years), style)

    def _is_made(self, name: str, book: Book) -> bool:
        return book.key(name)[0] == type(self.makers[name]).__name__

    def _unit(self, name: str) -> str:
        maker = self.makers.get(name)
        own = maker.unit if maker is not None and maker.unit != "same" else ""
        return own or line_units(self.part.arrangement).get(name, "") or unit_of_line(name)

    def line(self, name: str) -> _Line:
        """The cells of a line, its rows written where they are not there yet."""
        return self._line(name, self.book, self.makers)

    def _line(self, name: str, book: Book, makers: Mapping[str, LineMaker]) -> _Line:
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
        made = _Made(maker, trace, _Line((), np.zeros(len(page.years))), needed, every)
        style = {"usd": "cents", "fraction": "share_error", "rate": "share_error"}.get(self._unit(name), "number")
        self.found[key] = _write(page, made, f"   {spoken(name)}", style)
        return self.found[key]


def _reference(maker: LineMaker) -> str:
    own = maker.reference.startswith("the contract")
    return maker.reference if own else f"a line as in {maker.reference}"


def _label(clause: Clause, path: tuple[str | int, ...]) -> str:
    """What a figure is called; one of a table by where its band begins or ends."""
    if "bands" not in path:
        return label_of_figure(path)
    band: Any = clause
    for step in path[: path.index("bands") + 2]:
        band = getattr(band, step) if isinstance(step, str) else band[step]
    end = path[-1] == 1 and band.end is not None
    return f"value at {band.end if end else band.start:,g}{' (end)' if end else ''}"


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdigit()


def _key(name: str, book: Book) -> Any:
    """What decides a line; a line that a clause names and never needs may be missing from the book."""
    return book.key(name) if name in book else ("", name)


def _trace(term: Term, years: tuple[int, ...]) -> Trace:
    return trace_term(term, years)


def _by_year(line: Any, years: tuple[int, ...]) -> Floats:
    """The only draw of a line, by year."""
    return np.broadcast_to(line, (1, len(years)))[0] + 0.0


def _when(step: Step) -> str:
    if step.first and step.last:
        return f" ({step.first} to {step.last})"
    return f" (from {step.first})" if step.first else f" (to {step.last})" if step.last else ""


def every_cell(page: Page, found: Callable[[Cell], bool]) -> list[tuple[int, int, Cell]]:
    """Cells of a page of which something holds, with row and column from 0."""
    return [(i, k, c) for i, row in enumerate(page.rows) for k, c in enumerate(row) if c is not None and found(c)]
