"""The page of a fit's diagnostics, in Markdown: what was fitted, how sure it is, what it was shrunk to, how it fits."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from vbcsim.calibrate.fit.figure import Figure
from vbcsim.calibrate.fit.goodness import Goodness
from vbcsim.calibrate.fit.severity import Severity
from vbcsim.calibrate.fit.tables import SMALL, small_cells
from vbcsim.calibrate.validation_text import number
from vbcsim.core.text import visible

if TYPE_CHECKING:
    from vbcsim.calibrate.fit.fit import Fit, LineFit

__all__ = ["page", "table"]

_DOUBT: Final = 0.05
"""p-values below it are marked."""
_THIN: Final = 0.5
_WORDS: Final = {
    "utilization_per_1000": "services per 1,000",
    "mean_cost_usd": "cost per service, $",
    "utilization_trend": "trend of use",
    "price_trend": "trend of cost",
    "overdispersion": "overdispersion",
    "shared_weight": "weight of the shared factor",
    "persistence": "persistence",
    "body_sigma": "spread of cost (sigma)",
    "tail_probability": "share in the tail",
    "tail_index": "tail index",
    "variance": "variance",
}


def page(fit: Fit, checked: Sequence[Goodness]) -> str:
    """The whole page."""
    text = [f"# Fit of the experience model: {visible(fit.source)}", ""]
    text += [
        "How each figure is estimated is told in `docs/explanation/fit.md`. **Data alone** is the estimate with its",
        "standard error over persons (families where known); **shipped** is the figure of the table shrunk towards;",
        "**Z** is the weight of the data (Buehlmann): 1 means the data alone, 0 the table alone; **written** is what",
        "stands in the tables, with its standard deviation, drawn once per simulated history.",
        f"Counts below {SMALL} are not shown.",
        "",
    ]
    text += [f"- {visible(line)}" for line in fit.left_out] + ([""] if fit.left_out else [])
    for line, good in zip(fit.lines, checked, strict=True):
        text += _section(line, good)
    return "\n".join(text)


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A table in Markdown, with a blank line after it."""
    head = [f"| {' | '.join(columns)} |", f"|{'---|' * len(columns)}"]
    return [*head, *(f"| {' | '.join(row)} |" for row in rows), ""]


def _section(line: LineFit, good: Goodness) -> list[str]:
    data = line.data
    years = f"{data.years[0]}" if len(data.years) == 1 else f"{data.years[0]} to {data.years[-1]}"
    towards = f"shrunk towards {line.prior_name}" if line.prior_name else "shrunk towards nothing"
    text = [f"## {visible(line.line)}", ""]
    size = f"{data.persons:,} persons, {data.exposure.sum():,.0f} person-years, {years}"
    text += [f"{size}; {towards}. Levels are those of {line.levels.reference_year}.", ""]
    thin = [f for f in line.figures if f.credibility < _THIN and f.shipped is not None]
    if thin:
        many = len(line.figures)
        text += [
            f"{len(thin)} of {many} figures rest more on the shipped table than on these persons (Z below 0.5).",
            "",
        ]
    text += [f"- {visible(note)}" for note in line.notes] + ([""] if line.notes else [])
    text += ["### Figures", ""]
    columns = ["Category", "Figure", "Data alone", "Error", "Shipped", "Z", "Written", "Spread", "From"]
    text += table(columns, [_row(f) for f in line.figures if not _mute(line, f)])
    text += _cells(line)
    text += _thresholds(line)
    return text + _goodness(good)


def _mute(line: LineFit, f: Figure) -> bool:
    """Whether the figure describes a tail that there is not."""
    return f.field in ("tail_probability", "tail_index") and line.figure(f.category, "tail_probability").value == 0


def _row(f: Figure) -> list[str]:
    return [
        f.category or "shared frailty",
        _WORDS[f.field],
        number(f.estimate) if math.isfinite(f.estimate) else "",
        number(f.standard_error) if math.isfinite(f.standard_error) else "",
        "" if f.shipped is None else number(f.shipped),
        "" if f.shipped is None else f"{f.credibility:.2f}",
        number(f.value),
        number(f.sd) if f.sd > 0 else "",
        f.based_on,
    ]


