"""The workbook of a finished run: what the report says, every figure with its error, and one settlement in formulas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from vbcsim.core.text import visible
from vbcsim.scenario.workbook_layout import TABLES
from vbcsim.workbook.checks import checks_page
from vbcsim.workbook.distribution import distribution_page, draws_page
from vbcsim.workbook.inputs import contract_page, inputs_page, plain_of, rows_page
from vbcsim.workbook.settlement import settlement_page
from vbcsim.workbook.sheet import Cell, Page, write_pages
from vbcsim.workbook.tables import (
    answers_page,
    cases_page,
    figure_style,
    ledger_page,
    results_page,
    statistic_words,
    tidy_page,
    unit_of,
    years_page,
)

if TYPE_CHECKING:
    import xarray as xr

    from vbcsim.workbook.told import RunLike, Said, Traced

__all__ = ["results_pages", "results_workbook", "settlement_workbook"]

Row = list[Cell | None]

_SHOWN = ("mean_usd", "p_loss", "p5_usd", "p95_usd", "tvar95_usd")
_ABOUT = {
    "Results": "every statistic of the whole contract, by design and party, with Monte Carlo errors",
    "Years": "the same, year by year",
    "Comparison": "designs two by two on the same draws",
    "Cases": "the same designs under other assumptions",
    "Case differences": "each case less the base case, on the same draws",
    "Answers": "the figures that the question asks for",
    "Ledgers": "both parties’ books",
    "Capital": "reserves, collateral and the chance that money runs out",
    "Waterfall": "where the money goes, from spending to the settlement",
    "Effective share": "what is paid of gross savings, beside the headline share",
    "Variance": "which layer of chance the money varies with",
    "Settlement": "one draw in live formulas, from the book’s lines to each party’s money",
    "Distribution": "percentiles, with a chart",
    "Draws": "a sample of the draws themselves",
    "Inputs": "the whole scenario, every figure with its source and how firm it is",
    "Cohort": "the cells of the members",
    "Services": "the service categories",
    "Contract figures": "the figures of every design’s program",
    "Checks": "what a reviewer can repeat, and what identifies the run",
}


def results_workbook(
    run: RunLike, said: Said, traced: Traced, further: Mapping[str, tuple[str, xr.Dataset]] | None = None
) -> bytes:
    """The workbook as the bytes of an .xlsx file; the same bytes for the same run.

    :param further: datasets without draws that get a sheet of their own, by its name, with a title.
    """
    pages = results_pages(run, said, traced, further or {})
    return write_pages(pages, title=visible(run.scenario.title), subject=run.scenario.name)


def settlement_workbook(traced: Mapping[str, Traced], title: str) -> bytes:
    """A workbook with nothing but settlements in formulas, a sheet for each design."""
    pages = [settlement_page(one.parts, one.told, _sheet_name(name)) for name, one in traced.items()]
    bare = [Page(**{**page.__dict__, "names": {}}) for page in pages]
    return write_pages(bare, title=visible(title))


def _sheet_name(name: str) -> str:
    return name[:31]


def results_pages(
    run: RunLike, said: Said, traced: Traced, further: Mapping[str, tuple[str, xr.Dataset]]
) -> list[Page]:
    """Every page, in order."""
    results, draws = results_page(run, said), draws_page(run, said)
    settlement = settlement_page(traced.parts, traced.told)
    pages = [results, years_page(run, said)]
    shown = {"party": list(said.parties)}
    title = "Designs two by two on the same draws: a less b [USD]"
    pages += [tidy_page("Comparison", title, run.comparison.sel(shown))] if len(said.titles) > 1 else []
    if len(run.cases) > 1:
        pages.append(cases_page(run, said))
    more = (
        ("Case differences", "Each case less the base case, on the same draws [USD]", run.case_comparison),
        ("Capital", "Reserves, and the chance that money runs out", run.capital),
        ("Variance", "Shares of the variance of each party’s money by layer of chance", run.variance_split),
    )
    tables = [(name, title, found) for name, title, found in more if found is not None]
    tables += [(name, title, found) for name, (title, found) in further.items()]
    pages += [tidy_page(name, title, _of_parties(found, said)) for name, title, found in tables]
    if run.answers is not None:
        pages.append(answers_page(run.answers, visible(run.scenario.question)))
    if run.ledger is not None:
        pages.append(ledger_page(run.ledger, said))
    data = plain_of(run.scenario)
    pages += [settlement, distribution_page(run, said), draws, inputs_page(data)]
    pages += [rows_page(name, rows) for name, path in TABLES.items() if (rows := _rows(data, path))]
    used = {name: design.arrangement.parameters for name, design in run.scenario.settled_designs.items()}
    if any(used.values()):
        pages.append(contract_page(used, said.titles))
    pages.append(checks_page(run, said, settlement, results, draws))
    return [_answer_page(run, said, pages), *pages]


def _of_parties(dataset: xr.Dataset, said: Said) -> xr.Dataset:
    """The rows of the parties that are shown."""
    kept = [party for party in said.parties if party in dataset["party"].values] if "party" in dataset.dims else []
    return dataset.sel(party=kept) if kept else dataset


def _rows(data: Mapping[str, Any], path: tuple[str | int, ...]) -> list[Mapping[str, Any]]:
    node: Any = data
    for step in path:
        node = node.get(step, ()) if isinstance(node, Mapping) else ()
    return list(node)


def _answer_page(run: RunLike, said: Said, pages: list[Page]) -> Page:
    """What the report says first, the figures behind it, and where everything is."""
    scenario, last = run.scenario, 2 * len(_SHOWN)
    rows: list[Row] = [[Cell(visible(scenario.title), "title")], []]
    texts = [("Question", visible(scenario.question), "wrap"), ("Answer", said.headline, "lead")]
    texts += [(heading, text, "wrap") for heading, text in said.points]
    spans = [(len(rows) + k, 1, last) for k in range(len(texts))]
    rows += [[Cell(heading, "bold"), Cell(text, style)] for heading, text, style in texts]
    rows.append([])
    for party in said.parties:
        rows.append([Cell(f"The {party}, whole contract [USD]", "section"), *[Cell(None, "section")] * last])
        heads = [Cell(t, "head_right") for name in _SHOWN for t in (statistic_words(name), "± error")]
        rows.append([Cell("Design", "head"), *heads])
        for design, title in said.titles.items():
            cells: Row = [Cell(title, "bold")]
            for name in _SHOWN:
                at = run.outcomes.sel(design=design, party=party, statistic=name)
                unit = unit_of(name)
                cells += [Cell(float(at["value"]), figure_style(unit))]
                cells += [Cell(float(at["mcse"]), figure_style(unit, error=True))]
            rows.append(cells)
        rows.append([])
    rows.append([Cell("Sheets", "section"), *[Cell(None, "section")] * last])
    rows += [[Cell(page.name, "bold"), Cell(_ABOUT.get(page.name, ""))] for page in pages]
    return Page("Answer", rows, [34, *[18, 12] * len(_SHOWN)], spans=spans, colour="#1F3A5F")
