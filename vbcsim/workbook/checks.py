"""Checks that a reviewer can repeat: live formulas over the other sheets, and what identifies the run."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from vbcsim.core.version import VERSION
from vbcsim.workbook.sheet import Cell, Page, column

if TYPE_CHECKING:
    from vbcsim.workbook.told import RunLike, Said

__all__ = ["checks_page"]

Row = list[Cell | None]
_CENT = 0.005


def checks_page(run: RunLike, said: Said, settlement: Page, results: Page, draws: Page) -> Page:
    """Every check with its result beside what it should be."""
    rows: list[Row] = [
        [Cell("Checks", "title")],
        [Cell("Live formulas over this workbook; each should say OK", "faint")],
        [],
        [Cell(head, "head") for head in ("Check", "Found", "Should be", "Within", "Result", "How")],
    ]
    rows.append(
        _check(
            "Settlement in formulas less the engine’s [USD]",
            "settlement_difference",
            float(settlement.rows[3][3].value if settlement.rows[3][3] else math.nan),
            "0",
            0.0,
            _CENT,
            "sheet Settlement: the greatest difference of any provision or party in any year",
            len(rows) + 1,
        )
    )
    rows += _parties(run, said, results, draws, len(rows) + 1)
    rows += _errors(run, said, results, len(rows) + 1)
    every = f"E5:E{len(rows)}"
    bad = f'COUNTIF({every},"LOOK")'
    rows[2] = [Cell("All checks", "bold"), None, None, None, Cell("OK", "bold", f'IF({bad}=0,"OK","LOOK")')]
    rows += [[], [Cell("What identifies this run", "section"), *[Cell(None, "section")] * 5]]
    rows += [[Cell(name), Cell(value, "name")] for name, value in _facts(run)]
    return Page("Checks", rows, [58, 26, 22, 14, 10, 84], freeze=(4, 1), colour="#1B7F3B")


def _check(name: str, found: str, value: float, should: str, expected: float, within: float, how: str, at: int) -> Row:
    """A row: two formulas, how far they may differ, and whether they do."""
    passes = abs(value - expected) <= within
    result = Cell("OK" if passes else "LOOK", "bold", f'IF(ABS(B{at}-C{at})<=D{at},"OK","LOOK")')
    expects = Cell(expected, "number", should) if should != "0" else Cell(0, "number")
    return [Cell(name), Cell(value, "number", found), expects, Cell(within, "number"), result, Cell(how, "note")]


def _parties(run: RunLike, said: Said, results: Page, draws: Page, at: int) -> list[Row]:
    """What one party pays another receives: on average under each design, and in every draw of the sample."""
    rows: list[Row] = []
    means = run.outcomes["value"].sel(statistic="mean_usd")
    for k, (design, title) in enumerate(said.titles.items()):
        cells = [f"Results!{column(2 + 2 * k)}{_row(results, 'mean_usd', party)}" for party in said.parties]
        total = math.fsum(float(means.sel(design=design, party=party)) for party in said.parties)
        name, how = f"Average money of all parties, {title} [USD]", "sheet Results: what one pays another receives"
        rows.append(_check(name, "+".join(cells), total, "0", 0.0, 0.01, how, at + len(rows)))
    net = run.settlement["net_usd"].sel(party=list(said.parties)).sum("year")
    sample = net.isel(draw=slice(len(draws.rows) - 4)).values
    total, size = float(sample.sum()), float(np.abs(sample).sum())
    how = "sheet Draws: all numbers of the sample sum to zero, for so do the parties in every draw"
    within = 0.01 + 1e-9 * size
    rows.append(_check("Sum of the sample of draws [USD]", "SUM(sample)", total, "0", 0.0, within, how, at + len(rows)))
    return rows


def _errors(run: RunLike, said: Said, results: Page, at: int) -> list[Row]:
    """The Monte Carlo error of each average again: the standard deviation over the root of the number of draws."""
    count = int(run.outcomes.attrs["draws"])
    rows: list[Row] = []
    for party in said.parties:
        for k, (design, title) in enumerate(said.titles.items()):
            one = run.outcomes.sel(design=design, party=party)
            sd, error = float(one["value"].sel(statistic="sd_usd")), float(one["mcse"].sel(statistic="mean_usd"))
            found = f"Results!{column(2 + 2 * k)}{_row(results, 'sd_usd', party)}/SQRT({count})"
            should = f"Results!{column(3 + 2 * k)}{_row(results, 'mean_usd', party)}"
            name = f"Monte Carlo error of the average, {title}, {party} [USD]"
            how = "standard deviation over the root of the number of draws, against the error in Results"
            within = _CENT + 1e-6 * abs(error)
            rows.append(_check(name, found, sd / math.sqrt(count), should, error, within, how, at + len(rows)))
    return rows


def _row(results: Page, statistic: str, party: str) -> int:
    """The row of a statistic of a party on the page of results, from 1."""
    return int(results.names[f"{statistic}_{party}"].rpartition("$")[2])


def _facts(run: RunLike) -> list[tuple[str, str]]:
    attrs = run.settlement.attrs
    named = {
        "Scenario": run.scenario.name,
        "Seed": str(run.scenario.seed),
        "Draws": f"{int(run.outcomes.attrs['draws']):,}",
        "Members": str(attrs.get("members", "")),
        "Engine": str(attrs.get("engine", "")),
        "Hash of the experience": str(attrs.get("experience_hash", "")),
        "Version of vbcsim": str(attrs.get("vbcsim_version", VERSION)),
        "Version of the random streams": str(attrs.get("stream_version", "")),
    }
    return [*named.items(), ("Hashes of all files of the run", "manifest.json, beside this workbook")]