def _cells(line: LineFit) -> list[str]:
    """Relativities of cells, those of few persons left out."""
    levels = line.levels
    hidden = small_cells(line)
    shown = [k for k in range(len(levels.cells)) if k not in hidden]
    text = ["### Cells: use against the mean, with the weight of the cell's own experience beyond its margins", ""]
    rows = []
    for k in shown:
        c = levels.cells[k]
        words = " ".join(w for w in (c.age_band, c.sex, c.stratum) if w != "all") or "everybody"
        figures = [
            f"{levels.use.cell[k, j]:.2f} ({levels.use.credibility[k, j]:.2f})" if name not in line.few else "table"
            for j, name in enumerate(line.data.categories)
        ]
        rows.append([visible(words), f"{c.person_years:,.0f}", *figures])
    text += table(["Cell", "Person-years", *line.data.categories], rows)
    why = f"so that nobody's among fewer than {SMALL} persons can be told"
    return text + ([f"{len(hidden)} small cells are not shown, {why}.", ""] if hidden else [])


def _thresholds(line: LineFit) -> list[str]:
    """Where the tail of the cost of a service could begin."""
    found = {name: s for name, s in line.severities.items() if s is not None}
    if not found:
        return []
    text = ["### Where the tail of the cost of one service begins", ""]
    text += [
        "The likelihood is against no tail; a tail is taken where it gains more than half the logarithm of the number",
        "of costs for each of its two parameters. An index that falls or rises steadily with the share says that the",
        "tail is not Pareto there.",
        "",
    ]
    columns = [
        "Category",
        "Share in tail",
        "Begins at, x mean",
        "Costs",
        "Index",
        "Error",
        "Body sigma",
        "Log-likelihood",
        "",
    ]
    rows: list[list[str]] = []
    for name, s in found.items():
        rows += _threshold_rows(name, s)
    return text + table(columns, rows)


def _threshold_rows(name: str, s: Severity) -> list[list[str]]:
    rows = []
    for t in s.thresholds:
        gain = t.log_likelihood - s.thresholds[0].log_likelihood
        chosen = "chosen" if t.tail_probability == s.tail_probability else ""
        if t.tail_probability == 0:
            how = f"{chosen} ({s.how})" if chosen else s.how
            rows.append([name, "none", "", "", "", "", f"{t.body_sigma:.3f}", "0", how])
        else:
            figures = [f"{t.tail_probability:g}", number(t.over_mean), f"{t.services:,}", number(t.tail_index)]
            rows.append([name, *figures, number(t.error), f"{t.body_sigma:.3f}", f"{gain:+.1f}", chosen])
    return rows


def _goodness(good: Goodness) -> list[str]:
    text = ["### Goodness of fit", ""]
    text += [
        f"{good.persons:,} pairs of consecutive whole years against persons simulated from the fit. The p-value is the",
        "share of samples from the model that lie as far off; those below 0.05 are marked.",
        "",
    ]
    rows = [
        [c.name, c.statistic, number(c.observed), number(c.expected), _p(c.p_value), f"{c.n:,}"] for c in good.checks
    ]
    text += table(["Of", "Statistic", "Data", "Model", "p", "n"], rows)
    if good.quantiles:
        text += ["Quantiles of yearly cost over its mean; the range holds 90 % of samples from the model.", ""]
        quantiles = [
            [f"{100 * q.level:g} %", number(q.observed), number(q.model), f"{number(q.low)} to {number(q.high)}"]
            for q in good.quantiles
        ]
        text += table(["Quantile", "Data", "Model", "Range"], quantiles)
    if good.pit:
        tenths = ", ".join(f"{100 * share:.1f}" for share in good.pit)
        text += [
            f"Person-years in each tenth of the model's distribution, in percent (10 each where it fits): {tenths}.",
            "",
        ]
    return text


def _p(value: float) -> str:
    return f"**{value:.3f}**" if value < _DOUBT else f"{value:.3f}"
