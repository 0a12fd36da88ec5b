"""The designs of a scenario as arrangements: read, resolved, and checked against what the experience will give."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial
from typing import Any, NamedTuple, TypeVar

from pydantic import ValidationError

from vbcsim.assumptions.spec import Assumptions
from vbcsim.cohort.build import floors, stratum_of_cells
from vbcsim.cohort.spec import CohortSpec
from vbcsim.contract.arrangement import Arrangement
from vbcsim.contract.book import experience_lines
from vbcsim.contract.program import load_program, program_names, resolve
from vbcsim.contract.read import read_arrangement
from vbcsim.core.errors import BadInput, Problem
from vbcsim.core.model import Frozen
from vbcsim.core.text import shown
from vbcsim.scenario.model import Scenario, Years
from vbcsim.scenario.source import Document, Path, parse_path

_T = TypeVar("_T", bound=Frozen)

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


def design_problems(document: Document, scenario: Scenario | None) -> list[Problem]:
    """What is wrong with each design of the document, placed in its file.

    :param scenario: the scenario, where its sections could be read; else they are tried one by one, so that as much as
        can be said is said. Nothing can be said without years.
    """
    designs, years = document.data.get("designs"), _section(document, scenario, "years", Years)
    if years is None or not isinstance(designs, Mapping):
        return []
    cohort = _section(document, scenario, "cohort", CohortSpec)
    assumptions = _section(document, scenario, "assumptions", Assumptions)
    seam, problems = _seam(document, cohort, assumptions) if assumptions else (None, [])
    for name, raw in designs.items():
        if not isinstance(raw, Mapping):
            continue
        try:
            found = _unsettleable(resolve_design(str(name), raw, years), years, seam)
        except BadInput as error:
            found = list(error.problems)
        problems += [Problem(document.place(_below(("designs", name), p.place)), p.message) for p in found]
    return problems


class _Seam(NamedTuple):
    """What the experience will give to a design: its lines, and the large-claimant floor by stratum."""

    lines: Collection[str]
    floors_usd: Mapping[str, float]


def _section(document: Document, scenario: Scenario | None, name: str, kind: type[_T]) -> _T | None:
    if scenario is not None:
        section: _T = getattr(scenario, name)
        return section
    try:
        return kind.model_validate(document.data.get(name))
    except ValidationError:
        return None


def _seam(
    document: Document, cohort: CohortSpec | None, assumptions: Assumptions
) -> tuple[_Seam | None, list[Problem]]:
    """The seam that cohort and assumptions make, and floors that do not fit the strata."""
    lines = experience_lines(service.category for service in assumptions.services)
    floor = assumptions.large_claimants.floor_usd
    if cohort is None:
        return _Seam(lines, floor if isinstance(floor, Mapping) else {"every stratum": floor}), []
    strata, _ = stratum_of_cells(cohort)
    try:
        by_stratum = floors(floor, strata)
    except BadInput as error:
        return None, [Problem(document.place(parse_path(p.place)), p.message) for p in error.problems]
    return _Seam(lines, dict(zip(strata, map(float, by_stratum), strict=True))), []


def _unsettleable(arrangement: Arrangement, years: Years, seam: _Seam | None) -> list[Problem]:
    """What would stop the arrangement from being settled on the experience; floors that are equal are told once."""
    if seam is None:
        return []
    every = set(seam.floors_usd.values())
    alike = {"every stratum": every.pop()} if len(every) == 1 else {}
    check = partial(arrangement.check, seam.lines, years=years.performance, base=years.base)
    found = check(floors_usd=alike)
    told = {problem.place for problem in found}
    return found + [problem for problem in check(floors_usd=seam.floors_usd) if problem.place not in told]


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
