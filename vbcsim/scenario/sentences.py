"""Errors of a model as sentences: where, what was read, what is allowed, what to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError

from vbcsim.core.errors import Problem, did_you_mean
from vbcsim.core.text import listing, shown, visible
from vbcsim.core.units import UNITS
from vbcsim.scenario.schema import fields_at, nodes_at
from vbcsim.scenario.source import Document, Path

__all__ = ["model_problems"]

Schema = dict[str, Any] | None
"""The JSON Schema of a file; none for a scenario."""

_SHAPES = frozenset({"dict_type", "model_type", "list_type", "tuple_type", "model_attributes_type", "is_instance_of"})
_BOUNDS = frozenset({"greater_than_equal", "less_than_equal", "greater_than", "less_than"})
_SYMBOLS = {"minimum": "ge", "exclusiveMinimum": "gt", "maximum": "le", "exclusiveMaximum": "lt"}
_NEEDED = {
    "int_type": "a whole number is needed",
    "int_parsing": "a whole number is needed",
    "int_from_float": "a whole number is needed",
    "int_parsing_size": "a smaller whole number is needed",
    "float_type": "a number is needed",
    "float_parsing": "a number is needed",
    "finite_number": "a finite number is needed",
    "string_type": "text is needed; put it in quotes if it looks like a number",
    "bool_type": "true or false is needed",
    "bool_parsing": "true or false is needed",
    "dict_type": "a mapping (`key: value` lines) is needed",
    "model_type": "a mapping (`key: value` lines) is needed",
    "model_attributes_type": "a mapping (`key: value` lines) is needed",
    "list_type": "a list is needed",
    "tuple_type": "a list is needed",
}


def model_problems(
    error: ValidationError, document: Document, prefix: Path = (), *, schema: Schema = None
) -> list[Problem]:
    """Every error as a problem with the place in its file, in the order of the model.

    :param schema: JSON Schema of the file, where it is not a scenario.
    """
    found = [
        (_data_path((*prefix, *item["loc"]), item["type"], document.data), item)
        for item in error.errors(include_url=False)
    ]
    problems: dict[tuple[Path, str], Problem] = {}
    for path, item in found:
        unread = any(path[:length] in document.broken for length in range(len(path) + 1))
        if unread or _other_branch(path, item, found):
            continue
        message = _sentence(path, item, schema)
        same = "shape" if item["type"] in _NEEDED else message
        problems.setdefault((path, same), Problem(document.place(path), visible(message)))
    return list(problems.values())


def _data_path(loc: Path, kind: str, data: Any) -> Path:
    """The path in the file: the error's location without the names of alternatives and validators."""
    path: list[str | int] = []
    for k, step in enumerate(loc):
        inside = step in data if isinstance(data, Mapping) else _is_position(step, data)
        if inside:
            data = data[step]
        if inside or (kind == "missing" and k == len(loc) - 1):
            path.append(step)
    return (*path, "kind") if kind == "union_tag_invalid" else tuple(path)


def _is_position(step: str | int, data: Any) -> bool:
    return isinstance(data, list) and isinstance(step, int) and step < len(data)


def _other_branch(path: Path, item: Mapping[str, Any], found: list[tuple[Path, Any]]) -> bool:
    """True where another alternative of the same value tells more: it got deeper, or it got past the shape."""
    rivals = [(p, i) for p, i in found if i is not item and len(i["loc"]) > 0 and p[: len(path)] == path]
    if isinstance(item["input"], (Mapping, list)) and item["type"] not in ("missing", "extra_forbidden", "value_error"):
        return any(len(p) > len(path) for p, _ in rivals)
    return item["type"] in _SHAPES and any(p == path and i["type"] not in _SHAPES for p, i in rivals)


