"""Tables of a run's datasets: every figure beside its Monte Carlo error, unrounded."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from vbcsim.workbook.sheet import Cell, Page, column

if TYPE_CHECKING:
    import xarray as xr

    from vbcsim.workbook.told import RunLike, Said

__all__ = [
    "answers_page",
    "cases_page",
    "figure_style",
    "ledger_page",
    "results_page",
    "statistic_words",
    "tidy_page",
    "unit_of",
    "years_page",
]

Row = list[Cell | None]

_ERROR = "± Monte Carlo error"
_YEARLY = ("mean_usd", "sd_usd", "p5_usd", "p50_usd", "p95_usd", "p_gain", "p_loss")
_OF_CASES = ("mean_usd", "sd_usd", "p_gain", "p_loss", "p5_usd", "p95_usd", "tvar95_usd")
_NAMED = ("mean_usd", "sd_usd")
"""Statistics whose rows have names that formulas use: ``mean_usd_provider``."""
_STYLES = {"usd": "usd", "fraction": "share", "rate": "share"}


def figure_style(unit: str, *, error: bool = False) -> str:
    """The style of a figure, or of its error, in a unit."""
    return _STYLES.get(unit, "number") + ("_error" if error else "")


def unit_of(name: str) -> str:
    """The unit of a statistic by its name."""
    return "usd" if name.endswith("_usd") else "fraction"


def statistics_of(run: RunLike) -> list[str]:
    """Names of the statistics of a party's own money, in order."""
    return [name for name in map(str, run.outcomes["statistic"].values) if not name.startswith("p_shared")]


def statistic_words(name: str) -> str:
    """What an actuary calls a statistic: ``tvar95_usd`` is the tail value at risk, 95%."""
    bare = name.removesuffix("_usd")
    named = {"mean": "Average", "sd": "Standard deviation", "p50": "Median"}
    named |= {"p_gain": "Chance of receiving money", "p_loss": "Chance of paying money"}
    if bare in named:
        return named[bare]
    kind, level = bare.rstrip("0123456789"), bare.lstrip("abcdefghijklmnopqrstuvwxyz_")
    ending = {"1": "st", "2": "nd", "3": "rd"}.get(level[-1:], "th") if level not in ("11", "12", "13") else "th"
    of_kind = {"p": f"{level}{ending} percentile", "var": f"Value at risk, {level}%"}
    return of_kind.get(kind, f"Tail value at risk, {level}%" if kind == "tvar" else bare.replace("_", " "))


def results_page(run: RunLike, said: Said) -> Page:
    """Every statistic of the whole contract: a block for each party, designs beside one another."""
    table, designs = run.outcomes, list(said.titles)
    rows: list[Row] = [
        [Cell("Results by design and party", "title")],
        [Cell(f"{_period(run)}; amounts in USD, what a party receives positive, what it pays negative", "faint")],
        [Cell("Losses (value at risk, tail value at risk) are positive. Errors are one standard error.", "faint")],
        [],
    ]
    names = {}
    for party in said.parties:
        rows.append([Cell(f"The {party}", "section"), *[Cell(None, "section")] * (2 * len(designs) + 1)])
        heads = [Cell(text, "head_right") for d in designs for text in (said.titles[d], _ERROR)]
        rows.append([Cell("", "head"), Cell("Name in results.json", "head"), *heads])
        for statistic in statistics_of(run):
            found = table.sel(party=party, statistic=statistic)
            rows.append(
                [Cell(statistic_words(statistic)), Cell(statistic, "name"), *_pairs(found, designs, unit_of(statistic))]
            )
            if statistic in _NAMED:
                names[f"{statistic}_{party}"] = f"$C${len(rows)}:${column(1 + 2 * len(designs))}${len(rows)}"
        rows.append([])
    widths = [38, 22, *[18, 14] * len(designs)]
    return Page("Results", rows, widths, freeze=(0, 2), names=names, colour="#1F3A5F")


def _pairs(found: xr.Dataset, designs: Iterable[str], unit: str) -> Row:
    cells: Row = []
    for design in designs:
        value, error = (float(found[name].sel(design=design)) for name in ("value", "mcse"))
        cells += [Cell(value, figure_style(unit)), Cell(error, figure_style(unit, error=True))]
    return cells


