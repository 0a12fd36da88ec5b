"""The cases side by side: the same contract when the assumptions behind it change."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from vbcsim.outcomes.distribution import mean
from vbcsim.report.material import Material
from vbcsim.report.tables import Cell, Row, TableOf, figure_cell
from vbcsim.report.terminal import chunks, unit
from vbcsim.report.words import DOLLARS, scale_for

__all__ = ["STATISTICS", "case_tables", "difference_from_base"]

STATISTICS = (
    ("mean_usd", "Average"),
    ("p_gain", "Chance of receiving money"),
    ("p_loss", "Chance of paying money"),
    ("tvar95_usd", "Average loss of the worst 5%"),
)
"""What a reader compares between cases, one table each: rows are designs, columns are cases."""
ACROSS = 5
"""Cases beside one another on a printed page."""


def case_tables(material: Material) -> list[TableOf]:
    """Tables of designs by case for the lead party, then its average difference from the first case."""
    if not material.cases:
        return []
    every = {material.case_title: material} | {other.case_title: other for other in material.cases.values()}
    tables = []
    for titles in chunks(tuple(every), ACROSS):
        group = {title: every[title] for title in titles}
        tables += [_table(material, group, name, words) for name, words in STATISTICS]
    for titles in chunks(tuple(every)[1:], ACROSS):
        tables.append(_differences(material, {title: every[title] for title in titles}))
    return tables


def difference_from_base(material: Material, other: Material, design: str) -> tuple[float, float]:
    """Average of the lead party's money in another case less that in the base case, over the same draws [USD]."""
    less = _paired(other.net(design, material.lead), material.net(design, material.lead))
    value, error = mean(less)
    return float(value), float(error)


def _paired(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    draws = min(one.size, other.size)
    return one[:draws] - other[:draws]


def _table(material: Material, cases: dict[str, Material], statistic: str, words: str) -> TableOf:
    party = material.lead
    found = {
        (design, title): case.of(design, party)[statistic]
        for title, case in cases.items()
        for design in material.designs
        if design in case.designs
    }
    caption = f"{words}: {party}, {material.period}"
    return _rows(material, caption, statistic, tuple(cases), found)


def _differences(material: Material, cases: dict[str, Material]) -> TableOf:
    found = {
        (design, title): difference_from_base(material, case, design)
        for title, case in cases.items()
        for design in material.designs
        if design in case.designs
    }
    caption = f"Average difference from “{material.case_title}” in the same draws: {material.lead}, {material.period}"
    return _rows(material, caption, "mean_usd", tuple(cases), found)


def _rows(
    material: Material,
    caption: str,
    statistic: str,
    titles: Iterable[str],
    found: dict[tuple[str, str], tuple[float, float]],
) -> TableOf:
    headings = tuple(titles)
    money = statistic.endswith("_usd")
    scale = scale_for(value for value, _ in found.values()) if money else DOLLARS
    rows = tuple(
        Row(
            material.titles[design],
            "",
            tuple(
                figure_cell(statistic, found[design, title], scale) if (design, title) in found else Cell("", "")
                for title in headings
            ),
        )
        for design in material.designs
    )
    return TableOf(caption, unit(scale) if money else "", headings, rows)
