"""What a traced figure of a clause is called and in which unit it stands, as the clause's own schema says."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from vbcsim.contract.value import Clause

__all__ = ["label_of_figure", "unit_of_figure"]

Path = tuple[str | int, ...]


def label_of_figure(path: Path) -> str:
    """``savings``, ``losses from 2024``, ``caps 2 share`` as words."""
    words = []
    for step in path:
        if isinstance(step, int):
            words.append(f"from {step}" if step > 1000 else ("" if step == 0 else str(step + 1)))
        else:
            words.append(step.removesuffix("_usd").removesuffix("_pmpm").replace("_", " "))
    return " ".join(word for word in words if word) or "value"


def unit_of_figure(kind: type[Clause], path: Path) -> str:
    """The unit that the schema of a clause states for a figure; ``number`` where it states none."""
    schema = _schema(kind)
    return _find_unit(schema, path, schema.get("$defs", {})) or "number"


@cache
def _schema(kind: type[Clause]) -> Mapping[str, Any]:
    return kind.model_json_schema(by_alias=False)


def _find_unit(node: Mapping[str, Any], path: Path, defs: Mapping[str, Any]) -> str:
    if "$ref" in node:
        return _find_unit(defs[node["$ref"].rpartition("/")[2]], path, defs)
    if "value" in node or "unit" in node:
        return str(node.get("value") or node.get("unit"))
    if path and isinstance(path[0], str) and path[0] in node.get("properties", {}):
        return _find_unit(node["properties"][path[0]], path[1:], defs)
    inner = [*node.get("anyOf", ()), *node.get("prefixItems", ()), *node.get("patternProperties", {}).values()]
    inner += [node[key] for key in ("items", "additionalProperties") if isinstance(node.get(key), Mapping)]
    for item in inner:
        below = path[1:] if path and "anyOf" not in node else path
        found = _find_unit(item, below, defs)
        if found:
            return found
    return ""
