"""Writing a scenario to files that load again to the same scenario, long lists of rows as tables beside it."""

from __future__ import annotations

import io
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from vbcsim.scenario.model import Scenario

__all__ = ["dump_scenario"]

_LONGEST = 100
_WIDTH = 120


def dump_scenario(scenario: Scenario) -> dict[str, str]:
    """The texts of ``scenario.yaml`` and of the tables it refers to, by file name."""
    data = scenario.model_dump(mode="python", by_alias=True, exclude_unset=True)
    files: dict[str, str] = {}
    for section, rows in (("cohort", "cells"), ("assumptions", "services")):
        if section in data and len(data[section][rows]) > _LONGEST and all(map(_is_flat, data[section][rows])):
            name = f"{section}_{rows}.csv"
            files[name] = _table(data[section][rows])
            data[section][rows] = {"table": name}
    stream = io.StringIO()
    yaml = YAML(typ="rt", pure=True)
    yaml.width = _WIDTH
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.dump(_styled(data), stream)
    return {"scenario.yaml": stream.getvalue(), **files}


def _table(rows: list[dict[str, Any]]) -> str:
    rows = [_flat(row) for row in rows]
    names = list(dict.fromkeys(name for row in rows for name in row))
    lines = [",".join(names), *(",".join(_cell(row.get(name)) for name in names) for row in rows)]
    return "\n".join(lines) + "\n"


def _is_flat(row: dict[str, Any]) -> bool:
    """Whether a table can hold the row: plain values, and figures by word."""
    cells = [item for value in row.values() for item in (value.values() if isinstance(value, dict) else (value,))]
    return not any(isinstance(cell, (dict, list, tuple)) for cell in cells)


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    """A row with figures by word as columns of their own: ``use.inpatient``."""
    flat: dict[str, Any] = {}
    for name, value in row.items():
        flat |= (
            {f"{name}.{word}": figure for word, figure in value.items()} if isinstance(value, dict) else {name: value}
        )
    return flat


def _cell(value: Any) -> str:
    """Text in quotes, so that it is read as text; a field left out as nothing."""
    if value is None:
        return ""
    return '"' + value.replace('"', '""') + '"' if isinstance(value, str) else repr(value)


def _styled(value: Any, depth: int = 0) -> Any:
    """Mappings and lists for the writer; a list of plain values, and a short mapping deep inside, on one line."""
    if isinstance(value, dict):
        mapping = CommentedMap((key, _styled(item, depth + 1)) for key, item in value.items())
        if depth >= 3 and value and not any(isinstance(item, (dict, list, tuple)) for item in value.values()):
            mapping.fa.set_flow_style()
        return mapping
    if isinstance(value, (list, tuple)):
        sequence = CommentedSeq(_styled(item, depth + 1) for item in value)
        if not any(isinstance(item, (dict, list, tuple)) for item in value):
            sequence.fa.set_flow_style()
        return sequence
    return value
