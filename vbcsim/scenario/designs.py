"""The designs of a scenario as arrangements: read, resolved, and checked against what the experience will give."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vbcsim.contract.arrangement import Arrangement
from vbcsim.contract.program import resolve
from vbcsim.contract.read import read_arrangement
from vbcsim.core.errors import BadInput, Problem
from vbcsim.core.text import shown
from vbcsim.scenario.model import Scenario, Years
from vbcsim.scenario.seam import seam_of, unsettleable
from vbcsim.scenario.source import Document, Path, parse_path

__all__ = ["design_problems", "resolve_design", "resolve_designs"]


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
    """What is wrong with each design of the document, placed in its file; nothing can be said without years.

    :param scenario: the scenario, where all of it could be read.
    """
    seam, problems = seam_of(document, scenario)
    designs = document.data.get("designs")
    if seam is None or not isinstance(designs, Mapping):
        return problems
    for name, raw in designs.items():
        if not isinstance(raw, Mapping):
            continue
        try:
            found = unsettleable(resolve_design(str(name), raw, seam.years), seam)
        except BadInput as error:
            found = list(error.problems)
        problems += [Problem(document.place(_below(("designs", name), p.place)), p.message) for p in found]
    return problems


def _below(design: Path, place: str) -> Path:
    try:
        return (*design, *parse_path(place)) if place else design
    except ValueError:
        return (*design, place)
