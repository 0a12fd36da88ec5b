"""How a scenario lies in a workbook: rows of figures by their path, and a table for each long list of like rows.

A sheet of figures has the columns of ``HEADINGS``: *section* and *field* say which figure of the scenario a row is
(``assumptions.quality`` and ``mean``), *value* what the scenario says there. A text is a text, a number a number,
``TRUE`` yes; what a cell cannot hold is written as in a YAML file: ``{normal: [0.8, 0.05]}``, ``[2023, 2024]``.
*Source* is the ``source`` of the part of the scenario that the row belongs to. The sheets of ``TABLES`` hold one row
for each cell of the cohort and for each service.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from vbcsim.core.text import shown
from vbcsim.core.uncertain import KINDS
from vbcsim.scenario.schema import fields_at
from vbcsim.scenario.source import Path

__all__ = [
    "HEADINGS",
    "ROOT",
    "TABLES",
    "Index",
    "cell_of",
    "joined",
    "leaves",
    "read_field",
    "section_of",
    "source_holder",
    "steps_of",
    "text_of",
    "yaml_of",
]

HEADINGS = ("Section", "Field", "Value", "Unit", "Allowed", "If left blank", "What it is", "Source")
"""Columns of a sheet of figures; those after the third are told by the program, but for the source."""
ROOT = "scenario"
"""Section of the fields at the top of a scenario."""
TABLES: Mapping[str, Path] = {"Cohort": ("cohort", "cells"), "Services": ("assumptions", "services")}
"""Sheets that hold a table, and where its rows stand in the scenario."""
MOST_EXACT = 2**53
"""Whole numbers up to which a cell holds each one; larger ones are written as text."""

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_KEY = re.compile(r"-?\d+|[^\s.\[\]=\"]+")
_STEP = re.compile(r'\[(?P<index>\d+)\]|\.?\[(?P<quoted>"(?:[^"\\]|\\.)*")\]|\.?(?P<name>[^\s.\[\]="]+)')
_WHOLE = re.compile(r"-?\d{16,40}")


class Index(int):
    """A position in a list; a plain number is a key, as of a year."""


class Leaf(NamedTuple):
    """A value that stands in one cell, and where."""

    path: Path
    value: Any


def leaves(data: Any, path: Path = ()) -> Iterator[Leaf]:
    """Every value of plain data that stands in a cell of its own, in order."""
    if isinstance(data, Mapping) and data and not _is_distribution(data):
        for key, value in data.items():
            yield from leaves(value, (*path, key))
    elif isinstance(data, (list, tuple)) and any(isinstance(item, (Mapping, list, tuple)) for item in data):
        for k, value in enumerate(data):
            yield from leaves(value, (*path, Index(k)))
    else:
        yield Leaf(path, data)


def _is_distribution(data: Mapping[Any, Any]) -> bool:
    return len(data) == 1 and set(data) <= set(KINDS) and isinstance(next(iter(data.values())), (list, tuple))


def text_of(path: Path) -> str:
    """A path as it is written: ``designs.basic_e.provisions[0]``, ``share.savings.2024``, ``changes["a.b"]``."""
    text = ""
    for step in path:
        if isinstance(step, Index):
            text += f"[{int(step)}]"
        elif isinstance(step, str) and (not _KEY.fullmatch(step) or re.fullmatch(r"-?\d+", step)):
            text += f"[{json.dumps(step, ensure_ascii=False)}]"
        else:
            text += f".{step}" if text else str(step)
    return text


def steps_of(text: str) -> Path:
    """The path that a text writes; positions of lists are of type :class:`Index`.

    :raises ValueError: where it is none.
    """
    found: list[str | int] = []
    position = 0
    while position < len(text):
        match = _STEP.match(text, position)
        if match is None or (position == 0 and match[0].startswith((".", "["))):
            example = "write names joined by dots, positions as [0]"
            raise ValueError(f"{shown(text)} is no place in a scenario; {example}, as in designs.basic_e.program")
        if match["index"] is not None:
            found.append(Index(match["index"]))
        elif match["quoted"] is not None:
            found.append(str(json.loads(match["quoted"])))
        else:
            found.append(int(match["name"]) if re.fullmatch(r"-?\d+", match["name"]) else match["name"])
        position = match.end()
    return tuple(found)


def section_of(path: Path) -> Path:
    """The part of the scenario under which a figure is shown: its first two steps, or what holds it.

    Of a design, the term, the provision or the line that it belongs to.
    """
    if path[:1] == ("designs",):
        last = max((k for k, step in enumerate(path[:-1]) if isinstance(step, Index) and k < 6), default=1)
        return path[:4] if path[2:3] == ("lines",) and len(path) > 4 else path[: min(last + 1, len(path) - 1)]
    if len(path) <= 2:
        return path[:-1]
    return path[:3] if isinstance(path[2], Index) and len(path) > 3 else path[:2]


def joined(section: str, field: str) -> str:
    """The path that section and field write together."""
    if section in ("", ROOT):
        return field
    return f"{section}{'' if field.startswith('[') else '.'}{field}" if field else section


def source_holder(path: Path) -> Path | None:
    """The innermost part of the scenario around a figure that says where its figures come from."""
    for length in range(len(path) - 1, -1, -1):
        around = path[:length]
        if around[:1] == ("designs",):
            if length >= 2 and isinstance(around[-1], Index) and around[-2] in ("provisions", "terms"):
                return around
        elif around and "source" in fields_at(around):
            return around
    return None


def cell_of(value: Any) -> Any:
    """What stands in the cell of a value: a number, a text, true or false."""
    if value is None:
        return "null"
    if isinstance(value, bool) or (isinstance(value, (int, float)) and abs(value) <= MOST_EXACT):
        return value
    if isinstance(value, (int, float)):
        return str(value) if isinstance(value, int) else value
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False) if _is_mistakable(value) else value
    return yaml_of(value)


def _is_mistakable(text: str) -> bool:
    """Whether a cell with this text would be read as something else."""
    return not text or text != text.strip() or read_field(text) != ("text", text)


def read_field(text: str) -> tuple[str, Any]:
    """How the text of a cell is read: ``text``, a ``value`` that it says exactly, or ``yaml`` still to be read."""
    said = text.strip()
    if said == "null":
        return "value", None
    if _WHOLE.fullmatch(said):
        return "value", int(said)
    if said.startswith('"'):
        try:
            found = json.loads(said)
        except ValueError:
            return "text", said
        return ("value", found) if isinstance(found, str) else ("text", said)
    return ("yaml", said) if said.startswith(("{", "[")) else ("text", said)


def yaml_of(value: Any) -> str:
    """Plain data on one line as YAML: ``{normal: [0.8, 0.05]}``."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{yaml_of(key)}: {yaml_of(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(yaml_of, value)) + "]"
    if isinstance(value, str):
        plain = _PLAIN.fullmatch(value) and value.lower() not in ("null", "true", "false")
        return value if plain else json.dumps(value, ensure_ascii=False)
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    return repr(value)
