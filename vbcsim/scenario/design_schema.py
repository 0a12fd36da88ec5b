"""The JSON Schema of a design: every program with its inputs, and arrangements of every term and line maker."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from vbcsim.contract.design import PaidBy
from vbcsim.contract.program import load_program, program_names
from vbcsim.core.attributes import ATTRIBUTES

__all__ = ["DESIGN_KEYS", "design_schema"]


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
    definitions["arrangement"] = {**_ARRANGEMENT, "properties": {**_ARRANGEMENT["properties"], **DESIGN_KEYS}}
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
_ARRANGEMENT: dict[str, Any] = {
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
_ATTRIBUTE = {"enum": list(ATTRIBUTES)}
DESIGN_KEYS: dict[str, Any] = {
    "only": {
        "description": "Strata with these values of attributes, each a value or a list; all of them where left out.",
        "type": "object",
        "propertyNames": _ATTRIBUTE,
        "additionalProperties": {"anyOf": [_TEXT, {"type": "array", "items": _TEXT, "minItems": 1}]},
    },
    "each": {**_ATTRIBUTE, "description": "Attribute whose values are settled apart, results added up."},
    "by_group": {
        "description": "Inputs of single groups that differ, by the value of the attribute in `each`.",
        "type": "object",
        "additionalProperties": {"type": "object"},
    },
    "programme_paid_by": {
        "enum": list(get_args(PaidBy)),
        "default": "provider",
        "description": "Who pays the cost of the interventions, in the ledgers.",
    },
}
"""What any design may say beside its terms, by key."""


def _clause(word: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": {word: dict(schema)}, "required": [word], "additionalProperties": False}


def _step(clause: Mapping[str, Any]) -> dict[str, Any]:
    year = {"type": "integer"}
    beside = {"from": year, "to": year, "note": _TEXT, "source": _TEXT}
    return {**clause, "properties": {**clause["properties"], **beside}}


def _program(name: str) -> dict[str, Any]:
    program = load_program(name)
    properties: dict[str, Any] = {"program": {"const": name}, "title": _TEXT, "note": _TEXT, **DESIGN_KEYS}
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