def years_page(run: RunLike, said: Said) -> Page:
    """The chief statistics of every year."""
    kept = _YEARLY
    heads = [Cell(text, "head_right") for name in kept for text in (statistic_words(name), _ERROR)]
    rows: list[Row] = [
        [Cell("Year by year", "title")],
        [Cell("USD of the year; what a party receives positive, what it pays negative", "faint")],
        [],
        [Cell("Design", "head"), Cell("Party", "head"), Cell("Year", "head_right"), *heads],
    ]
    table = run.outcomes
    for design in said.titles:
        for party in said.parties:
            for year in table["year"].values.tolist():
                at = table.sel(design=design, party=party, year=year)
                cells: Row = [Cell(said.titles[design]), Cell(party), Cell(int(year), "year")]
                for name in kept:
                    value, error = (float(at[f"{of}_by_year"].sel(statistic=name)) for of in ("value", "mcse"))
                    unit = unit_of(name)
                    cells += [Cell(value, figure_style(unit)), Cell(error, figure_style(unit, error=True))]
                rows.append(cells)
    filtered = (3, 0, len(rows) - 1, 2 + 2 * len(kept))
    return Page("Years", rows, [30, 12, 8, *[17, 13] * len(kept)], freeze=(4, 3), filter=filtered)


def cases_page(run: RunLike, said: Said) -> Page:
    """The same contract under the assumptions of each case."""
    heads = [Cell(text, "head_right") for name in _OF_CASES for text in (statistic_words(name), _ERROR)]
    rows: list[Row] = [
        [Cell("Cases: the same designs under other assumptions, on the same random numbers", "title")],
        [],
        [Cell("Case", "head"), Cell("Design", "head"), Cell("Party", "head"), *heads],
    ]
    for case, of_case in run.cases.items():
        for design in said.titles:
            for party in said.parties:
                at = of_case.outcomes.sel(design=design, party=party)
                cells: Row = [Cell(case), Cell(said.titles[design]), Cell(party)]
                for name in _OF_CASES:
                    value, error = (float(at[of].sel(statistic=name)) for of in ("value", "mcse"))
                    unit = unit_of(name)
                    cells += [Cell(value, figure_style(unit)), Cell(error, figure_style(unit, error=True))]
                rows.append(cells)
    filtered = (2, 0, len(rows) - 1, 2 + 2 * len(_OF_CASES))
    return Page("Cases", rows, [22, 30, 12, *[17, 13] * len(_OF_CASES)], freeze=(3, 3), filter=filtered)


def answers_page(answers: xr.Dataset, question: str) -> Page:
    """The figures that the question asks for, in every case."""
    cases = [str(case) for case in answers["case"].values]
    rows: list[Row] = [
        [Cell("The question in figures", "title")],
        [Cell(question, "lead")],
        [],
        [Cell("Answer", "head"), Cell("Unit", "head"), *(Cell(t, "head_right") for c in cases for t in (c, _ERROR))],
    ]
    for i in range(answers.sizes["answer"]):
        one = answers.isel(answer=i)
        unit = str(one["answer_unit"].item())
        cells: Row = [Cell(str(one["answer_text"].item()), "wrap"), Cell(unit, "faint")]
        for value, error in zip(one["answer_value"].values.tolist(), one["answer_mcse"].values.tolist(), strict=True):
            cells += [Cell(value, figure_style(unit)), Cell(error, figure_style(unit, error=True))]
        rows.append(cells)
    return Page("Answers", rows, [90, 12, *[16, 14] * len(cases)], freeze=(4, 1))


def ledger_page(ledger: xr.Dataset, said: Said) -> Page:
    """Both parties' books: the average of every account over the whole contract."""
    from vbcsim.outcomes.distribution import mean

    whole = ledger["account_usd"].sum("year").transpose("party", "account", "design", "draw")
    found = mean(np.ascontiguousarray(whole.values))
    heads = [Cell(text, "head_right") for d in said.titles for text in (said.titles[d], _ERROR)]
    rows: list[Row] = [
        [Cell("Both parties’ books: averages over the contract, spending negative [USD]", "title")],
        [],
        [Cell("Party", "head"), Cell("Account", "head"), *heads],
    ]
    designs = [str(name) for name in whole["design"].values]
    for p, party in enumerate(whole["party"].values):
        for a, account in enumerate(whole["account"].values):
            if not whole.values[p, a].any():
                continue
            cells: Row = [Cell(str(party)), Cell(str(account).replace("_", " "))]
            for design in said.titles:
                k = designs.index(design)
                value, error = float(found.value[p, a, k]), float(found.mcse[p, a, k])
                cells += [Cell(value, "usd"), Cell(error, "usd_error")]
            rows.append(cells)
    return Page("Ledgers", rows, [12, 24, *[20, 14] * len(said.titles)], freeze=(3, 2))


