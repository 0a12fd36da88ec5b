"""The distribution of every party's money: a grid of percentiles with a chart, and a sample of the draws themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from vbcsim.workbook.sheet import Cell, Page, Picture, column

if TYPE_CHECKING:
    from vbcsim.workbook.told import RunLike, Said

__all__ = ["distribution_page", "draws_page"]

Row = list[Cell | None]

_GRID = (0.0, 0.01, 0.025, *(k / 20 for k in range(1, 20)), 0.975, 0.99, 1.0)
_MOST_DRAWS = 1_000
_MOST_CELLS = 24_000
"""Numbers in the sample at most, so that the workbook opens at once and can be mailed."""
_MOST_LINES = 8
"""Designs that a chart shows at most."""


def distribution_page(run: RunLike, said: Said) -> Page:
    """Percentiles of each party's money over the whole contract, by design."""
    net = run.settlement["net_usd"].sum("year").transpose("design", "party", "draw")
    pairs = [(design, party) for party in said.parties for design in said.titles]
    rows: list[Row] = [
        [Cell("Distribution of each party’s money over the whole contract [USD]", "title")],
        [
            Cell(
                "In so many draws of a hundred a party is no better off than the figure; Monte Carlo errors: Results",
                "faint",
            )
        ],
        [],
        [Cell("Share of draws", "head"), *(Cell(f"{said.titles[d]}, {party}", "head_right") for d, party in pairs)],
    ]
    ordered = {pair: np.quantile(net.sel(design=pair[0], party=pair[1]).values, _GRID) for pair in pairs}
    for k, share in enumerate(_GRID):
        rows.append([Cell(share, "share"), *(Cell(float(ordered[pair][k]), "usd") for pair in pairs)])
    last = len(rows)
    lead = said.parties[0]
    shown = [k for k, (_, party) in enumerate(pairs) if party == lead][:_MOST_LINES]
    series = tuple(
        (
            said.titles[pairs[k][0]],
            f"Distribution!$A$5:$A${last}",
            f"Distribution!${column(k + 1)}$5:${column(k + 1)}${last}",
        )
        for k in shown
    )
    axes = ("Share of draws that are no better", f"Money of the {lead}, USD")
    picture = Picture(f"What the {lead} may receive or pay", axes, series, (last + 2, 0), "#,##0")
    return Page("Distribution", rows, [16, *[24] * len(pairs)], freeze=(4, 1), pictures=(picture,), colour="#1F3A5F")


def draws_page(run: RunLike, said: Said) -> Page:
    """The first draws as they are: each party's money under each design, in the same draw side by side."""
    net = run.settlement["net_usd"].sum("year").transpose("design", "party", "draw")
    pairs = [(design, party) for design in said.titles for party in said.parties]
    whole = net.sizes["draw"]
    count = min(whole, _MOST_DRAWS, max(50, _MOST_CELLS // len(pairs)))
    values = [net.sel(design=design, party=party).values[:count].tolist() for design, party in pairs]
    note = "Designs share the luck of a draw, so differences within a row are the contracts’ own. All draws: results.nc"
    rows: list[Row] = [
        [Cell(f"The first {count:,} of {whole:,} draws: money over the whole contract [USD]", "title")],
        [Cell(note, "faint")],
        [],
        [Cell("Draw", "head"), *(Cell(f"{said.titles[d]}, {party}", "head_right") for d, party in pairs)],
    ]
    rows += [[Cell(k, "whole"), *(Cell(of[k], "usd") for of in values)] for k in range(count)]
    names = {"sample": f"$B$5:${column(len(pairs))}${4 + count}"}
    filtered = (3, 0, len(rows) - 1, len(pairs))
    return Page("Draws", rows, [8, *[22] * len(pairs)], freeze=(4, 1), filter=filtered, names=names)
