"""One clause, or one line that a contract makes, as rows of formulas: its figures, its steps, and what it gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from vbcsim.contract.trace import Trace, step_values
from vbcsim.contract.traced_figure import label_of_figure, unit_of_figure
from vbcsim.contract.value import Clause
from vbcsim.contract.wording import spoken
from vbcsim.workbook.formula import figures_read, own_cells, steps_of, written
from vbcsim.workbook.settlement_rows import FIRST, Line, Rows
from vbcsim.workbook.sheet import Cell, column

__all__ = ["Made", "write_clause"]


class Made(NamedTuple):
    """What a block of rows works out: a clause or a line, its trace, and where the numbers that it reads stand."""

    clause: Clause
    trace: Trace
    amount: Line
    lines: Mapping[str, Line]
    applies: tuple[bool, ...]


def write_clause(page: Rows, made: Made, what: str, style: str) -> Line:
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
    page: Rows,
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


def _label(clause: Clause, path: tuple[str | int, ...]) -> str:
    """What a figure is called; one of a table by where its band begins or ends."""
    if "bands" not in path:
        return label_of_figure(path)
    band: Any = clause
    for step in path[: path.index("bands") + 2]:
        band = getattr(band, step) if isinstance(step, str) else band[step]
    end = path[-1] == 1 and band.end is not None
    return f"value at {band.end if end else band.start:,g}{' (end)' if end else ''}"
