"""The headline share beside what is really paid of savings and owed of losses."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from vbcsim.report.material import Material
from vbcsim.report.tables import Cell, Row, TableOf, figure_cell
from vbcsim.report.words import plain

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["share_table"]

SIDES = ("savings", "losses")


def share_table(material: Material) -> TableOf | None:
    """A row per design that compares cost with a target: what the clause states, and what part is paid in the end."""
    found = material.effective_share
    if found is None:
        return None
    rows = tuple(
        Row(material.titles[design], "", tuple(cell for side in SIDES for cell in _cells(found, design, side)))
        for design in material.designs
        if bool(found["effective_share"].sel(design=design).notnull().any())
    )
    if not rows:
        return None
    headings = tuple(f"{words} share of {side}" for side in SIDES for words in ("Stated", "Effective"))
    return TableOf(f"What is shared in the end: {material.lead}, {material.period}", "", headings, rows)


def _cells(found: xr.Dataset, design: str, side: str) -> tuple[Cell, Cell]:
    at = found.sel(design=design, side=side)
    value, error = float(at["effective_share"]), float(at["effective_share_mcse"])
    stated = plain(at["headline_words"].item())
    return Cell(stated, ""), figure_cell("share", (value, error)) if math.isfinite(value) else Cell("none", "")
