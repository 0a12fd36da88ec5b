"""The report: one self-contained HTML file that opens with the answer, loads nothing, runs nothing and prints well."""

from __future__ import annotations

from typing import Any

from vbcsim.report.answer import Answer, answer
from vbcsim.report.answers import answers_tables
from vbcsim.report.basis import changes, recorded, terms, unverified
from vbcsim.report.capital import capital_tables, capital_words, yearly_tables
from vbcsim.report.cases import case_tables
from vbcsim.report.designs import pair_table, party_tables, year_table
from vbcsim.report.figures import pictures
from vbcsim.report.groups import group_tables
from vbcsim.report.ledgers import ledger_tables
from vbcsim.report.material import Material
from vbcsim.report.page import page_of
from vbcsim.report.practice import practice
from vbcsim.report.provenance import facts
from vbcsim.report.register import named_register, named_tables, register
from vbcsim.report.shares import share_table
from vbcsim.report.split import split_tables
from vbcsim.report.words import plain

__all__ = ["html_report"]


def html_report(material: Material) -> str:
    """The report as the text of one HTML file; the same text for the same material."""
    return page_of("report.html.jinja", material.title, _context(material, answer(material)))


def _context(material: Material, said: Answer) -> dict[str, Any]:
    """Everything that the template shows, as text and tables."""
    return _results(material, said) | _sources(material)


def _results(material: Material, said: Answer) -> dict[str, Any]:
    """What was found."""
    split = material.variance_split
    several = len(material.designs) > 1
    return {
        "title": material.title,
        "period": material.period,
        "answer": said,
        "draws": material.draws,
        "members": material.settlement.attrs.get("members"),
        "lead": material.lead,
        "parties": [(party, party_tables(material, party)) for party in material.parties],
        "pictures": pictures(material),
        "years": [year_table(material, name) for name in material.designs] if len(material.years) > 1 else [],
        "pairs": [(party, pair_table(material, party)) for party in material.parties] if several else [],
        "asked": answers_tables(material),
        "cases": case_tables(material),
        "case_titles": [material.case_title, *(case.case_title for case in material.cases.values())],
        "groups": group_tables(material),
        "ledgers": ledger_tables(material),
        "shares": share_table(material),
        "capital": capital_tables(material.capital, material.titles),
        "capital_years": yearly_tables(material.capital, material.titles),
        "capital_words": capital_words(material.scenario.capital) if material.scenario.capital else [],
        "split": split_tables(material),
        "split_draws": split.attrs.get("draws") if split is not None else None,
    }


def _sources(material: Material) -> dict[str, Any]:
    """What it rests on."""
    scenario = material.scenario
    return {
        "question": plain(scenario.question),
        "description": plain(scenario.description or ""),
        "terms": terms(material),
        "assumptions": register(scenario.supposed),
        "interventions": named_register(scenario.interventions),
        "measures": named_tables(scenario.measures, "Measure"),
        "economics": register(scenario.economics) if scenario.economics is not None else (),
        "changes": changes(material),
        "cohort": register(scenario.cohort) if scenario.collective is None else (),
        "record": [(plain(k).replace("_", " "), recorded(r), plain(r.source)) for k, r in scenario.record.items()],
        "unverified": unverified(material),
        "practice": practice(material),
        "facts": facts(material),
    }
