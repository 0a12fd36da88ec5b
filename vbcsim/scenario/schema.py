"""The JSON Schema of a scenario file, for editors and for the sentences of the loader."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from vbcsim.scenario.source import Path

__all__ = ["fields_at", "nodes_at", "scenario_schema", "section_schema"]

_TABLE = {
    "type": "object",
    "properties": {
        "table": {
            "type": ["string", "array"],
            "items": {"type": "string"},
            "description": 'A CSV file below the scenario\'s folder, or "vbcsim:NAME" (comes with vbcsim); or several.',
        }
    },
    "required": ["table"],
    "additionalProperties": False,
}


@cache
def section_schema() -> dict[str, Any]:
    """JSON Schema of every section but the inside of a design."""
    from vbcsim.scenario.model import Scenario

    return Scenario.model_json_schema()


def scenario_schema() -> dict[str, Any]:
    """The whole JSON Schema: sections, tables in place of lists of rows, designs with programs, terms and lines."""
    from vbcsim.scenario.design_schema import design_schema

    schema: dict[str, Any] = _with_tables(section_schema(), section_schema())
    design, definitions = design_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "A scenario of vbcsim"
    schema["$defs"] = {**schema.get("$defs", {}), **definitions}
    schema["properties"]["designs"]["additionalProperties"] = design
    schema["properties"]["designs"].pop("patternProperties", None)
    return schema


def _with_tables(node: Any, root: dict[str, Any]) -> Any:
    """A copy in which every list of rows may also be a table."""
    if isinstance(node, list):
        return [_with_tables(item, root) for item in node]
    if not isinstance(node, dict):
        return node
    copy = {key: _with_tables(value, root) for key, value in node.items()}
    items = node.get("items")
    if node.get("type") == "array" and isinstance(items, dict) and "$ref" in items:
        described = {key: copy.pop(key) for key in ("description", "title", "default") if key in copy}
        return {"anyOf": [copy, _TABLE], **described}
    return copy


def nodes_at(path: Path, schema: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """Every schema that the value at ``path`` may follow; empty where the schema says nothing."""
    root = schema or section_schema()
    nodes = list(_variants(root, root))
    for step in path:
        nodes = [variant for node in nodes for child in _children(node, step) for variant in _variants(child, root)]
    return nodes


def fields_at(path: Path, schema: dict[str, Any] | None = None) -> dict[str, dict[str, Any]]:
    """Fields that a mapping at ``path`` may hold, with their schemas."""
    fields: dict[str, dict[str, Any]] = {}
    for node in nodes_at(path, schema):
        fields |= node.get("properties", {})
    return fields


def _variants(node: Mapping[str, Any], root: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The node itself, with references followed and alternatives spread out."""
    node = dict(node)
    while "$ref" in node:
        name = node.pop("$ref").rsplit("/", 1)[-1]
        node = {**root["$defs"][name], **node}
    alternatives = node.get("anyOf", []) + node.get("oneOf", [])
    if not alternatives:
        yield node
    for alternative in alternatives:
        for variant in _variants(alternative, root):
            yield {**{k: v for k, v in node.items() if k in ("description", "unit")}, **variant}


def _children(node: Mapping[str, Any], step: str | int) -> Iterator[dict[str, Any]]:
    if step in node.get("properties", {}):
        yield node["properties"][step]
    elif isinstance(node.get("additionalProperties"), dict):
        yield node["additionalProperties"]
    elif "patternProperties" in node:
        yield from node["patternProperties"].values()
    if isinstance(step, int) and isinstance(node.get("items"), dict):
        yield node["items"]
