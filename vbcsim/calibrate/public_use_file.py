"""Reader of CMS Shared Savings Program results: one row per accountable care organization (ACO) and performance year.

Source: Centers for Medicare & Medicaid Services, Medicare Shared Savings Program, *Performance Year Financial and
Quality Results* public-use files (data.cms.gov), any performance year from 2013 on. A file whose layout is not known is
refused with the columns that it lacks; a broken row is reported and the rest is used.
"""

from __future__ import annotations

import csv
import difflib
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from vbcsim.calibrate.aco_year import AcoYear, read_row, units_of
from vbcsim.calibrate.layout import columns_by_meaning, layout_year, missing_meanings, read_date
from vbcsim.core.errors import BadInput, Problem

__all__ = ["PublicUseFile", "read_public_use_file"]

_YEARS = range(2012, 2041)
_LARGEST_BYTES = 200_000_000


@dataclass(frozen=True, slots=True)
class PublicUseFile:
    """A public-use file: its rows that could be read, and a problem for each that could not."""

    path: Path
    rows: tuple[AcoYear, ...]
    problems: tuple[Problem, ...]

    @property
    def years(self) -> tuple[int, ...]:
        """The performance years in the file."""
        return tuple(sorted({row.performance_year for row in self.rows}))

    def aco(self, aco_id: str) -> AcoYear:
        """The row of one ACO; BadInput with the closest identifiers where there is none."""
        found = [row for row in self.rows if row.aco_id.upper() == aco_id.strip().upper()]
        if found:
            return max(found, key=lambda row: (row.performance_year, row.months))
        ids = sorted({row.aco_id for row in self.rows})
        near = difflib.get_close_matches(aco_id.strip().upper(), ids, n=3, cutoff=0.6)
        said = f"the closest are {', '.join(near)}" if near else f"identifiers look like {', '.join(ids[:3])}"
        raise BadInput(str(self.path), f"holds {len(ids)} ACOs and none is {aco_id!r}; {said}")


def read_public_use_file(path: str | Path, year: int | None = None) -> PublicUseFile:
    """Read a public-use file of any performance year.

    ``year`` states the performance year where the file does not (no year column, none in the file's name); of a file
    with several years only that one is kept. Raises BadInput where the file is no such table or its year is unknown.
    """
    path = Path(path)
    header, lines = _table(path)
    lacks = missing_meanings(header)
    if lacks:
        raise BadInput(
            str(path), f"is not a layout that can be settled: it lacks {'; '.join(lacks)}; its first columns are "
            f"{', '.join(header[:6])}",
        )  # fmt: skip
    columns = columns_by_meaning(header)
    problems: list[Problem] = []
    rows: list[tuple[int, dict[str, str]]] = []
    for line, cells in lines:
        if len(cells) != len(header):
            message = f"has {len(cells)} cells where the header has {len(header)} columns; the row is left out"
            problems.append(Problem(f"{path}:{line}", message))
        else:
            rows.append((line, dict(zip(header, cells, strict=True))))
    years = _performance_years(path, header, columns, rows, year, problems)
    built: list[AcoYear] = []
    for performance_year in sorted({y for y in years.values() if y is not None}):
        group = [(line, cells) for line, cells in rows if years[line] == performance_year]
        built += _rows_of_year(path, performance_year, columns, group, problems)
    if not built:
        message = "has no row that can be read" + (f" for performance year {year}" if year else "")
        raise BadInput([*problems, Problem(str(path), message)])
    built.sort(key=lambda row: int(row.place.rsplit(":", 1)[1]))
    return PublicUseFile(path, tuple(built), tuple(problems))


def _table(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Lower-cased header, and the rows with the line on which each begins; blank lines are skipped."""
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise BadInput(str(path), f"is larger than {_LARGEST_BYTES // 1_000_000} MB: not a public-use results file")
        data = path.read_bytes()
    except OSError as error:
        raise BadInput(str(path), f"cannot be read: {error.strerror or error}") from None
    if data.startswith(b"PK\x03\x04") or b"\x00" in data[:4096]:
        raise BadInput(str(path), "is not a text file; save the table as CSV (UTF-8) first")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    lines: list[tuple[int, list[str]]] = []
    try:
        start = 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                lines.append((start, cells))
            start = reader.line_num + 1
    except csv.Error as error:
        raise BadInput(f"{path}:{reader.line_num}", f"is not CSV: {error}") from None
    if not lines:
        raise BadInput(str(path), "is empty; a table with a header is needed")
    header = [name.strip().lower() for name in lines[0][1]]
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice:
        raise BadInput(f"{path}:1", f"names columns twice: {', '.join(twice)}")
    return header, lines[1:]


def _performance_years(
    path: Path,
    header: Sequence[str],
    columns: Mapping[str, str],
    rows: Sequence[tuple[int, Mapping[str, str]]],
    year: int | None,
    problems: list[Problem],
) -> dict[int, int | None]:
    """Performance year by line: from the year column, else ``year``, the file's name or the layout."""
    column = columns.get("performance_year")
    if column:
        return {line: _row_year(path, line, column, cells[column], year, problems) for line, cells in rows}
    starts = [d for _, cells in rows if (d := read_date(cells.get(columns.get("agreement_start", ""), "")))]
    told = year or _year_in_name(path.name) or layout_year(header, starts)
    if told is None:
        raise BadInput(
            str(path),
            "does not tell its performance year: it has no year column and none in its name; state it with --year",
        )
    if starts and max(starts).year > told:
        raise BadInput(
            str(path), f"cannot be of performance year {told}: it has an agreement that began on {max(starts)}; "
            "state the right year with --year",
        )  # fmt: skip
    return {line: told for line, _ in rows}


def _row_year(path: Path, line: int, column: str, text: str, year: int | None, problems: list[Problem]) -> int | None:
    match = re.search(r"(?<!\d)(20\d\d)(?!\d)", text)
    if match is None or int(match[1]) not in _YEARS:
        problems.append(Problem(f"{path}:{line} {column}", f"{text!r} is not a performance year; the row is left out"))
        return None
    return int(match[1]) if year is None or int(match[1]) == year else None


def _year_in_name(name: str) -> int | None:
    after_py = re.findall(r"(?i)(?:py|y|year)[\s._-]*(20[12]\d)(?!\d)", name)
    any_year = re.findall(r"(?<!\d)(20[12]\d)(?!\d)", name)
    found = set(after_py) or set(any_year)
    return int(found.pop()) if len(found) == 1 else None


def _rows_of_year(
    path: Path,
    year: int,
    columns: Mapping[str, str],
    rows: Sequence[tuple[int, Mapping[str, str]]],
    problems: list[Problem],
) -> list[AcoYear]:
    """The rows of one performance year; the units of a column are settled for the year as a whole."""
    rates, scores = ([cells[columns[m]] for _, cells in rows] for m in ("minimum_rate", "quality_score"))
    units = units_of(rates, scores)
    built = [read_row(f"{path}:{line}", cells, columns, year, units, problems) for line, cells in rows]
    return [row for row in built if row is not None]
