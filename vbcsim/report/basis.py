"""What the figures rest on: terms in words, what each case changes, the published record, what nobody has verified."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from vbcsim.core.units import UNITS
from vbcsim.report.designs import SIDE_BY_SIDE
from vbcsim.report.material import Material
from vbcsim.report.register import named_register, register, unit_of
from vbcsim.report.terminal import chunks
from vbcsim.report.termsheet import term_sheets
from vbcsim.report.values import spoken, value_words
from vbcsim.report.words import clip, join, plain

__all__ = ["changes", "recorded", "terms", "unverified"]


def terms(material: Material) -> dict[str, Any]:
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


def recorded(record: Any) -> str:
    """A published figure with its unit: ``$1,234,567``, ``77.2%``, ``$10,765 per person-year``, ``basic_e``."""
    unit = plain(record.unit)
    if unit in UNITS or not unit:
        return value_words(record.value, unit)
    if unit.startswith("usd "):
        return f"{value_words(record.value, 'usd')} {unit.removeprefix('usd ')}"
    return f"{value_words(record.value)} {unit}"


def changes(material: Material) -> list[tuple[str, str, list[tuple[str, str]], str]]:
    """Each case: its title, what it is, what it changes (place and value), and its source."""
    return [
        (
            plain(case.title),
            plain(case.note or ""),
            [(_place(place), _changed(material.scenario, place, value)) for place, value in case.changes.items()],
            plain(case.source),
        )
        for case in material.scenario.cases.values()
    ]


def _changed(scenario: Any, path: str, value: Any) -> str:
    """A changed value with the unit that its field states: ``inpatient: −6%``."""
    if value in ({}, [], ()):
        return "none"
    found, unit = scenario, ""
    for step in path.split("."):
        if isinstance(found, BaseModel):
            about = type(found).model_json_schema(by_alias=False).get("properties", {}).get(step, {})
            found, unit = getattr(found, step, None), unit_of(about)
        elif isinstance(found, Mapping):
            found = found.get(step)
        else:
            return value_words(value)
    return value_words(value, unit)


def _place(path: str) -> str:
    """``interventions.house_calls.use`` as a reader sees it: ``interventions \u203a house calls \u203a use``."""
    return " \N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK} ".join(spoken(step) for step in path.split("."))


def unverified(material: Material) -> list[str]:
    """What rests on memory: parameters of designs, assumptions, cohort, interventions, measures, economics."""
    scenario = material.scenario
    found = [f"{titles}: {join(figures)}" for titles, figures in material.unverified.items()]
    parts = {
        "Assumptions": register(scenario.supposed),
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