def tidy_page(name: str, title: str, dataset: xr.Dataset) -> Page:
    """Any dataset without draws, a table for each set of dimensions, the shortest first.

    A row stands for each combination of labels; statistics stand beside one another.
    """
    by_dims: dict[tuple[str, ...], list[str]] = {}
    for variable in map(str, dataset.data_vars):
        dims = tuple(str(dim) for dim in dataset[variable].dims)
        if "draw" not in dims:
            by_dims.setdefault(dims, []).append(variable)
    tables = [_tidy(dataset, dims, variables) for dims, variables in by_dims.items()]
    rows: list[Row] = [[Cell(title, "title")]]
    for table in sorted(tables, key=len):
        rows += [[], *table]
    widest = max(map(len, rows[1:]), default=1)
    widths = [_width([row[k] for row in rows[1:] if k < len(row)]) for k in range(widest)]
    return Page(name, rows, widths, freeze=(3 if len(tables) == 1 else 0, 1))


def _width(cells: Iterable[Cell | None]) -> float:
    """How wide a column must be for its texts, within reason; a figure needs less."""
    texts = [cell.value for cell in cells if cell is not None and isinstance(cell.value, str)]
    return min(60, max(16, *(len(text) + 2 for text in texts if len(text) < 200), 16))


def _tidy(dataset: xr.Dataset, dims: tuple[str, ...], variables: list[str]) -> list[Row]:
    """The table of the variables that have the same dimensions; rows without any figure are left out."""
    across = ("statistic",) if "statistic" in dims else ()
    down = tuple(dim for dim in dims if dim not in across)
    variables = _beside_errors(variables)
    texts = [str(n) for n, c in dataset.coords.items() if len(c.dims) > 1 and set(map(str, c.dims)) <= set(down)]
    labels = [_labels(dataset, dim) for dim in down]
    kinds = dataset["statistic"].values.tolist() if across else [""]
    heads = [head.replace("_", " ") for names, _ in labels for head in names] + [n.replace("_", " ") for n in texts]
    told = [(kind, variable) for kind in kinds for variable in variables]
    rows: list[Row] = [[*(Cell(head, "head") for head in heads), *(_head(kind, variable) for kind, variable in told)]]
    arrays = {v: dataset[v].transpose(*across, *down).values for v in variables}
    units = {v: str(dataset[v].attrs.get("units", "")) for v in variables}
    for place in np.ndindex(*(dataset.sizes[dim] for dim in down)):
        words = [word for (_, of_dim), i in zip(labels, place, strict=True) for word in of_dim[i]]
        words += [str(dataset[n].values[tuple(place[down.index(str(d))] for d in dataset[n].dims)]) for n in texts]
        figures = [
            _value(arrays[v][(k, *place) if across else place], units[v] if units[v] != "same" else unit_of(kind), v)
            for k, kind in enumerate(kinds)
            for v in variables
        ]
        if any(not isinstance(cell.value, float) or np.isfinite(cell.value) for cell in figures):
            rows.append([*map(_word, words), *figures])
    return rows


def _beside_errors(variables: list[str]) -> list[str]:
    """The variables, each followed by its error."""
    errors = {name.removesuffix("_mcse"): name for name in variables if name.endswith("_mcse")}
    values = [name for name in variables if not name.endswith("_mcse")]
    pairs = [(name, errors.get(name) or errors.get(name.removesuffix("_usd"))) for name in values]
    found = [name for pair in pairs for name in pair if name]
    return [*found, *(name for name in variables if name not in found)]


def _labels(dataset: xr.Dataset, dim: str) -> tuple[list[str], list[list[Any]]]:
    """Headings and words of a dimension: its labels, or where others tell the same in parts, those."""
    parts = [str(n) for n, c in dataset.coords.items() if c.dims == (dim,) and n != dim and not str(n).endswith("unit")]
    shorter = [part for part in parts if not part.startswith("design_")]
    named = (shorter or parts) if dim == "pair" and parts else [dim]
    columns = [dataset[n].values.tolist() if n in dataset.coords else list(range(dataset.sizes[dim])) for n in named]
    return named, [list(words) for words in zip(*columns, strict=True)]


def _head(kind: str, variable: str) -> Cell:
    text = variable.removesuffix("_usd").replace("_", " ")
    if kind:
        text = f"{text}, {statistic_words(kind).lower()}"
    return Cell(_ERROR if variable.endswith("_mcse") else text, "head_right")


def _word(word: Any) -> Cell:
    return Cell(word, "year") if isinstance(word, int) else Cell(word if isinstance(word, float) else str(word), "wrap")


def _value(raw: Any, unit: str, variable: str) -> Cell:
    found = raw.item() if isinstance(raw, np.generic) else raw
    if isinstance(found, bool) or not isinstance(found, (int, float)):
        return Cell(str(found))
    return Cell(float(found), figure_style(unit, error=variable.endswith("_mcse")))


def _period(run: RunLike) -> str:
    years = run.outcomes["year"].values.tolist()
    span = str(years[0]) if len(years) == 1 else f"{years[0]}\N{EN DASH}{years[-1]}"
    return f"{span}, {int(run.outcomes.attrs['draws']):,} draws"
