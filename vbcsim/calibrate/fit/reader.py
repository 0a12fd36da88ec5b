"""Person-years from a table: one row for each person and year, cost and services by category in columns of their own.

No error shows the content of a row: a number of the line and the name of the column are enough to find it.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from vbcsim.calibrate.claims.person_years import Coded, PersonYears
from vbcsim.core.errors import BadInput, Problem, did_you_mean
from vbcsim.core.text import listing, shown, visible

__all__ = ["read_person_years"]

_WORDS: Final = ("line_of_business", "age_band", "sex", "stratum")
_PLAIN: Final = ("person", "year", "months", "family", *_WORDS)
_NEEDED: Final = ("person", "year")
_MANY: Final = 20
"""Problems beyond these are counted, not listed."""


def read_person_years(path: str | Path, line: str = "all") -> PersonYears:
    """The person-years of a CSV file with the columns ``person``, ``year``, ``usd.NAME`` and ``services.NAME``.

    ``months`` (12), ``line_of_business``, ``age_band``, ``sex``, ``stratum`` and ``family`` may be there too.

    :param line: line of business of rows whose file has no such column.
    :raises BadInput: with every problem found, at most twenty of them listed.
    """
    file = visible(str(path))
    try:
        with Path(path).open(newline="", encoding="utf-8-sig") as text:
            lines = list(csv.reader(text))
    except OSError as error:
        raise BadInput(file, f"cannot be read: {error.strerror or error}") from None
    except (UnicodeDecodeError, csv.Error):
        raise BadInput(file, "is no CSV file in UTF-8; save it as one") from None
    if len(lines) < 2:
        raise BadInput(
            f"{file}:1", "holds no rows; the first line names the columns, every further one is a person-year"
        )
    header = [word.strip() for word in lines[0]]
    categories = _categories(header, file)
    columns = _Columns(header, lines[1:], file)
    found = _person_years(columns, categories, line, Path(path).name)
    if columns.problems:
        more = len(columns.problems) - _MANY
        rest = [Problem(file, f"{more} more problems are not listed")] if more > 0 else []
        raise BadInput([*columns.problems[:_MANY], *rest])
    assert found is not None
    return found


class _Columns:
    """Columns of a file as arrays; what cannot be read is noted by line and column."""

    def __init__(self, header: Sequence[str], rows: Sequence[Sequence[str]], file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        ragged = [k for k, row in enumerate(rows) if row and len(row) != len(header)]
        for k in ragged:
            self.problems.append(Problem(f"{file}:{k + 2}", f"has {len(rows[k])} cells and the header {len(header)}"))
        self.at = [k + 2 for k, row in enumerate(rows) if len(row) == len(header)]
        whole = [row for row in rows if len(row) == len(header)]
        self.cells: Mapping[str, list[str]] = {name: [row[k].strip() for row in whole] for k, name in enumerate(header)}

    def words(self, name: str, usual: str) -> Coded:
        """A column of words; one word for all rows where there is none."""
        words = self.cells.get(name)
        return Coded.same(usual, len(self.at)) if words is None else Coded.of(np.array([w or usual for w in words]))

    def numbers(self, name: str, low: float = -math.inf, high: float = math.inf, usual: float | None = None) -> Any:
        """A column of numbers; ``usual`` where it or a cell is lacking."""
        cells = self.cells.get(name)
        if cells is None:
            return np.full(len(self.at), usual)
        found = np.empty(len(cells))
        for k, cell in enumerate(cells):
            found[k] = self._number(cell, usual)
            if not low <= found[k] <= high:
                what = "is no number" if math.isnan(found[k]) else f"is not between {low:g} and {high:g}"
                self.problems.append(Problem(f"{self.file}:{self.at[k]} {name}", what))
        return found

    @staticmethod
    def _number(cell: str, usual: float | None) -> float:
        if not cell and usual is not None:
            return usual
        try:
            return float(cell)
        except ValueError:
            return math.nan


def _person_years(columns: _Columns, categories: Sequence[str], line: str, name: str) -> PersonYears | None:
    year = columns.numbers("year", 1900, 2200)
    months = columns.numbers("months", 0.01, 12, 12.0)
    usd = np.stack([columns.numbers(f"usd.{c}", -1e12, 1e12, 0.0) for c in categories], axis=1)
    services = np.stack([columns.numbers(f"services.{c}", 0, 1e6, 0.0) for c in categories], axis=1)
    person = Coded.of(np.array(columns.cells["person"])).code
    if (services != np.round(services)).any():
        columns.problems.append(Problem(columns.file, "numbers of services must be whole"))
    for a, b in _twice(person, year):
        what = f"is the person and year of line {columns.at[a]} again; keep one row for each person and year"
        columns.problems.append(Problem(f"{columns.file}:{columns.at[b]}", what))
    if columns.problems:
        return None
    family = columns.cells.get("family")
    return PersonYears(
        person=person,
        year=year.astype(np.int64),
        months=months,
        line_of_business=columns.words("line_of_business", line),
        age_band=columns.words("age_band", "all"),
        sex=columns.words("sex", "all"),
        stratum=columns.words("stratum", "all"),
        categories=tuple(categories),
        usd=usd,
        services=services.astype(np.int64),
        family=None if family is None else Coded.of(np.array(family)).code,
        source=name,
    )


def _twice(person: NDArray[np.int64], year: NDArray[np.float64]) -> list[tuple[int, int]]:
    """Rows that repeat a person and year: the first and the later one."""
    order = np.lexsort((year, person))
    a, b = order[:-1], order[1:]
    same = (person[a] == person[b]) & (year[a] == year[b])
    return [(int(min(i, j)), int(max(i, j))) for i, j in zip(a[same], b[same], strict=True)]


def _categories(header: Sequence[str], file: str) -> tuple[str, ...]:
    """Categories of the file, each with its cost and its services.

    :raises BadInput: where columns lack, are there twice or are unknown.
    """
    names = tuple(dict.fromkeys(w.partition(".")[2] for w in header if w.startswith(("usd.", "services."))))
    known = {*_PLAIN, *(f"{kind}.{n}" for n in names for kind in ("usd", "services"))}
    problems = [
        Problem(f"{file}:1", f"no column is named {n}; each table needs it") for n in _NEEDED if n not in header
    ]
    if not names:
        problems.append(Problem(f"{file}:1", "no category; name its columns usd.NAME and services.NAME"))
    for name in names:
        lacking = [f"{kind}.{name}" for kind in ("usd", "services") if f"{kind}.{name}" not in header]
        if lacking:
            problems.append(Problem(f"{file}:1", f"{name} has no column {lacking[0]}; a category needs both"))
    for word in header:
        if word not in known:
            guess = did_you_mean(word, sorted(known))
            problems.append(
                Problem(f"{file}:1", f"{shown(word)} is no column of person-years{guess} ({listing(_PLAIN, 10)})")
            )
    problems += [
        Problem(f"{file}:1", f"{shown(w)} is there twice") for w in dict.fromkeys(header) if header.count(w) > 1
    ]
    if problems:
        raise BadInput(problems)
    return names
