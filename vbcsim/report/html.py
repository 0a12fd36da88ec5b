"""The report: one self-contained HTML file that opens with the answer, loads nothing, runs nothing and prints well."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from typing import Any

from vbcsim.core.units import UNITS
from vbcsim.report.answer import Answer, answer
from vbcsim.report.answers import answers_tables
from vbcsim.report.cases import case_tables
from vbcsim.report.groups import group_tables
from vbcsim.report.ledgers import ledger_tables
from vbcsim.report.material import MOST_DESIGNS, Material, Pair
from vbcsim.report.register import named_register, register
from vbcsim.report.split import split_bars, split_tables
from vbcsim.report.tables import Cell, Row, TableOf, figure_cell
from vbcsim.report.terminal import chunks, dominance_words, unit
from vbcsim.report.termsheet import term_sheets
from vbcsim.report.values import spoken, value_words
from vbcsim.report.words import Scale, clip, join, plain, scale_for, span

__all__ = ["html_report"]

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
MOST_PAIRS = 6
"""Pairs of designs whose difference is drawn; the table has all."""


def html_report(material: Material) -> str:
    """The report as the text of one HTML file; the same text for the same material."""
    environment = _environment()
    style = environment.get_template("report.css.jinja").render().strip() + "\n"
    said = answer(material)
    context = _context(material, said) | {"style": style, "style_hash": _hash(style)}
    return environment.get_template("report.html.jinja").render(context)


def _context(material: Material, said: Answer) -> dict[str, Any]:
    """Everything that the template shows, as text and tables."""
    scenario = material.scenario
    return {
        "title": material.title,
        "question": plain(scenario.question),
        "description": plain(scenario.description or ""),
        "period": material.period,
        "answer": said,
        "draws": material.draws,
        "members": material.settlement.attrs.get("members"),
        "parties": [(party, _party_tables(material, party)) for party in material.parties],
        "pictures": _pictures(material),
        "lead": material.lead,
        "all_drawn": len(material.designs) <= MOST_DESIGNS,
        "most_drawn": MOST_DESIGNS,
        "most_pairs": MOST_PAIRS,
        "years": [_year_table(material, name) for name in material.designs] if len(material.years) > 1 else [],
        "pairs": [(party, _pair_table(material, party)) for party in material.parties]
        if len(material.designs) > 1
        else [],
        "asked": answers_tables(material),
        "cases": case_tables(material),
        "case_titles": [material.case_title, *(case.case_title for case in material.cases.values())],
        "groups": group_tables(material),
        "ledgers": ledger_tables(material),
        "split": split_tables(material),
        "split_draws": material.variance_split.attrs.get("draws") if material.variance_split is not None else None,
        "terms": _terms(material),
        "assumptions": register(scenario.assumptions),
        "interventions": named_register(scenario.interventions),
        "measures": named_register(scenario.measures),
        "economics": register(scenario.economics) if scenario.economics is not None else (),
        "changes": _changes(material),
        "cohort": register(scenario.cohort),
        "record": [(plain(k).replace("_", " "), _recorded(r), plain(r.source)) for k, r in scenario.record.items()],
        "unverified": _unverified(material),
        "worst": max(1, round(0.01 * material.draws)),
        "facts": _facts(material),
    }


def _environment() -> Any:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    loader = PackageLoader("vbcsim.report", "templates")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def _hash(style: str) -> str:
    """The style's hash, for a content security policy that allows this style and no other."""
    return base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()


# ---------------------------------------------------------------------------------------------------------- tables
def _party_tables(material: Material, party: str) -> list[TableOf]:
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


def _year_table(material: Material, design: str) -> TableOf:
    """The lead party's outcomes of one design, year by year."""
    party = material.lead
    found = {year: material.of(design, party, year) for year in material.years}
    scale = scale_for(row[s][0] for row in found.values() for s in YEAR_ROWS if s.endswith("_usd"))
    names = {s: words for s, words, _ in ROWS}
    rows = (Row(str(year), "", tuple(figure_cell(s, row[s], scale) for s in YEAR_ROWS)) for year, row in found.items())
    return TableOf(material.titles[design], unit(scale), tuple(names[s] for s in YEAR_ROWS), tuple(rows))


def _pair_table(material: Material, party: str) -> TableOf:
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


# -------------------------------------------------------------------------------------------------------- pictures
def _pictures(material: Material) -> dict[str, str]:
    """The pictures by name, each as an address that holds all of it."""
    from vbcsim.report import figures

    party = material.lead
    drawn = {
        "distribution": figures.svg(figures.distributions, material, party),
        "exceedance": figures.svg(figures.exceedance, material, party),
        "years": figures.svg(figures.year_by_year, material, party),
    }
    pairs = [row for row in material.pairs if row.party == party][:MOST_PAIRS]
    bars = split_bars(material)
    if bars:
        drawn["split"] = figures.svg(figures.variance_bars, material, bars)
    if material.cases:
        drawn["cases"] = figures.svg(figures.case_by_case, material, party)
    if pairs:
        drawn["difference"] = figures.svg(figures.paired_differences, material, party, pairs)
    return {name: f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}" for name, svg in drawn.items()}


