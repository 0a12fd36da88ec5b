"""What a reader should know of each figure of a scenario: its unit, what is allowed, what it means, its source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from vbcsim.contract.line import line_family
from vbcsim.contract.program import load_program, program_names
from vbcsim.contract.term import term_family
from vbcsim.contract.traced_figure import unit_of_figure
from vbcsim.core.errors import BadInput
from vbcsim.core.units import UNITS
from vbcsim.scenario.schema import fields_at, nodes_at
from vbcsim.scenario.source import Path
from vbcsim.scenario.workbook_layout import TABLES, Leaf, leaves, source_holder, yaml_of

__all__ = [
    "BLANK",
    "About",
    "Told",
    "about",
    "fields_below",
    "figures_of",
    "grade_of",
    "nearest_source",
    "unit_words",
]

BLANK: Any = object()
"""In place of the value of a figure that a scenario may say and does not."""

_LEAST = {"minimum": "at least", "exclusiveMinimum": "above"}
_MOST = {"maximum": "at most", "exclusiveMaximum": "below"}


_FAR = 1e9
"""Bounds beyond which nobody needs to be told."""


class About(NamedTuple):
    """Of a figure: its unit, what may be said, what counts where nothing is said, what it is."""

    unit: str = ""
    allowed: str = ""
    otherwise: str = ""
    meaning: str = ""
    choices: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None


class Told(NamedTuple):
    """A figure of a scenario in its place, with the source that stands beside it."""

    path: Path
    value: Any
    about: About
    source: str


def figures_of(data: Mapping[str, Any]) -> list[Told]:
    """Every figure of a scenario but those of its tables, a section's source beside the first figure of the section."""
    sources: dict[Path, str] = {}
    every = [leaf for leaf in leaves(_without_tables(data)) if leaf.path and not _is_source(leaf, sources)]
    told: list[Told] = []
    for leaf in every:
        holder = source_holder(leaf.path)
        source = sources.pop(holder, "") if holder is not None else ""
        told.append(Told(leaf.path, leaf.value, about(leaf.path, data), source))
    told += [Told((*holder, "source"), text, about((*holder, "source"), data), "") for holder, text in sources.items()]
    return told


def nearest_source(data: Mapping[str, Any], path: Path) -> str:
    """The source that stands nearest around a figure; empty where none does."""
    found, node = "", data
    for step in path:
        if isinstance(node, Mapping) and isinstance(node.get("source"), str):
            found = node["source"]
        try:
            node = node[step]  # type: ignore[index]
        except (KeyError, IndexError, TypeError):
            break
    return found


def grade_of(source: str) -> str:
    """How firm a figure is by its source: ``unverified``, ``judgement``, ``citation``; empty where none is told."""
    said = source.strip().lower()
    for word in ("unverified", "judgement"):
        if said.startswith(word):
            return word
    return "citation" if said else ""


def about(path: Path, data: Mapping[str, Any] | None = None) -> About:
    """What is known of the figure at a path; of a design's by its program or clause."""
    if path[:1] == ("designs",):
        return _of_design(path, (data or {}).get("designs", {}).get(path[1]) if len(path) > 1 else None)
    nodes = nodes_at(path)
    if not nodes:
        return About()
    holder = fields_at(path[:-1]).get(str(path[-1]), {}) if path else {}
    unit = next((str(node["unit"]) for node in nodes if "unit" in node), "")
    meaning = next((str(node["description"]) for node in (holder, *nodes) if "description" in node), "")
    choices = tuple(str(word) for node in nodes for word in node.get("enum", ()) if word is not None)
    if not choices and (constant := next((node["const"] for node in nodes if "const" in node), None)) is not None:
        choices = (str(constant),)
    otherwise = _needed(path)
    if "default" in holder:
        otherwise = "none" if holder["default"] is None else _plain(holder["default"])
    bounds = {key: node[key] for node in nodes for key in (*_LEAST, *_MOST) if key in node}
    allowed = _allowed(choices, bounds, nodes)
    return About(unit, allowed, otherwise, " ".join(meaning.replace("``", "").split()), choices, *_ends(bounds))


def _needed(path: Path) -> str:
    """Whether a figure must be told: always, or where the part that it belongs to is told at all."""
    if not path or not _is_required(path):
        return ""
    return "needed" if all(map(_is_required, (path[:k] for k in range(1, len(path))))) else "needed with the rest"


def _is_required(path: Path) -> bool:
    return any(str(path[-1]) in node.get("required", ()) for node in nodes_at(path[:-1]))