def _sentence(path: Path, item: Mapping[str, Any], schema: Schema) -> str:
    kind, given = item["type"], item["input"]
    special: Mapping[str, Callable[[Path, Mapping[str, Any], Schema], str]] = {
        "missing": _missing,
        "union_tag_not_found": _tag_missing,
        "union_tag_invalid": _tag_unknown,
        "extra_forbidden": _extra,
        "literal_error": _literal,
        "value_error": lambda _, i, __: str(i["ctx"]["error"]),
        "string_pattern_mismatch": _pattern,
        "too_short": _size,
        "too_long": _size,
        "string_too_short": _size,
        "string_too_long": _size,
    }
    if kind in special:
        return special[kind](path, item, schema)
    if kind in _BOUNDS:
        return _bound(path, item, schema)
    if kind in _NEEDED:
        return f"{shown(given)} was read where {_NEEDED[kind]}{_unit(path, schema)}"
    return f"{item['msg'][0].lower()}{item['msg'][1:]}; {shown(given)} was read"


def _missing(path: Path, _: Mapping[str, Any], schema: Schema) -> str:
    about = nodes_at(path, schema)
    meaning = about[0].get("description", "") if about else ""
    return f'"{path[-1]}" is missing; add it{f" ({_clause(meaning)})" if meaning else ""}'


def _extra(path: Path, _: Mapping[str, Any], schema: Schema) -> str:
    word, allowed = str(path[-1]), list(fields_at(path[:-1], schema))
    where = "of a scenario" if len(path) == 1 and schema is None else "here"
    return f"{shown(word)} is not a field {where}{did_you_mean(word, allowed)} (allowed: {listing(allowed, 30)})"


def _literal(_: Path, item: Mapping[str, Any], __: Schema) -> str:
    given = item["input"]
    words = [w.strip().strip("'") for w in item["ctx"]["expected"].replace(" or ", ", ").split(",")]
    return f"{shown(given)} is not allowed{did_you_mean(str(given), words)} (allowed: {listing(words, 30)})"


def _tag_missing(_: Path, item: Mapping[str, Any], __: Schema) -> str:
    field = str(item["ctx"]["discriminator"]).strip("'")
    return f'"{field}" is missing; it says what this is'


def _tag_unknown(_: Path, item: Mapping[str, Any], __: Schema) -> str:
    given, field = item["ctx"]["tag"], str(item["ctx"]["discriminator"]).strip("'")
    words = [word.strip().strip("'") for word in item["ctx"]["expected_tags"].split(",")]
    return f"{shown(given)} is not a {field}{did_you_mean(given, words)} (allowed: {listing(words, 30)})"


def _pattern(_: Path, item: Mapping[str, Any], __: Schema) -> str:
    rule = "use lower-case letters, digits and underscores, beginning with a letter (64 at most)"
    return f"{shown(item['input'])} is not a name; {rule}"


def _size(_: Path, item: Mapping[str, Any], __: Schema) -> str:
    context = item["ctx"]
    text = "string" in item["type"]
    limit = context.get("min_length", context.get("max_length"))
    bound = "at least" if "min_length" in context else "at most"
    had = len(item["input"]) if text else context["actual_length"]
    return f"{had:,} {'characters' if text else 'entries'} were read; write {bound} {limit:,}"


def _bound(path: Path, item: Mapping[str, Any], schema: Schema) -> str:
    bounds: dict[str, Any] = {}
    for node in nodes_at(path, schema):
        bounds |= {_SYMBOLS[k]: v for k, v in node.items() if k in _SYMBOLS}
    bounds |= item["ctx"]
    words = {"ge": "at least", "gt": "above", "le": "at most", "lt": "below"}
    allowed = " and ".join(f"{words[k]} {_number(bounds[k])}" for k in words if k in bounds)
    given = item["input"]
    percent = bounds.get("le") == 1 and isinstance(given, (int, float)) and 1 < given <= 100
    hint = f"; {given:g} percent is written {given:g}%" if percent else ""
    return f"{shown(given)} is not allowed; write a number {allowed}{_unit(path, schema)}{hint}"


def _number(value: float) -> str:
    return f"{int(value):,}" if value == int(value) else f"{value:,}"


def _unit(path: Path, schema: Schema) -> str:
    unit = next((node["unit"] for node in nodes_at(path, schema) if "unit" in node), "")
    return f", in {unit} ({UNITS[unit]})" if unit in UNITS else ""


def _clause(sentence: str) -> str:
    first = sentence.split(". ")[0].split("\n")[0].rstrip(".")
    return first[:1].lower() + first[1:]
