"""A reader of CSV tables that stand beside a scenario: every problem at ``file:line:column``, all at once.

The first line names the columns; every further line is a row. Lines that are blank or begin with ``#`` are skipped, an
empty cell is a field left out, text in double quotes may hold commas and doubled quotes. Every kind of
line end is read, and a byte order mark is dropped. A cell that is a number of YAML 1.2 is a number, unless its column
holds text; a code with a leading zero (``0095``) stays text.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any

from vbcsim.core.errors import BadInput, Problem, did_you_mean
from vbcsim.core.text import hidden_characters, listing, shown, visible
from vbcsim.scenario.source import Mark
from vbcsim.scenario.yaml import read_text, scalar

__all__ = ["MAX_TABLE_BYTES", "Columns", "Table", "read_table", "row_of"]

MAX_TABLE_BYTES = 64_000_000

_FIELD = re.compile(r'(?P<quoted>"(?:[^"]|"")*")(?=,|\r\n|\n|\r|\Z)|(?P<plain>[^,\r\n]*)')
_LINE_END = re.compile(r"\r\n|\n|\r")
_CODE = re.compile(r"[-+]?0[0-9]+")


@dataclass(frozen=True, slots=True)
class Columns:
    """What a table may hold: its column names, those that must be there, those that hold text."""

    allowed: Collection[str] = ()
    required: Collection[str] = ()
    text: Collection[str] = ()
    nested: Collection[str] = ()
    """Fields that hold figures by word: the column ``use.inpatient`` is the figure ``inpatient`` of ``use``."""

    def holds(self, name: str) -> bool:
        """Whether a column may have this name."""
        field, dot, word = name.partition(".")
        return name in self.allowed or bool(dot and word and field in self.nested)


@dataclass(frozen=True, slots=True)
class _Cell:
    text: str
    line: int
    column: int
    quoted: bool


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of a table and where each of their fields stands."""

    file: str
    rows: list[dict[str, Any]]
    marks: list[dict[str, Mark]]
    """Place of each field of each row; the empty name is the row itself."""


def read_table(path: str | FilePath, columns: Columns | None = None) -> Table:
    """The rows of a CSV file.

    :raises BadInput: with every problem found.
    """
    columns = columns or Columns()
    file = visible(str(path))
    lines = _split(read_text(path, MAX_TABLE_BYTES), file)
    if not lines:
        raise BadInput(f"{file}:1:1", "the table is empty; its first line names the columns")
    header, problems = _header(lines[0], file, columns)
    rows: list[dict[str, Any]] = []
    marks: list[dict[str, Mark]] = []
    for line in lines[1:]:
        if len(line) != len(header):
            problems.append(_ragged(line, header, file))
            continue
        values = {
            name: _value(cell, name in columns.text, file, problems) for name, cell in zip(header, line, strict=True)
        }
        rows.append(row_of({name: value for name, value in values.items() if value is not None}, columns))
        marks.append({name: Mark(file, cell.line, cell.column) for name, cell in zip(header, line, strict=True)})
        marks[-1][""] = Mark(file, line[0].line, 1)
    if not lines[1:]:
        problems.append(
            Problem(f"{file}:{lines[0][0].line}:1", "the table has a header and no rows; add rows below it")
        )
    if problems:
        raise BadInput(problems)
    return Table(file, rows, marks)


def _split(text: str, file: str) -> list[list[_Cell]]:
    """Cells of every line that is neither blank nor a comment."""
    lines: list[list[_Cell]] = []
    position, number = 0, 1
    while position < len(text):
        end = _LINE_END.search(text, position)
        stop = end.start() if end else len(text)
        first = text[position:stop].lstrip()
        if not first or first.startswith("#"):
            position, number = (end.end() if end else stop), number + 1
            continue
        cells, position, number = _row(text, position, number, file)
        lines.append(cells)
    return lines


