"""The designs of a scenario as arrangements: read, resolved, and checked against what the experience will give."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from vbcsim.assumptions.spec import Assumptions
from vbcsim.contract.arrangement import Arrangement
from vbcsim.contract.book import experience_lines
from vbcsim.contract.program import load_program, program_names, resolve
from vbcsim.contract.read import read_arrangement
from vbcsim.core.errors import BadInput, Problem
from vbcsim.core.text import shown
from vbcsim.scenario.model import Years
from vbcsim.scenario.source import Document, Path, parse_path

__all__ = ["design_problems", "design_schema", "resolve_design", "resolve_designs"]


def resolve_design(name: str, raw: Mapping[str, Any], years: Years) -> Arrangement:
    """One design as an arrangement: a program with its inputs, or an arrangement written out.

    :raises BadInput: with every problem, its place a path below the design.
    """
    if "program" not in raw:
        return read_arrangement(raw, name)
    if not isinstance(raw["program"], str):
        raise BadInput("program", f"{shown(raw['program'])} was read where the name of a program is needed")
    inputs = {str(key): value for key, value in raw.items() if key != "program"}
    return resolve(raw["program"], inputs, years.performance, name=name)


def resolve_designs(designs: Mapping[str, Mapping[str, Any]], years: Years) -> dict[str, Arrangement]:
    """Every design as an arrangement, in the order of the file; raises BadInput with the problems of all of them."""
    found: dict[str, Arrangement] = {}
    problems: list[Problem] = []
    for name, raw in designs.items():
        try:
            found[name] = resolve_design(name, raw, years)
        except BadInput as error:
            problems += [Problem(f"designs.{name}.{p.place}".rstrip("."), p.message) for p in error.problems]
    if problems:
        raise BadInput(problems)
    return found


def design_problems(document: Document, years: Years | None) -> list[Problem]:
    """What is wrong with each design of the document, placed in its file; nothing can be said without years."""
    designs = document.data.get("designs")
    if years is None or not isinstance(designs, Mapping):
        return []
    assumptions = _assumptions(document.data)
    problems: list[Problem] = []
    for name, raw in designs.items():
        if not isinstance(raw, Mapping):
            continue
        try:
            arrangement = resolve_design(str(name), raw, years)
            found = _unsettleable(arrangement, years, assumptions)
        except BadInput as error:
            found = list(error.problems)
        problems += [Problem(document.place(_below(("designs", name), p.place)), p.message) for p in found]
    return problems


def _assumptions(data: Mapping[str, Any]) -> Assumptions | None:
    try:
        return Assumptions.model_validate(data.get("assumptions"))
    except ValidationError:
        return None


def _unsettleable(arrangement: Arrangement, years: Years, assumptions: Assumptions | None) -> list[Problem]:
    """What would stop the arrangement from being settled on the experience that these assumptions give."""
    if assumptions is None:
        return []
    floor = assumptions.large_claimants.floor_usd
    floors = dict(floor) if isinstance(floor, Mapping) else {"every stratum": floor}
    lines = experience_lines(service.category for service in assumptions.services)
    return arrangement.check(lines, years=years.performance, base=years.base, floors_usd=floors)


def _below(design: Path, place: str) -> Path:
    try:
        return (*design, *parse_path(place)) if place else design
    except ValueError:
        return (*design, place)


def design_schema() -> tuple[dict[str, Any], dict[str, Any]]:
    """JSON Schema of one design, and the definitions it refers to: programs, terms and line makers."""
    from pydantic.json_schema import models_json_schema

    from vbcsim.contract.line import line_family
    from vbcsim.contract.term import term_family

    families = {"term": term_family(), "line": line_family()}
    models = [(model, "validation") for family in families.values() for model in family.values()]
    refs, shared = models_json_schema(models, ref_template="#/$defs/contract_{model}")  # type: ignore[arg-type]
    definitions = {f"contract_{name}": schema for name, schema in shared.get("$defs", {}).items()}
    clauses = {
        kind: [_clause(word, refs[model, "validation"]) for word, model in family.items()]
        for kind, family in families.items()
    }
    definitions["line_maker"] = {"description": "How a derived line is made.", "anyOf": clauses["line"]}
    definitions["clause"] = {"description": "One term of a provision.", "anyOf": [_step(c) for c in clauses["term"]]}
    definitions["provision"] = _PROVISION
    definitions["arrangement"] = _ARRANGEMENT
    programs = [_program(name) for name in program_names()]
    return {"anyOf": [*programs, {"$ref": "#/$defs/arrangement"}]}, definitions


_TEXT = {"type": "string"}
_PARTY = {"enum": ["payer", "provider", "reinsurer", "downstream", "government"]}
_PROVISION = {
    "type": "object",
    "description": "A named transfer: its terms apply in order, beginning with an amount of zero.",
    "properties": {
        "name": _TEXT,
        "payer": {**_PARTY, "description": "Who pays a positive amount."},
        "payee": {**_PARTY, "description": "Who receives a positive amount."},
        "terms": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/clause"}},
        "note": _TEXT,
        "source": _TEXT,
    },
    "required": ["name", "payer", "payee", "terms"],
    "additionalProperties": False,
}
_ARRANGEMENT = {
    "type": "object",
    "description": "An arrangement written out.",
    "properties": {
        "title": _TEXT,
        "note": _TEXT,
        "parties": {"type": "array", "items": _PARTY, "minItems": 2},
        "lines": {"type": "object", "additionalProperties": {"$ref": "#/$defs/line_maker"}},
        "provisions": {"type": "array", "items": {"$ref": "#/$defs/provision"}},
    },
    "additionalProperties": False,
}


def _clause(word: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": {word: dict(schema)}, "required": [word], "additionalProperties": False}


def _step(clause: Mapping[str, Any]) -> dict[str, Any]:
    year = {"type": "integer"}
    beside = {"from": year, "to": year, "note": _TEXT, "source": _TEXT}
    return {**clause, "properties": {**clause["properties"], **beside}}


def _program(name: str) -> dict[str, Any]:
    program = load_program(name)
    properties: dict[str, Any] = {"program": {"const": name}, "title": _TEXT, "note": _TEXT}
    for word, asked in program.inputs.items():
        properties[word] = {"description": asked.definition, **({"unit": asked.unit} if asked.unit else {})}
        properties[word] |= {"enum": list(asked.choices)} if asked.choices else {}
        properties[word] |= {"default": asked.default} if asked.default is not None else {}
    for word, figure in program.parameters.items():
        properties[word] = {"description": figure.definition, "unit": figure.unit}
    required = [word for word, asked in program.inputs.items() if asked.default is None and not asked.optional]
    return {
        "type": "object",
        "title": program.title,
        "description": program.description,
        "properties": properties,
        "required": ["program", *required],
        "additionalProperties": False,
    }
