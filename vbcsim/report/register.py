"""The assumption register and the term sheets: every figure that went in, with its unit and its source, in words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import BaseModel

from vbcsim.report.words import MINUS, plain, span

if TYPE_CHECKING:
    from vbcsim.contract.arrangement import Arrangement, Provision, Step

__all__ = ["Item", "Section", "Sheet", "Table", "register", "term_sheet"]

MOST_ROWS = 40
"""Rows of a table that are shown; a cohort may have thousands."""
GRADES = {
    "P": "read in the rule itself",
    "D": "agrees with published settlements",
    "D-inf": "inferred from published settlements",
    "S": "from a secondary source",
    "M": "from memory, not verified",
    "given": "given in the scenario",
}


class Item(NamedTuple):
    """One figure: its name and meaning, its value in words, its source, and whether nobody has verified it."""

    name: str
    meaning: str
    value: str
    source: str
    unverified: bool


class Table(NamedTuple):
    """Rows of like things (services, cells): what all share stands apart, sources are numbered below."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    omitted: int
    shared: tuple[str, ...]
    sources: tuple[tuple[str, bool], ...]


class Section(NamedTuple):
    """One section of the register: its title, what it is, single figures and tables."""

    title: str
    meaning: str
    items: tuple[Item, ...]
    tables: tuple[Table, ...]
    source: str
    unverified: bool


class Sheet(NamedTuple):
    """A design in words: derived lines, then provisions with their clauses, then the figures used and their sources."""

    lines: tuple[tuple[str, str], ...]
    provisions: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...]
    parameters: tuple[Item, ...]


def register(model: BaseModel) -> tuple[Section, ...]:
    """Every field of a model of assumptions: a section for each part of it, and one for what stands alone."""
    properties = type(model).model_json_schema(by_alias=False).get("properties", {})
    alone: list[Item] = []
    sections: list[Section] = []
    for name in type(model).model_fields:
        value, about = getattr(model, name), properties.get(name, {})
        if isinstance(value, BaseModel):
            sections.append(_section(_title(name), plain(about.get("description", "")), value))
        elif _is_table(value):
            table = _table(value)
            shown = Section(
                _title(name),
                plain(about.get("description", "")),
                (),
                (table,),
                "",
                any(flag for _, flag in table.sources),
            )
            sections.append(shown)
        elif name != "source":
            alone.append(_item(name, value, about, ""))
    source = plain(getattr(model, "source", ""))
    if alone:
        sections.append(Section("General", "", tuple(alone), (), source, _is_unverified(source)))
    return tuple(sections)


def term_sheet(arrangement: Arrangement) -> Sheet:
    """A design in words."""
    lines = tuple((_title(name), plain(maker.sentence())) for name, maker in arrangement.lines.items())
    provisions = tuple(_provision(provision) for provision in arrangement.ordered())
    parameters = tuple(
        Item(
            name=plain(_title(used.name)),
            meaning=plain(used.definition),
            value=value_words(used.value, used.unit),
            source=plain(f"{used.source} ({GRADES.get(used.grade, used.grade)})"),
            unverified=used.unverified or _is_unverified(used.source),
        )
        for used in arrangement.parameters
    )
    return Sheet(lines, provisions, parameters)


