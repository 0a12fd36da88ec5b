"""The rows of a settlement in formulas while they are written: what, how, a figure, and one column for each year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vbcsim.core.units import UNITS
from vbcsim.workbook.sheet import Cell, column

__all__ = ["FIRST", "GIVEN", "Line", "Rows"]

Floats = NDArray[np.float64]
FIRST = 3
"""Column of the first year: what, how and the figure stand before it."""
GIVEN = {"usd": "given_cents", "amount": "given_cents", "usd_pmpm": "given_cents"}
GIVEN |= {"fraction": "given_share", "rate": "given_share"}


class Line(NamedTuple):
    """A number by year on the page: its cells and its values."""

    cells: tuple[str, ...]
    values: Floats


@dataclass
class Rows:
    """The rows of the page while they are written."""

    years: tuple[int, ...]
    rows: list[list[Cell | None]] = field(default_factory=list)
    worst: float = 0.0

    def open(self, title: str, about: str) -> None:
        """The head of the page."""
        how = (
            "Every black number is a live formula: change a blue one and see what follows. The clauses stand in the "
            "contract's order; each formula is generated from the same arithmetic that settles every draw."
        )
        self.rows += [
            [Cell(f"One settlement, step by step: {title}", "title")],
            [Cell(about, "faint")],
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
        self.rows.append([Cell(f"   {what}", ""), Cell(said, "faint"), Cell(value, GIVEN.get(unit, "given_number"))])
        return f"${column(FIRST - 1)}${len(self.rows)}"

    def values(self, what: str, how: str, values: Floats, style: str, *, total: bool = False) -> Line:
        """A row of plain numbers by year."""
        return self._row(what, how, [Cell(float(v), style) for v in values], values, style, total=total)

    def formulas(
        self, what: str, how: str, made: Sequence[str], values: Floats, style: str, *, total: bool = False
    ) -> Line:
        """A row of formulas by year."""
        cells = [Cell(float(v), style, "" if _is_number(text) else text) for text, v in zip(made, values, strict=True)]
        return self._row(what, how, cells, values, style, total=total)

    def _row(
        self, what: str, how: str, cells: Sequence[Cell], values: Floats, style: str, *, total: bool = False
    ) -> Line:
        at = len(self.rows) + 1
        places = tuple(f"{column(FIRST + k)}{at}" for k in range(len(self.years)))
        name = "total_name" if style == "cents_total" else ""
        row: list[Cell | None] = [Cell(what, name), Cell(how, "note" if not name else "total_name"), None, *cells]
        if total:
            row.append(Cell(float(np.sum(values)), style, f"SUM({places[0]}:{places[-1]})"))
        self.rows.append(row)
        return Line(places, np.asarray(values, dtype=np.float64))


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdigit()
