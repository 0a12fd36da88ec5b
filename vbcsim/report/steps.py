"""Where the money goes, as tables: every line and clause of a design in its order, down to what a party receives."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from vbcsim.report.tables import Cell, Row, TableOf, figure_cell
from vbcsim.report.terminal import unit
from vbcsim.report.words import Scale, plain, scale_for

if TYPE_CHECKING:
    from collections.abc import Mapping

    import xarray as xr

__all__ = ["step_tables"]

_COLUMNS = (
    ("amount_usd", "all years"),
    ("savings_part_usd", "years with savings"),
    ("losses_part_usd", "years without"),
)


def step_tables(waterfall: xr.Dataset, titles: Mapping[str, str], period: str) -> list[TableOf]:
    """A table per design: each step with its mean over the contract, by years with and without savings."""
    return [_table(waterfall.sel(design=design), titles[str(design)], period) for design in waterfall["design"].values]


def _table(steps: xr.Dataset, title: str, period: str) -> TableOf:
    kinds = steps["step_kind"].values.tolist()
    split = any(kind == "gross" for kind in kinds)
    columns = _COLUMNS if split else _COLUMNS[:1]
    scale = scale_for(float(v) for name, _ in columns for v in steps[name].values)
    several = len({name for name in steps["step_provision"].values.tolist() if name}) > 1
    rows = tuple(
        _row(steps.isel(step=k), kind, columns, scale, several=several) for k, kind in enumerate(kinds) if kind
    )
    headings = (*(words for _, words in columns), "acts in")
    caption = f"Where the money goes under {title}: {steps.attrs['party']}, {period}"
    return TableOf(caption, unit(scale), headings, rows)


def _row(step: xr.Dataset, kind: str, columns: tuple[tuple[str, str], ...], scale: Scale, *, several: bool) -> Row:
    """One step; a change is told with its provision where there are several."""
    words = plain(step["step_words"].item())
    name = f"= {words}" if kind in ("gross", "provision", "net") else words[:1].upper() + words[1:]
    if several and kind in ("line", "clause"):
        provision = plain(step["step_provision"].item()).replace("_", " ")
        name = f"{provision[:1].upper()}{provision[1:]}: {words if kind == 'line' else name}"
    cells = []
    for variable, _ in columns:
        value = float(step[variable])
        error = float(step[f"{variable.removesuffix('_usd')}_mcse"])
        cells.append(Cell(*scale.pair(value, error)) if math.isfinite(value) else Cell("", ""))
    chance = (float(step["p_changes"]), float(step["p_changes_mcse"]))
    return Row(name, "", (*cells, figure_cell("share", chance) if kind == "clause" else Cell("", "")))