def _row(text: str, position: int, number: int, file: str) -> tuple[list[_Cell], int, int]:
    cells: list[_Cell] = []
    start = position
    while True:
        match = _FIELD.match(text, position)
        assert match is not None  # the plain branch matches even the empty text
        column = position - start + 1
        quoted = match["quoted"] is not None
        word = match[0][1:-1].replace('""', '"') if quoted else match[0].strip()
        if not quoted and word.startswith('"'):
            message = "a quote is opened and not closed before the next comma; close it, and double a quote inside it"
            raise BadInput(f"{file}:{number}:{column}", message)
        cells.append(_Cell(word, number, column, quoted))
        breaks = len(_LINE_END.findall(match[0]))
        if breaks:
            number += breaks
            start = position + max(match[0].rfind("\n"), match[0].rfind("\r")) + 1
        position = match.end()
        if position < len(text) and text[position] == ",":
            position += 1
            continue
        end = _LINE_END.match(text, position)
        return cells, (end.end() if end else position), number + 1


def row_of(values: dict[str, Any], columns: Columns) -> dict[str, Any]:
    """The fields of a row, with figures by word gathered under the field that holds them."""
    row: dict[str, Any] = {}
    for name, value in values.items():
        field, dot, word = name.partition(".")
        if dot and field in columns.nested and isinstance(row.setdefault(field, {}), dict):
            row[field][word] = value
        else:
            row[name] = value
    return row


def _header(cells: list[_Cell], file: str, columns: Columns) -> tuple[list[str], list[Problem]]:
    problems: list[Problem] = []
    names = [cell.text for cell in cells]
    for k, cell in enumerate(cells):
        place = f"{file}:{cell.line}:{cell.column}"
        if not cell.text:
            problems.append(Problem(place, f"column {k + 1} has no name; name it or remove it"))
        elif cell.text in names[:k]:
            problems.append(Problem(place, f"column {shown(cell.text)} is there twice; keep one of them"))
        elif columns.allowed and not columns.holds(cell.text):
            guess = did_you_mean(cell.text, [a for a in columns.allowed if a not in names])
            allowed = listing([*columns.allowed, *(f"{name}.CATEGORY" for name in columns.nested)], 30)
            problems.append(
                Problem(place, f"{shown(cell.text)} is not a column of this table{guess} (allowed: {allowed})")
            )
    if len(cells) == 1 and (other := next((c for c in ";\t|" if c in cells[0].text), "")):
        message = f"the columns are separated by {shown(other)}; save the table with commas"
        return names, [Problem(f"{file}:{cells[0].line}:1", message)]
    lacking = [name for name in columns.required if name not in names]
    if lacking:
        message = f"no column is named {listing(lacking)}; the table needs {'it' if len(lacking) == 1 else 'each'}"
        problems.append(Problem(f"{file}:{cells[0].line}:1", message))
    return names, problems


def _ragged(cells: list[_Cell], header: list[str], file: str) -> Problem:
    if len(cells) < len(header):
        what = (
            f"the row has {len(cells)} of {len(header)} cells; add {listing(header[len(cells) :])} (empty cells count)"
        )
        return Problem(f"{file}:{cells[-1].line}:{cells[-1].column}", what)
    extra = cells[len(header)]
    what = (
        f"the row has {len(cells)} cells and the header {len(header)}; {shown(extra.text)} is one too many: "
        "put text that holds a comma in double quotes"
    )
    return Problem(f"{file}:{extra.line}:{extra.column}", what)


def _value(cell: _Cell, text: bool, file: str, problems: list[Problem]) -> Any:
    if hidden := hidden_characters(cell.text):
        message = f"the invisible character {hidden} stands in the cell; remove it"
        problems.append(Problem(f"{file}:{cell.line}:{cell.column}", message))
    if not cell.text and not cell.quoted:
        return None
    if text or cell.quoted or _CODE.fullmatch(cell.text):
        return cell.text
    try:
        return scalar(cell.text)
    except ValueError as error:
        problems.append(Problem(f"{file}:{cell.line}:{cell.column}", str(error)))
        return None