# ------------------------------------------------------------------------------------------------ sources and facts
def _terms(material: Material) -> dict[str, Any]:
    """Every design in words, and the figures that they use, in groups of designs that fit on a page."""
    known = {name: material.arrangements[name] for name in material.designs if name in material.arrangements}
    found = term_sheets(known, material.years)
    designs = [(material.titles[name], clip(known[name].title, 200), found.sheets[name]) for name in known]
    groups = [
        (
            tuple(material.titles[name] for name in group),
            term_sheets({n: known[n] for n in group}, material.years).figures,
        )
        for group in chunks(tuple(known), SIDE_BY_SIDE)
    ]
    return {"designs": designs, "figures": [g for g in groups if g[1]]}


def _recorded(record: Any) -> str:
    """A published figure with its unit: ``$1,234,567``, ``77.2%``, ``$10,765 per person-year``, ``basic_e``."""
    unit = plain(record.unit)
    if unit in UNITS or not unit:
        return value_words(record.value, unit)
    if unit.startswith("usd "):
        return f"{value_words(record.value, 'usd')} {unit.removeprefix('usd ')}"
    return f"{value_words(record.value)} {unit}"


def _changes(material: Material) -> list[tuple[str, str, list[tuple[str, str]], str]]:
    """Each case: its title, what it is, what it changes (place and value), and its source."""
    return [
        (
            plain(case.title),
            plain(case.note or ""),
            [(_place(place), value_words(value)) for place, value in case.changes.items()],
            plain(case.source),
        )
        for case in material.scenario.cases.values()
    ]


def _place(path: str) -> str:
    """``interventions.house_calls.use`` as a reader sees it: ``interventions \u203a house calls \u203a use``."""
    return " \N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK} ".join(spoken(step) for step in path.split("."))


def _unverified(material: Material) -> list[str]:
    """What rests on memory: parameters of designs, assumptions, cohort, interventions, measures, economics."""
    scenario = material.scenario
    found = [f"{titles}: {join(figures)}" for titles, figures in material.unverified.items()]
    parts = {
        "Assumptions": register(scenario.assumptions),
        "Members": register(scenario.cohort),
        "Interventions": named_register(scenario.interventions),
        "Measures": named_register(scenario.measures),
        "Economics": register(scenario.economics) if scenario.economics is not None else (),
    }
    for part, sections in parts.items():
        titles = [section.title for section in sections if section.unverified]
        if titles:
            found.append(f"{part}: {join(titles)}")
    return found


def _facts(material: Material) -> list[tuple[str, str]]:
    """What a rerun needs, and what would show that it is the same."""
    attrs = material.settlement.attrs
    base = span(material.scenario.years.base) if material.scenario.years.base else "none"
    facts: Iterable[tuple[str, Any]] = (
        ("Scenario", material.scenario.name),
        ("Base years", base),
        ("Performance years", material.period),
        ("Draws", f"{material.draws:,}"),
        ("Seed", attrs.get("seed", material.scenario.seed)),
        ("Members", _counted(attrs.get("members"))),
        ("Engine", attrs.get("engine", material.scenario.engine)),
        *_neglected(material),
        ("Experience hash", attrs.get("experience_hash", "")),
        ("Random streams, version", attrs.get("stream_version", "")),
        ("vbcsim", attrs.get("vbcsim_version", "")),
        *((name, version) for name, version in _versions()),
    )
    return [(name, plain(value)) for name, value in facts if plain(value)]


def _neglected(material: Material) -> list[tuple[str, str]]:
    """What the pooled engine may have missed, as bounds per draw, and the cells that ran by member."""
    attrs = material.experience.attrs if material.experience is not None else {}
    found = []
    if "neglected_claimants_per_draw" in attrs:
        claimants, excess = (float(attrs[f"neglected_{what}"]) for what in ("claimants_per_draw", "excess_usd"))
        bound = f"at most {claimants:,.3g} a draw, with {value_words(round(excess), 'usd')} above the floor"
        found.append(("Large claimants that may not be listed", bound))
    if attrs.get("by_member_cells"):
        found.append(("Cells simulated by member", _counted(attrs["by_member_cells"])))
    return found


def _counted(value: Any) -> str:
    return f"{int(value):,}" if value is not None else ""


def _versions() -> list[tuple[str, str]]:
    """Versions that decide the last digits of a number or of a picture."""
    import platform
    from importlib.metadata import version

    return [
        ("Python", platform.python_version()),
        *((name, version(name)) for name in ("numpy", "scipy", "matplotlib")),
    ]
