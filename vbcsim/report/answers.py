"""The figures that the scenario's question asks for, in every case."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from vbcsim.report.material import Material
from vbcsim.report.tables import Cell, Row, TableOf, figure_cell
from vbcsim.report.terminal import chunks
from vbcsim.report.words import plain, rounded, scale_for

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["answers_tables"]

ACROSS = 5
"""Cases beside one another on a printed page."""


def answers_tables(material: Material) -> list[TableOf]:
    """A row for each answer, a column for each case; none where the scenario asks for no figure."""
    found = material.answers
    if found is None or not found.sizes.get("answer"):
        return []
    cases = [str(name) for name in found["case"].values]
    titles = {"base": material.case_title} | {name: other.case_title for name, other in material.cases.items()}
    return [
        TableOf(
            "The question in figures",
            "",
            tuple(titles.get(name, name) for name in group),
            tuple(_row(found.isel(answer=i).sel(case=list(group))) for i in range(found.sizes["answer"])),
        )
        for group in chunks(tuple(cases), ACROSS)
    ]


def _row(answer: xr.Dataset) -> Row:
    unit = str(answer["answer_unit"].item())
    pairs = list(zip(answer["answer_value"].values.tolist(), answer["answer_mcse"].values.tolist(), strict=True))
    if unit == "usd":
        scale = scale_for(value for value, _ in pairs)
        cells, said = [_known(pair, Cell(*scale.pair(*pair))) for pair in pairs], f"in $ {scale.name}".strip()
    elif unit == "fraction":
        cells, said = [_known(pair, figure_cell("share", pair)) for pair in pairs], ""
    else:
        words = {"usd_pmpm": "in $ per member per month", "persons": "people"}
        cells, said = [_known(pair, Cell(*rounded(*pair))) for pair in pairs], words.get(unit, "")
    return Row(plain(answer["answer_text"].item()), said, tuple(cells))


def _known(figure: tuple[float, float], cell: Cell) -> Cell:
    """The cell, empty where the case is not asked."""
    return cell if math.isfinite(figure[0]) else Cell("", "")