def value_words(value: Any, unit: str = "") -> str:
    """A value with its unit in words: ``$150,000``, ``2%``, ``from 2019: 0%; from 2021: 2%``."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return _number(value, unit)
    if isinstance(value, BaseModel):
        return value_words(value.model_dump(exclude_none=True), unit)
    if isinstance(value, Mapping):
        dated = all(re.fullmatch(r"\d{4}", str(key)) for key in value)
        said = (
            f"{f'from {k}' if dated else plain(k).replace('_', ' ')}: {value_words(v, unit)}" for k, v in value.items()
        )
        return "; ".join(said)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return span(value) if _are_years(value, unit) else ", ".join(value_words(v, unit) for v in value)
    return plain(value)


def _section(title: str, meaning: str, model: BaseModel) -> Section:
    """A section from a model: its plain fields as figures, lists of models as tables."""
    properties = type(model).model_json_schema(by_alias=False).get("properties", {})
    source = plain(getattr(model, "source", ""))
    items, tables = [], []
    flagged = _is_unverified(source)
    for name in type(model).model_fields:
        value = getattr(model, name)
        if _is_table(value):
            tables.append(_table(value))
        elif name != "source":
            items.append(_item(name, value, properties.get(name, {}), source))
    flagged |= any(flag for table in tables for _, flag in table.sources)
    return Section(title, meaning, tuple(items), tuple(tables), source, flagged)


def _item(name: str, value: Any, about: Mapping[str, Any], source: str) -> Item:
    said = value_words(value, _unit(about))
    return Item(_title(name), plain(about.get("description", "")), said, source, _is_unverified(source))


def _table(models: Sequence[BaseModel]) -> Table:
    """Like models as rows; a field that is the same in every row is said once, a source by its number."""
    kind = type(models[0])
    properties = kind.model_json_schema(by_alias=False).get("properties", {})
    fields = [name for name in kind.model_fields if name != "source"]
    units = {name: _unit(properties.get(name, {})) for name in fields}
    first, several = models[0], len(models) > 1
    same = {name for name in fields if several and all(getattr(m, name) == getattr(first, name) for m in models)}
    told = [name for name in fields if name not in same]
    shared = tuple(
        f"{_title(n)}: {value_words(getattr(first, n), units[n])}" for n in fields if n in same and _matters(first, n)
    )
    of_row = [plain(getattr(model, "source", "")) for model in models]
    sources = tuple(dict.fromkeys(source for source in of_row if source))
    numbered = len(sources) > 1
    rows = []
    for model, source in list(zip(models, of_row, strict=True))[:MOST_ROWS]:
        cells = [value_words(getattr(model, name), units[name]) for name in told]
        number = str(1 + sources.index(source)) if source else ""
        rows.append((*cells, number) if numbered else tuple(cells))
    headings = (*(_title(name) for name in told), *(("Source",) if numbered else ()))
    flagged = tuple((source, _is_unverified(source)) for source in sources)
    return Table(headings, tuple(rows), max(0, len(models) - MOST_ROWS), shared, flagged)


def _matters(model: BaseModel, name: str) -> bool:
    """Whether a field says more than its default does."""
    return getattr(model, name) not in (None, type(model).model_fields[name].default)


def _is_table(value: Any) -> bool:
    return isinstance(value, tuple) and bool(value) and all(isinstance(row, BaseModel) for row in value)


def _provision(provision: Provision) -> tuple[str, str, tuple[tuple[str, str], ...]]:
    """Its name, who pays whom, and its clauses in order, each with its source."""
    flow = f"{provision.payer} pays {provision.payee}; a negative amount flows back"
    return _title(provision.name), plain(flow), tuple(_clause(step) for step in provision.terms)


def _clause(step: Step) -> tuple[str, str]:
    when = ""
    if step.first is not None or step.last is not None:
        when = f"From {step.first}: " if step.last is None else f"To {step.last}: "
        when = f"{span((step.first, step.last))}: " if step.first is not None and step.last is not None else when
    note = f" {step.note}" if step.note else ""
    return plain(f"{when}{step.term.sentence()}{note}"), plain(step.source)


def _unit(about: Mapping[str, Any]) -> str:
    """The unit that a field's schema states, wherever in it."""
    if isinstance(about.get("unit"), str):
        return str(about["unit"])
    inner = (part for key in ("anyOf", "allOf") for part in about.get(key, ()) if isinstance(part, Mapping))
    return next((unit for part in inner if (unit := _unit(part))), "")


def _number(value: float, unit: str) -> str:
    if unit == "year":
        return str(value)
    if unit in ("fraction", "rate"):
        return f"{100 * value:.6g}%"
    if unit in ("usd", "usd_pmpm"):
        digits = 0 if value == round(value) else 2
        said = f"{MINUS if value < 0 else ''}${abs(value):,.{digits}f}"
        return f"{said} per member per month" if unit == "usd_pmpm" else said
    said = f"{value:,}" if isinstance(value, int) or value == round(value) else f"{value:,.6g}"
    said = said.removesuffix(".0")
    words = {"per_1000": " per 1,000", "persons": " people", "months": " months", "person_years": " person-years"}
    return said + words.get(unit, "")


def _are_years(value: Sequence[Any], unit: str) -> bool:
    return unit == "year" and len(value) > 1 and all(b == a + 1 for a, b in pairwise(value))


def _title(name: str) -> str:
    """``mean_cost_usd`` as ``Mean cost``: the unit stands with the value."""
    words = name.removesuffix("_usd").removesuffix("_per_1000").replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def _is_unverified(source: str) -> bool:
    return source.strip().lower().startswith("unverified")
