"""Tables of figures with their Monte Carlo errors, as text that a template sets."""

from __future__ import annotations

from typing import NamedTuple

from vbcsim.report.words import DOLLARS, Scale, percent_pair

__all__ = ["Cell", "Row", "TableOf", "figure_cell"]


class Cell(NamedTuple):
    """A figure and its error, as text."""

    value: str
    error: str


class Row(NamedTuple):
    """A row of a table: a name, a technical name, cells."""

    name: str
    technical: str
    cells: tuple[Cell, ...]


class TableOf(NamedTuple):
    """A table with a caption, the unit of its money, headings and rows."""

    caption: str
    unit: str
    headings: tuple[str, ...]
    rows: tuple[Row, ...]


def figure_cell(statistic: str, figure: tuple[float, float], scale: Scale = DOLLARS) -> Cell:
    """A statistic with its error: money in the unit of its table, a chance in percent."""
    if statistic.endswith("_usd"):
        return Cell(*scale.pair(*figure))
    value, error = percent_pair(*figure)
    return Cell(f"{value}%" if error else value, error)
