"""The whole scenario as rows: every figure with its unit, its source and how firm it is; and the contracts' figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from vbcsim.core.uncertain import Distribution
from vbcsim.scenario.workbook_layout import TABLES, cell_of, leaves, section_of, text_of, yaml_of
from vbcsim.workbook.fields import about, grade_of, nearest_source, unit_words
from vbcsim.workbook.sheet import Cell, Page

if TYPE_CHECKING:
    from vbcsim.contract.arrangement import UsedParameter
    from vbcsim.scenario.model import Scenario

__all__ = ["contract_page", "inputs_page", "rows_page"]

Row = list[Cell | None]
_GRADES = {
    "P": "citation: read in the rule itself",
    "D": "citation: agrees with published settlements",
    "D-inf": "citation: inferred from published settlements",
    "S": "citation: secondary source",
    "M": "unverified: from memory",
    "given": "given in the design",
}
_MOST_ROWS = 5_000
"""Rows of a table that are shown; a cohort may have a hundred thousand cells."""


def plain_of(scenario: Scenario) -> dict[str, Any]:
    """The scenario as plain data with its defaults, what is left out left out."""
    found: dict[str, Any] = scenario.model_dump(mode="python", by_alias=True, exclude_none=True)
    return found


def inputs_page(data: Mapping[str, Any]) -> Page:
    """Every figure but those of the tables, defaults too."""
    heads = ("Section", "Field", "Value", "Unit", "How firm", "Source", "What it is")
    rows: list[Row] = [
        [Cell("Inputs: the whole scenario", "title")],
        [Cell("Figures that nobody has verified are marked in red. The tables stand on sheets of their own.", "faint")],
        [],
        [Cell(head, "head") for head in heads],
    ]
    lists = set(TABLES.values())
    for leaf in leaves({top: _without(top, part, lists) for top, part in data.items()}):
        if leaf.path[-1] == "source" or leaf.value in ({}, [], ()):
            continue
        facts, source = about(leaf.path, data), nearest_source(data, leaf.path)
        grade = grade_of(source) if leaf.path[0] in ("cohort", "assumptions", "interventions", "measures") else ""
        grade = grade or (grade_of(source) if source else "")
        section = section_of(leaf.path)
        rows.append(
            [
                Cell(text_of(section), "faint"),
                Cell(text_of(leaf.path).removeprefix(text_of(section)).lstrip("."), "bold"),
                _value(leaf.value, facts.unit),
                Cell(unit_words(facts.unit), "note"),
                _firm(grade),
                Cell(source, "note"),
                Cell(facts.meaning, "note"),
            ]
        )
    filtered = (3, 0, len(rows) - 1, len(heads) - 1)
    return Page("Inputs", rows, [34, 34, 28, 24, 18, 60, 70], freeze=(4, 2), filter=filtered, colour="#1F3FBF")


def rows_page(name: str, rows: Sequence[Mapping[str, Any]]) -> Page:
    """A table of like rows, such as the services, as the scenario has them."""
    names = list(dict.fromkeys(word for row in rows for word, value in row.items() if value not in ({}, None)))
    nested = {n: list(dict.fromkeys(w for row in rows for w in row.get(n) or ())) for n in names if _by_word(rows, n)}
    heads = [head for n in names for head in ([f"{n}.{w}" for w in nested[n]] if n in nested else [n])]
    cells: list[Row] = [
        [Cell(f"Inputs: {name.lower()}", "title")],
        [
            Cell(
                f"{len(rows):,} rows{f'; the first {_MOST_ROWS:,} are shown' if len(rows) > _MOST_ROWS else ''}",
                "faint",
            )
        ],
        [],
        [Cell(head, "head") for head in heads],
    ]
    path = TABLES[name]
    units = {head: about((*path, 0, *head.split(".", 1))).unit for head in heads}
    for row in rows[:_MOST_ROWS]:
        flat = {f"{n}.{w}": v for n in nested for w, v in (row.get(n) or {}).items()} | dict(row)
        cells.append([_of_row(head, flat.get(head), units[head]) for head in heads])
    widths = [60 if head == "source" else max(13, min(26, len(head) + 3)) for head in heads]
    filtered = (3, 0, len(cells) - 1, max(len(heads) - 1, 0))
    return Page(name, cells, widths, freeze=(4, 1), filter=filtered, colour="#1F3FBF")


def contract_page(parameters: Mapping[str, Sequence[UsedParameter]], titles: Mapping[str, str]) -> Page:
    """The figures of every design's program as it uses them."""
    heads = ("Design", "Figure", "Value", "Unit", "How firm", "Source", "What it is")
    rows: list[Row] = [
        [Cell("Inputs: the figures of the contracts", "title")],
        [Cell("As each design uses them: given in the design, or the program’s own with its source.", "faint")],
        [],
        [Cell(head, "head") for head in heads],
    ]
    for design, used in parameters.items():
        for one in used:
            rows.append(
                [
                    Cell(titles.get(design, design)),
                    Cell(one.name, "bold"),
                    _value(one.value, one.unit),
                    Cell(unit_words(one.unit), "note"),
                    _firm(_GRADES[one.grade]),
                    Cell(one.source, "note"),
                    Cell(one.definition, "note"),
                ]
            )
    filtered = (3, 0, len(rows) - 1, len(heads) - 1)
    return Page(
        "Contract figures", rows, [28, 32, 28, 24, 24, 60, 70], freeze=(4, 2), filter=filtered, colour="#1F3FBF"
    )


def _by_word(rows: Sequence[Mapping[str, Any]], name: str) -> bool:
    return name in ("use", "price") and any(isinstance(row.get(name), Mapping) for row in rows)


def _of_row(head: str, value: Any, unit: str) -> Cell | None:
    if value is None or value == {}:
        return None
    if head == "source":
        return Cell(str(value), "flag" if grade_of(str(value)) == "unverified" else "note")
    return _value(value, unit)


def _value(value: Any, unit: str) -> Cell:
    """A figure in the format of its unit; what is no single number as text."""
    said = _drawn(value)
    if said is None or isinstance(said, (bool, str)):
        return Cell(said if said is not None else "none", "wrap")
    if isinstance(said, (int, float)):
        style = "given_share" if unit in ("fraction", "rate") else "given_number"
        whole = float(said).is_integer() and unit not in ("fraction", "rate")
        return Cell(said, ("year" if 1900 < said < 2200 else "whole") if whole else style)
    return Cell(str(cell_of(said)), "wrap")


def _drawn(value: Any) -> Any:
    """A distribution as a file writes it, models as plain data."""
    if isinstance(value, Distribution):
        return yaml_of({value.kind: list(value.figures)})
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json", exclude_none=True)
    if isinstance(value, Mapping):
        return {key: _drawn(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_drawn(item) for item in value]
    return value


def _firm(grade: str) -> Cell:
    return Cell(grade, "flag" if grade.startswith("unverified") else "note")


def _without(top: str, part: Any, lists: set[tuple[str | int, ...]]) -> Any:
    """A section without its long lists of rows."""
    if not isinstance(part, Mapping):
        return part
    return {key: value for key, value in part.items() if (top, key) not in lists}
