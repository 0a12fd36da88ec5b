"""The assumption register: every figure that went into what happens to members, with its unit and its source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from pydantic import BaseModel

from vbcsim.report.values import is_unverified, spoken, title_of, value_words
from vbcsim.report.words import plain

__all__ = ["Item", "Section", "Table", "named_register", "named_tables", "register", "unit_of"]

FEW = 6
"""Named models of which each has a section of its own; more of them are rows of tables."""
MOST_ROWS = 40
"""Rows of a table that are shown; a cohort may have thousands."""


_COLUMN = {"usd": (", $", "dollars"), "per_1000": (" per 1,000", "number"), "persons": ("", "number")}
"""Units that stand in a column's heading, and the unit in which its cells are then told."""


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


def register(model: BaseModel) -> tuple[Section, ...]:
    """Every field of a model of assumptions: a section for each part of it, and one for what stands alone."""
    properties = type(model).model_json_schema(by_alias=False).get("properties", {})
    alone: list[Item] = []
    sections: list[Section] = []
    for name in type(model).model_fields:
        value, about = getattr(model, name), properties.get(name, {})
        if isinstance(value, BaseModel):
            sections.append(_section(title_of(name), _meaning(about), value))
        elif _is_table(value):
            table = _table(value)
            shown = Section(
                title_of(name),
                _meaning(about),
                (),
                (table,),
                "",
                any(flag for _, flag in table.sources),
            )
            sections.append(shown)
        elif name != "source":
            alone.append(_item(name, value, about, ""))
    source = plain(getattr(model, "source", None) or "")
    if alone:
        sections.append(Section("General", "", tuple(alone), (), source, is_unverified(source)))
    return tuple(sections)


def named_register(models: Mapping[str, BaseModel]) -> tuple[Section, ...]:
    """A section for each model by its name, such as every intervention: what it says of itself, then its figures."""
    found = []
    for name, model in models.items():
        told, evidence = getattr(model, "sentence", None), getattr(model, "reference", "")
        words = [plain(told()) if callable(told) else "", f"Evidence: {plain(evidence)}." if evidence else ""]
        found.append(_section(title_of(name), " ".join(filter(None, words)), model))
    return tuple(found)


def named_tables(models: Mapping[str, BaseModel], what: str) -> tuple[Section, ...]:
    """Models by name as tables, one for each kind: a row each, what all of a kind share told once below it.

    :param what: heading of the column of names.
    """
    if len(models) <= FEW:
        return named_register(models)
    kinds: dict[type[BaseModel], dict[str, BaseModel]] = {}
    for name, model in models.items():
        kinds.setdefault(type(model), {})[name] = model
    found = []
    for kind, own in kinds.items():
        table = _table(tuple(own.values()))
        names = [title_of(name) for name in own]
        rows = tuple((name, *row) for name, row in zip(names, table.rows, strict=False))
        flagged = any(flag for _, flag in table.sources)
        word = spoken(str(getattr(next(iter(own.values())), "kind", kind.__name__)))
        title = f"{title_of(word)}: {len(own)}"
        shown = table._replace(headings=(what, *table.headings), rows=rows)
        found.append(Section(title, "", (), (shown,), "", flagged))
    return tuple(found)


def _section(title: str, meaning: str, model: BaseModel) -> Section:
    """A section from a model: its plain fields as figures, lists of models as tables."""
    properties = type(model).model_json_schema(by_alias=False).get("properties", {})
    source = plain(getattr(model, "source", None) or "")
    items, tables = [], []
    flagged = is_unverified(source)
    for name in type(model).model_fields:
        value = getattr(model, name)
        if _is_table(value):
            tables.append(_table(value))
        elif name != "source":
            items.append(_item(name, value, properties.get(name, {}), source))
    flagged |= any(flag for table in tables for _, flag in table.sources)
    return Section(title, meaning, tuple(items), tuple(tables), source, flagged)


def _item(name: str, value: Any, about: Mapping[str, Any], source: str) -> Item:
    said = value_words(value, "year" if name.endswith("year") else unit_of(about))
    return Item(title_of(name), _meaning(about), said or "none given", source, is_unverified(source))


def _meaning(about: Mapping[str, Any]) -> str:
    """What a field is, as its description says, without the marks of code."""
    return plain(str(about.get("description", "")).replace("``", ""))


def _table(models: Sequence[BaseModel]) -> Table:
    """Like models as rows; a field that is the same in every row is said once, a source by its number."""
    kind = type(models[0])
    properties = kind.model_json_schema(by_alias=False).get("properties", {})
    fields = [name for name in kind.model_fields if name != "source"]
    units = {name: unit_of(properties.get(name, {})) for name in fields}
    first, several = models[0], len(models) > 1
    same = {name for name in fields if several and all(getattr(m, name) == getattr(first, name) for m in models)}
    told = [name for name in fields if name not in same]
    shared = tuple(
        f"{title_of(n)}: {value_words(getattr(first, n), units[n])}" for n in fields if n in same and _matters(first, n)
    )
    of_row = [plain(getattr(model, "source", None) or "") for model in models]
    sources = tuple(dict.fromkeys(source for source in of_row if source))
    numbered = len(sources) > 1
    rows = []
    for model, source in list(zip(models, of_row, strict=True))[:MOST_ROWS]:
        cells = [
            spoken(value_words(getattr(model, name), _COLUMN.get(units[name], ("", units[name]))[1])) for name in told
        ]
        number = str(1 + sources.index(source)) if source else ""
        rows.append((*cells, number) if numbered else tuple(cells))
    headings = (
        *(title_of(name) + _COLUMN.get(units[name], ("", ""))[0] for name in told),
        *(("Source",) if numbered else ()),
    )
    flagged = tuple((source, is_unverified(source)) for source in sources)
    return Table(headings, tuple(rows), max(0, len(models) - MOST_ROWS), shared, flagged)


def _matters(model: BaseModel, name: str) -> bool:
    """Whether a field says more than its default does."""
    return getattr(model, name) not in (None, (), {}, type(model).model_fields[name].default)


def _is_table(value: Any) -> bool:
    return isinstance(value, tuple) and bool(value) and all(isinstance(row, BaseModel) for row in value)


def unit_of(about: Mapping[str, Any]) -> str:
    """The unit that a field's schema states, wherever in it."""
    if isinstance(about.get("unit"), str):
        return str(about["unit"])
    inner = [part for key in ("anyOf", "allOf") for part in about.get(key, ()) if isinstance(part, Mapping)]
    inner += about.get("patternProperties", {}).values()
    inner += [part for key in ("items", "additionalProperties") if isinstance(part := about.get(key), Mapping)]
    return next((unit for part in inner if (unit := unit_of(part))), "")
