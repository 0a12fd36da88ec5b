"""The data of a picture: a small table of named columns, on the page and as a CSV file that no program misreads."""

from __future__ import annotations

import base64
import csv
import io
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

from vbcsim.report.words import MINUS, clip, plain

__all__ = ["Plotted", "Value"]

Value = str | float | int | None

MOST_ROWS = 80
"""Rows that the page shows; the file has all."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "|", "%")
"""First characters that a spreadsheet may take for a formula."""


@dataclass(frozen=True, slots=True)
class Plotted:
    """What a picture shows: columns with their unit in the name, and rows of text and numbers; None where unknown."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]

    @classmethod
    def of(cls, columns: Iterable[str], rows: Iterable[Iterable[Any]]) -> Self:
        """A table from whatever holds its columns and rows."""
        return cls(tuple(columns), tuple(tuple(row) for row in rows))

    @property
    def csv(self) -> str:
        """The whole table as a CSV file; text that a spreadsheet could take for a formula begins with an apostrophe."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow([_inert(column) for column in self.columns])
        writer.writerows([[_written(value) for value in row] for row in self.rows])
        return out.getvalue()

    @property
    def address(self) -> str:
        """The file as an address that holds all of it."""
        return f"data:text/csv;charset=utf-8;base64,{base64.b64encode(self.csv.encode('utf-8-sig')).decode()}"

    @property
    def headings(self) -> tuple[str, ...]:
        """The columns, as text of a page."""
        return tuple(clip(column, 60) for column in self.columns)

    @property
    def shown(self) -> tuple[tuple[str, ...], ...]:
        """The first rows, as text of a page."""
        return tuple(tuple(_said(value) for value in row) for row in self.rows[:MOST_ROWS])

    @property
    def omitted(self) -> int:
        """Rows that only the file has."""
        return max(0, len(self.rows) - MOST_ROWS)


def _written(value: Value) -> str:
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    return _inert(value) if isinstance(value, str) else f"{value:.10g}"


def _inert(text: str) -> str:
    said = plain(text)
    return f"'{said}" if said.startswith(_FORMULA) else said


def _said(value: Value) -> str:
    """A number to four digits, dollars apart by thousands; text as it is."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    if isinstance(value, str):
        return clip(value, 60)
    if isinstance(value, int) or abs(value) >= 1000:
        return f"{value:,.0f}".replace("-", MINUS)
    return f"{value:.4g}".replace("-", MINUS)