def _ends(bounds: Mapping[str, float]) -> tuple[float | None, float | None]:
    return (
        next((float(bounds[key]) for key in _LEAST if key in bounds), None),
        next((float(bounds[key]) for key in _MOST if key in bounds), None),
    )


def _allowed(choices: tuple[str, ...], bounds: Mapping[str, float], nodes: list[dict[str, Any]]) -> str:
    if choices:
        return ", ".join(choices)
    near = {key: bound for key, bound in bounds.items() if abs(bound) <= _FAR}
    words = [f"{word} {near[key]:,.10g}" for key, word in {**_LEAST, **_MOST}.items() if key in near]
    kinds = {str(node.get("type")) for node in nodes}
    what = "a whole number" if "integer" in kinds else "a number" if "number" in kinds else ""
    what = what or ("a list in brackets" if "array" in kinds else "true or false" if "boolean" in kinds else "")
    drawn = any("lognormal" in node.get("properties", {}) for node in nodes)
    more = ", or a distribution such as {normal: [mean, sd]}" if drawn else ""
    return f"{' '.join([what, ' and '.join(words)]).strip()}{more}"


def _of_design(path: Path, raw: Any) -> About:
    """A figure of a design: an input or parameter of its program, or a figure of a clause written out."""
    if len(path) < 3:
        return About()
    if path[2] == "program":
        return About("", "the name of a program", "", "The published contract that the design follows", program_names())
    clause = _of_clause(path)
    if clause is not None:
        return clause
    program = raw.get("program") if isinstance(raw, Mapping) else None
    inputs = path[4:] if path[2] == "by_group" else path[2:]
    if not isinstance(program, str) or not inputs or program not in program_names():
        return About()
    return _of_program(program, str(inputs[0]))


def _of_program(program: str, word: str) -> About:
    try:
        found = load_program(program)
    except BadInput:
        return About()
    asked = found.inputs.get(word) or found.parameters.get(word)
    if asked is None:
        return About()
    choices = tuple(str(choice) for choice in getattr(asked, "choices", ()))
    default = getattr(asked, "default", None)
    otherwise = "" if default is None else _plain(default)
    if word in found.parameters:
        otherwise = "the program's own figure"
    elif getattr(asked, "optional", False):
        otherwise = "none"
    bounds = {k: v for k, v in (("minimum", asked.least), ("maximum", asked.most)) if v is not None}
    allowed = _allowed(choices, bounds, [])
    return About(asked.unit, allowed, otherwise, asked.definition, choices, asked.least, asked.most)


def _of_clause(path: Path) -> About | None:
    """A figure of a term or a line that a design writes out; none elsewhere."""
    for k, step in enumerate(path[:-2]):
        word, rest = path[k + 2], path[k + 3 :]
        family: Mapping[str, Any] = term_family() if step == "terms" else line_family() if step == "lines" else {}
        if word in family and rest:
            unit = unit_of_figure(family[str(word)], rest)
            return About("" if unit == "number" else unit, "", "", " ".join(str(family[str(word)].formula).split()))
    return None


def _is_source(leaf: Leaf, sources: dict[Path, str]) -> bool:
    """Whether a leaf is the source of its section, which is then noted."""
    holder = leaf.path[:-1]
    if leaf.path[-1] != "source" or not isinstance(leaf.value, str) or source_holder(leaf.path) != holder:
        return False
    sources[holder] = leaf.value
    return True


def _without_tables(data: Mapping[Any, Any]) -> dict[Any, Any]:
    """The data without the lists of rows that stand on sheets of their own."""
    copy: dict[Any, Any] = dict(data)
    for top, rows in TABLES.values():
        if isinstance(copy.get(top), Mapping):
            copy[top] = {key: value for key, value in copy[top].items() if key != rows}
    return copy


def _plain(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return f"{value:.0f}"
    return value if isinstance(value, str) else yaml_of(value)


def unit_words(unit: str) -> str:
    """A unit in words a reader knows."""
    return UNITS.get(unit, unit)


def fields_below(path: Path) -> Iterator[Path]:
    """Every field that may stand below a path, those of optional parts too, for a sheet that is to be filled in."""
    for name, node in fields_at(path).items():
        below = fields_at((*path, name))
        if below and not _is_distribution_field(below) and node.get("type") != "array":
            yield from fields_below((*path, name))
        else:
            yield (*path, name)


def _is_distribution_field(fields: Mapping[str, Any]) -> bool:
    return "lognormal" in fields
