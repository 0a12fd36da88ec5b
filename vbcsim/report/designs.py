"""The designs side by side: every statistic of every party, year by year, and two by two."""

from __future__ import annotations

from vbcsim.report.material import Material, Pair
from vbcsim.report.tables import Cell, Row, TableOf, figure_cell
from vbcsim.report.terminal import chunks, dominance_words, unit
from vbcsim.report.words import Scale, scale_for

__all__ = ["ROWS", "pair_table", "party_tables", "year_table"]

ROWS = (
    ("mean_usd", "Average", ""),
    ("sd_usd", "Spread", "standard deviation"),
    ("p_gain", "Chance of receiving money", ""),
    ("p_loss", "Chance of paying money", ""),
    ("p1_usd", "1 in 100 is worse than", "1st percentile"),
    ("p5_usd", "1 in 20 is worse than", "5th percentile"),
    ("p10_usd", "1 in 10 is worse than", "10th percentile"),
    ("p25_usd", "1 in 4 is worse than", "25th percentile"),
    ("p50_usd", "Middle outcome", "median"),
    ("p75_usd", "1 in 4 is better than", "75th percentile"),
    ("p90_usd", "1 in 10 is better than", "90th percentile"),
    ("p95_usd", "1 in 20 is better than", "95th percentile"),
    ("p99_usd", "1 in 100 is better than", "99th percentile"),
    ("var95_usd", "Loss that 1 in 20 exceeds", "value at risk, 95%"),
    ("tvar95_usd", "Average loss of the worst 5%", "tail value at risk, 95%"),
    ("var99_usd", "Loss that 1 in 100 exceeds", "value at risk, 99%"),
    ("tvar99_usd", "Average loss of the worst 1%", "tail value at risk, 99%"),
)
"""Every statistic that a table of designs shows: what it is called, and its technical name."""
YEAR_ROWS = ("mean_usd", "p5_usd", "p50_usd", "p95_usd", "p_gain", "p_loss")
SIDE_BY_SIDE = 4
"""Designs that fit beside one another on a printed page."""


def party_tables(material: Material, party: str) -> list[TableOf]:
    """The designs side by side, in groups that fit on a page."""
    money = (material.of(d, party)[s][0] for d in material.designs for s, *_ in ROWS if s.endswith("_usd"))
    scale = scale_for(money)
    return [
        TableOf(
            f"{party.capitalize()}, {material.period}",
            unit(scale),
            tuple(material.titles[name] for name in group),
            tuple(
                Row(words, technical, tuple(figure_cell(s, material.of(name, party)[s], scale) for name in group))
                for s, words, technical in ROWS
            ),
        )
        for group in chunks(material.designs, SIDE_BY_SIDE)
    ]


def year_table(material: Material, design: str) -> TableOf:
    """The lead party's outcomes of one design, year by year."""
    party = material.lead
    found = {year: material.of(design, party, year) for year in material.years}
    scale = scale_for(row[s][0] for row in found.values() for s in YEAR_ROWS if s.endswith("_usd"))
    names = {s: words for s, words, _ in ROWS}
    rows = (Row(str(year), "", tuple(figure_cell(s, row[s], scale) for s in YEAR_ROWS)) for year, row in found.items())
    return TableOf(material.titles[design], unit(scale), tuple(names[s] for s in YEAR_ROWS), tuple(rows))


def pair_table(material: Material, party: str) -> TableOf:
    rows = [row for row in material.pairs if row.party == party]
    scale = scale_for(v for row in rows for v in (row.mean_difference[0], row.sd_difference[0]))
    headings = ("Average difference", "Spread of the difference", "First is better", "Both are equal", "Dominates")
    return TableOf(party.capitalize(), unit(scale), headings, tuple(_pair_row(material, row, scale) for row in rows))


def _pair_row(material: Material, row: Pair, scale: Scale) -> Row:
    return Row(
        f"{material.titles[row.a]} \N{MINUS SIGN} {material.titles[row.b]}",
        "",
        (
            figure_cell("mean_usd", row.mean_difference, scale),
            figure_cell("sd_usd", row.sd_difference, scale),
            figure_cell("p_better", row.p_better, scale),
            figure_cell("p_equal", row.p_equal, scale),
            Cell(dominance_words(material, row), ""),
        ),
    )
