"""A reader of workbooks: a scenario from rows of figures and tables, with the sheet and cell of every value.

The layout is that of ``vbcsim template --xlsx`` (see ``workbook_layout``). Sheets of any other form are the reader's
own and are left alone.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any, NamedTuple

from vbcsim.core.errors import BadInput, Problem, did_you_mean
from vbcsim.core.text import hidden_characters, listing, shown, visible
from vbcsim.scenario.source import Document, Mark, Path, path_text
from vbcsim.scenario.table import Columns, row_of
from vbcsim.scenario.tables import columns_at
from vbcsim.scenario.workbook_file import Sheet, column_letters, read_sheets
from vbcsim.scenario.workbook_layout import (
    HEADINGS,
    TABLES,
    Index,
    joined,
    read_field,
    source_holder,
    steps_of,
)
from vbcsim.scenario.yaml import parse_yaml

__all__ = ["read_workbook"]

_SEARCHED = 30
"""Rows at the top of a sheet among which its headings are looked for."""
_SECTION, _FIELD, _VALUE, _SOURCE = (HEADINGS.index(name) for name in ("Section", "Field", "Value", "Source"))


def read_workbook(path: str | FilePath) -> Document:
    """The document in a workbook; what is wrong with its cells is among its ``problems``.

    :raises BadInput: where the file is no workbook, or one without a sheet of a scenario.
    """
    reader = _Reader(visible(str(path)), read_sheets(path))
    return reader.read()


@dataclass
class _Node:
    """A part of a scenario while it is put together: a mapping, a list, or a value."""

    path: Path
    mark: Mark
    children: dict[Any, _Node] = field(default_factory=dict)
    listed: bool = False
    value: Any = None
    given: bool = False


class _Row(NamedTuple):
    """A row of a table: its fields, where each stands, and which of them could not be read."""

    fields: dict[str, Any]
    marks: dict[str, Mark]
    refused: list[str]


class _Reader:
    """Builds data from cells, remembering marks and problems; one use per workbook."""

    def __init__(self, file: str, sheets: list[Sheet]) -> None:
        self.file = file
        self.sheets = sheets
        self.root = _Node((), Mark(file))
        self.document = Document(file, {}, {(): Mark(file)})
        self.sources: dict[Path, tuple[str, Mark]] = {}

    def read(self) -> Document:
        figures = [(sheet, at) for sheet in self.sheets if (at := _headings(sheet)) is not None]
        if not figures:
            words = listing([sheet.name for sheet in self.sheets])
            message = (
                f"no sheet has the headings {', '.join(HEADINGS[:3])} (sheets: {words or 'none'}); begin from a "
                "workbook of `vbcsim template --xlsx`"
            )
            raise BadInput(self.file, message)
        for sheet, (row, places) in figures:
            self._figures(sheet, row, places)
        for name, path in TABLES.items():
            self._table(name, path)
        self._put_sources()
        self.document.data = self._built(self.root)
        return self.document

    # ------------------------------------------------------------------------------------------------- figures
    def _figures(self, sheet: Sheet, top: int, places: dict[str, int]) -> None:
        for i, row in enumerate(sheet.rows[top + 1 :], top + 1):
            section, name = (_text(_at(row, places[HEADINGS[k]])) for k in (_SECTION, _FIELD))
            known = len(self.document.problems)
            value = self._value(sheet, i, places["Value"])
            refused = len(self.document.problems) > known
            mark = self._mark(sheet, i, places["Value"])
            if not section and not name:
                if value is not None:
                    self._refuse(
                        mark, f"{shown(value[0])} stands beside no field; name its section and field, or clear it"
                    )
                continue
            try:
                path = steps_of(joined(section, name))
            except ValueError as error:
                self._refuse(self._mark(sheet, i, places["Field"]), str(error))
                continue
            for length in range(1, len(path) + 1):
                self.document.marks.setdefault(path[:length], mark)
            if value is not None:
                self._put(path, value[0], mark)
            if refused:
                self.document.broken.add(path)
            if "Source" in places:
                self._source(path, sheet, i, places["Source"])

    def _source(self, path: Path, sheet: Sheet, i: int, column: int) -> None:
        """Note the source in a row for the part of the scenario that the row belongs to."""
        found, mark = self._value(sheet, i, column), self._mark(sheet, i, column)
        holder = source_holder(path)
        if holder is not None:
            self.document.marks.setdefault((*holder, "source"), mark)
        if found is None:
            return
        if holder is None:
            self._refuse(mark, f"{path_text(path)} has no source of its own; clear the cell")
        elif holder in self.sources and self.sources[holder][0] != found[0]:
            before = self.sources[holder][1]
            self._refuse(mark, f"another source of {path_text(holder)} stands in {before}; give it once")
        else:
            self.sources.setdefault(holder, (found[0], mark))

    def _put_sources(self) -> None:
        """Put each source where it belongs, if the part of the scenario is there at all."""
        for holder, (text, mark) in self.sources.items():
            self._put((*holder, "source"), text, mark)

    # -------------------------------------------------------------------------------------------------- tables
    def _table(self, name: str, path: Path) -> None:
        sheet = next((sheet for sheet in self.sheets if sheet.name.strip().lower() == name.lower()), None)
        columns = columns_at(path)
        assert columns is not None  # the layout names lists of rows
        if sheet is None:
            self._lacking(name, path)
            return
        key = next(iter(columns.required))
        top = next((i for i, row in enumerate(sheet.rows[:_SEARCHED]) if key in map(_text, row)), None)
        if top is None:
            place = Mark(f"{self.file}!{sheet.name}")
            self._refuse(
                place, f"no row of headings with {shown(key)} was found; name the columns as the template does"
            )
            self.document.broken.add(path)
            return
        known = len(self.document.problems)
        names = self._header(sheet, top, columns)
        if len(self.document.problems) > known:
            self.document.broken.add(path)
        rows = [self._row(sheet, i, names, columns) for i in range(top + 1, len(sheet.rows))]
        self._rows(path, [row for row in rows if row is not None], self._mark(sheet, top, 0))

    def _lacking(self, name: str, path: Path) -> None:
        """A sheet is missed where its part of the scenario is told, and no row of figures says the same."""
        above = self.root.children.get(path[0])
        if above is None or path[-1] in above.children:
            return
        names = [sheet.name for sheet in self.sheets]
        near = did_you_mean(name, names)
        words = f"there is no sheet {shown(name)}, which holds {path_text(path)}{near} (sheets: {listing(names)})"
        self._refuse(Mark(self.file), f"{words}; name it so, or begin from a workbook of `vbcsim template --xlsx`")
        self.document.broken.add(path)

    def _header(self, sheet: Sheet, top: int, columns: Columns) -> dict[int, str]:
        names: dict[int, str] = {}
        for k, raw in enumerate(sheet.rows[top]):
            word, mark = _text(raw), self._mark(sheet, top, k)
            if not word:
                if any(_at(row, k) not in ("", None) for row in sheet.rows[top + 1 :]):
                    self._refuse(mark, "a column has values and no name; name it or clear it")
            elif word in names.values():
                self._refuse(mark, f"column {shown(word)} is there twice; keep one of them")
            elif not columns.holds(word):
                near = did_you_mean(word, [a for a in columns.allowed if a not in names.values()])
                allowed = listing([*columns.allowed, *(f"{name}.CATEGORY" for name in columns.nested)], 40)
                self._refuse(mark, f"{shown(word)} is not a column of this table{near} (allowed: {allowed})")
            else:
                names[k] = word
        lacking = [name for name in columns.required if name not in names.values()]
        if lacking:
            mark = self._mark(sheet, top, 0)
            self._refuse(mark, f"no column is named {listing(lacking)}; the table needs it: add the column")
        return names

    def _row(self, sheet: Sheet, i: int, names: dict[int, str], columns: Columns) -> _Row | None:
        """The fields of a row with their marks; none where the row is blank."""
        told: dict[int, tuple[Any] | None] = {}
        refused = []
        for k, name in names.items():
            known = len(self.document.problems)
            told[k] = self._value(sheet, i, k)
            refused += [name] if len(self.document.problems) > known else []
        if all(value is None for value in told.values()) and not refused:
            return None
        fields = row_of({names[k]: value[0] for k, value in told.items() if value is not None}, columns)
        marks = {names[k]: self._mark(sheet, i, k) for k in names} | {"": self._mark(sheet, i, min(names))}
        return _Row(fields, marks, refused)

    def _rows(self, path: Path, rows: list[_Row], mark: Mark) -> None:
        if not rows and path[0] not in self.root.children:
            return
        if not rows:
            self._refuse(mark, "the table has headings and no rows; add rows below them")
            self.document.broken.add(path)
            return
        self._put(path, [row.fields for row in rows], mark)
        for k, row in enumerate(rows):
            for name, at in row.marks.items():
                self.document.marks[(*path, k, *name.split(".", 1)) if name else (*path, k)] = at
            self.document.broken |= {(*path, k, *name.split(".", 1)) for name in row.refused}

    # --------------------------------------------------------------------------------------------------- cells
    def _value(self, sheet: Sheet, i: int, k: int) -> tuple[Any] | None:
        """What a cell says, in a tuple so that it may say nothing at all; none where it is blank."""
        raw, mark = _at(sheet.rows[i], k), self._mark(sheet, i, k)
        if (i, k) in sheet.odd:
            self._refuse(mark, sheet.odd[i, k])
            return None
        for (top, left), (bottom, right) in sheet.merged:
            if top <= i <= bottom and left <= k <= right and (i, k) != (top, left) and (bottom > top or k == left):
                self._refuse(mark, "the cell is merged with others; split them, and write the value into each row")
                return None
        if isinstance(raw, bool):
            return (raw,)
        if isinstance(raw, (int, float)):
            return (int(raw) if float(raw).is_integer() and abs(raw) < 1e18 else raw,)
        if isinstance(raw, (dt.date, dt.time, dt.timedelta)):
            words = f"the date or time {raw} was read; format the cell as a number or as text, and write the value anew"
            self._refuse(mark, words)
            return None
        return self._said(str(raw or ""), mark)

    def _said(self, text: str, mark: Mark) -> tuple[Any] | None:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        if hidden := hidden_characters(text):
            self._refuse(mark, f"the invisible character {hidden} stands in the cell; remove it")
            return None
        if not text.strip():
            return None
        kind, found = read_field(text)
        if kind != "yaml":
            return (found,)
        try:
            return (parse_yaml(found, "cell").data,)
        except BadInput as error:
            said = error.problems[0].message
            self._refuse(mark, f"{shown(found)} begins like a list or a mapping of YAML and cannot be read: {said}")
            return None

    def _mark(self, sheet: Sheet, i: int, k: int) -> Mark:
        return Mark(f"{self.file}!{visible(sheet.name)}!{column_letters(k)}{i + 1}")

    def _refuse(self, mark: Mark, message: str) -> None:
        self.document.problems.append(Problem(str(mark), visible(message)))

    # ---------------------------------------------------------------------------------------------------- data
    def _put(self, path: Path, value: Any, mark: Mark) -> None:
        """Put a value at its place; what stands there already is refused."""
        node = self.root
        for k, step in enumerate(path):
            if node.given:
                self._refuse(mark, f"{path_text(node.path)} has a value of its own in {node.mark}; keep one of the two")
                return
            listed = isinstance(step, Index)
            if node.children and node.listed != listed:
                self._refuse(mark, f"{path_text(node.path)} has both numbered rows and named fields; keep one of them")
                return
            node.listed = listed
            node = node.children.setdefault(step, _Node(path[: k + 1], mark))
        if node.given or node.children:
            self._refuse(mark, f"{path_text(path)} is given twice (first in {node.mark}); keep one of them")
            return
        node.value, node.given, node.mark = value, True, mark
        self.document.marks[path] = mark
        for length in range(1, len(path)):
            self.document.marks.setdefault(path[:length], mark)

    def _built(self, node: _Node) -> Any:
        if node.given:
            return node.value
        if not node.listed:
            return {key: self._built(child) for key, child in node.children.items()}
        for k, position in enumerate(sorted(node.children)):
            if position != k:
                mark = node.children[position].mark
                self._refuse(mark, f"{path_text(node.path)} has a row {position} and no row {k}; number them from 0 on")
                break
        return [self._built(node.children[k]) for k in sorted(node.children)]


def _headings(sheet: Sheet) -> tuple[int, dict[str, int]] | None:
    """The row of headings of a sheet of figures, and the column of each; none where it is another kind of sheet."""
    needed = HEADINGS[:3]
    for i, row in enumerate(sheet.rows[:_SEARCHED]):
        words = [_text(cell).lower() for cell in row]
        if all(name.lower() in words for name in needed):
            return i, {name: words.index(name.lower()) for name in HEADINGS if name.lower() in words}
    return None


def _at(row: list[Any], k: int) -> Any:
    return row[k] if k < len(row) else ""


def _text(raw: Any) -> str:
    if isinstance(raw, float) and raw.is_integer():
        return str(int(raw))
    return str(raw).strip() if raw is not None else ""
