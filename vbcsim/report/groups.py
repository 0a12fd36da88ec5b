"""Provider groups apart: what each group of a design would owe and earn by itself."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vbcsim.outcomes.statistic import statistic
from vbcsim.report.material import Material
from vbcsim.report.tables import Row, TableOf, figure_cell
from vbcsim.report.terminal import unit
from vbcsim.report.words import Scale, scale_for

__all__ = ["COLUMNS", "group_tables"]

COLUMNS = (
    ("mean_usd", "Average"),
    ("p_gain", "Receives money"),
    ("p_loss", "Pays money"),
    ("p5_usd", "1 in 20 is worse than"),
    ("p95_usd", "1 in 20 is better than"),
    ("tvar95_usd", "Average loss, worst 5%"),
)
"""Columns of a table with one row per group."""


def group_tables(material: Material) -> list[TableOf]:
    """For each design that settles groups apart: a row per group for the lead party, and all of them together."""
    settlement = material.settlement
    if "group_net_usd" not in settlement:
        return []
    amounts = settlement["group_net_usd"].sel(party=material.lead).sum("year").transpose("design", "group", "draw")
    tables = []
    for design in material.designs:
        nets = amounts.sel(design=design)
        own = {str(g): np.asarray(nets.sel(group=g).values, dtype=float) for g in nets["group"].values}
        own = {group: net for group, net in own.items() if net.any()}
        if own:
            tables.append(_table(material, design, own))
    return tables


def _table(material: Material, design: str, nets: dict[str, NDArray[np.float64]]) -> TableOf:
    found = {group: _figures(net) for group, net in nets.items()} | {
        "all": _figures(material.net(design, material.lead))
    }
    scale = scale_for(row[name][0] for row in found.values() for name, _ in COLUMNS if name.endswith("_usd"))
    rows = tuple(_row(group, row, scale) for group, row in found.items())
    caption = f"{material.titles[design]}, each group apart: {material.lead}, {material.period}"
    return TableOf(caption, unit(scale), tuple(words for _, words in COLUMNS), rows)


def _row(group: str, figures: dict[str, tuple[float, float]], scale: Scale) -> Row:
    name = "All groups together" if group == "all" else group.replace("_", " ")
    return Row(name, "", tuple(figure_cell(s, figures[s], scale) for s, _ in COLUMNS))


def _figures(net: NDArray[np.float64]) -> dict[str, tuple[float, float]]:
    ordered = np.sort(net)
    found = {name: statistic(name, net, ordered) for name, _ in COLUMNS}
    return {name: (float(e.value), float(e.mcse)) for name, e in found.items()}
