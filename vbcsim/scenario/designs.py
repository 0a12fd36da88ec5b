"""The designs of a scenario: read, resolved, and checked against what the experience will give.

Beside its program with inputs, or its terms written out, a design may say for whom it holds::

    full_risk:
      program: full_risk_medicare_advantage
      only: {line_of_business: medicare_advantage}      # strata with this value, or one of a list
      each: provider_group                              # every group apart, results added up
      by_group: {huron_valley: {percent_of_premium: 86%}}   # inputs of one group that differ
      programme_paid_by: payer                          # who pays for the interventions; else the provider
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, get_args

from vbcsim.contract.arrangement import Arrangement
from vbcsim.contract.design import Design, PaidBy
from vbcsim.contract.program import resolve
from vbcsim.contract.read import read_arrangement
from vbcsim.core.attributes import ATTRIBUTES
from vbcsim.core.errors import BadInput, Problem, did_you_mean
from vbcsim.core.text import listing, shown
from vbcsim.scenario.model import Scenario, Years
from vbcsim.scenario.seam import Seam, seam_of, unsettleable
from vbcsim.scenario.source import Document, Path, parse_path

__all__ = ["MEMBERS_OF_A_DESIGN", "design_problems", "resolve_design", "resolve_designs"]

MEMBERS_OF_A_DESIGN = ("only", "each", "by_group", "programme_paid_by")
"""What a design may say beside its terms: for whom they hold, and who pays for the interventions."""


def resolve_design(name: str, raw: Mapping[str, Any], years: Years) -> Design:
    """One design: a program with its inputs, or an arrangement written out, and for whom it holds.

    :raises BadInput: with every problem, its place a path below the design.
    """
    terms = {key: value for key, value in raw.items() if key not in MEMBERS_OF_A_DESIGN}
    members, problems = _members(raw)
    own: dict[str, Arrangement] = {}
    for group, inputs in members.by_group.items():
        found, wrong = _arrangement(name, {**terms, **inputs}, years)
        problems += [Problem(_of_group(group, inputs, problem.place), problem.message) for problem in wrong]
        own |= {group: found} if found else {}
    common, wrong = _arrangement(name, terms, years)
    lacking = [problem for problem in wrong if not all(problem.place in inputs for inputs in members.by_group.values())]
    if common is None and (lacking or not own):
        problems += wrong
    if problems:
        raise BadInput(dict.fromkeys(problems))
    arrangement = common or next(iter(own.values()))
    return Design(arrangement, members.only, members.each, own, members.programme_paid_by)


def resolve_designs(designs: Mapping[str, Mapping[str, Any]], years: Years) -> dict[str, Design]:
    """Every design, in the order of the file; raises BadInput with the problems of all of them."""
    found: dict[str, Design] = {}
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
            found = _unsettleable(resolve_design(str(name), raw, seam.years), raw, seam)
        except BadInput as error:
            found = list(error.problems)
        problems += [Problem(document.place(_below(("designs", name), p.place)), p.message) for p in found]
    return problems


def _unsettleable(design: Design, raw: Mapping[str, Any], seam: Seam) -> list[Problem]:
    """What would stop the design from being settled on the experience."""
    if seam.attributes is None:
        return [] if not design.whole else unsettleable(design.arrangement, seam)
    found = design.problems(seam.attributes)
    if found:
        return found
    parts = design.parts(seam.attributes)
    needs_all = design.by_group and _stands_for_one(design)
    lacking = [part.group for part in parts if part.group not in design.by_group] if needs_all else []
    if lacking:
        words = f"the inputs of {listing(lacking, 30)} are missing; give them here, or for every group in the design"
        return [Problem("by_group", words)]
    for part in parts:
        floors = seam.floors_of(part.strata)
        problems = unsettleable(part.arrangement, seam._replace(floors_usd=floors))
        inputs = (raw.get("by_group") or {}).get(part.group, {})
        found += [Problem(_of_group(part.group, inputs, problem.place), problem.message) for problem in problems]
    return list(dict.fromkeys(found))


def _stands_for_one(design: Design) -> bool:
    """Whether the terms of all groups are but those of the first, because the design alone lacks an input."""
    return any(design.arrangement is own for own in design.by_group.values())


class _Members(NamedTuple):
    """For whom a design holds, as written."""

    only: dict[str, tuple[str, ...]]
    each: str
    by_group: dict[str, Mapping[str, Any]]
    programme_paid_by: PaidBy


def _members(raw: Mapping[str, Any]) -> tuple[_Members, list[Problem]]:
    """For whom a design holds, and what is wrong with saying so."""
    only, problems = _only(raw.get("only"))
    each, by_group, paid_by = raw.get("each", ""), raw.get("by_group") or {}, raw.get("programme_paid_by", "provider")
    if "each" in raw:
        problems += _attribute(each, "each")
    if not isinstance(by_group, Mapping) or not all(isinstance(inputs, Mapping) for inputs in by_group.values()):
        problems.append(Problem("by_group", f"{shown(by_group)} was read where the inputs of each group are needed"))
        by_group = {}
    elif by_group and not each:
        problems.append(Problem("by_group", "groups are not settled apart; name their attribute in `each`"))
    if paid_by not in get_args(PaidBy):
        allowed = listing(list(get_args(PaidBy)))
        problems.append(Problem("programme_paid_by", f"{shown(paid_by)} is not allowed (allowed: {allowed})"))
    groups = {str(group): inputs for group, inputs in by_group.items()}
    return _Members(only, str(each), groups, paid_by), problems


def _only(raw: Any) -> tuple[dict[str, tuple[str, ...]], list[Problem]]:
    if raw is None:
        return {}, []
    if not isinstance(raw, Mapping) or not raw:
        message = f"{shown(raw)} was read where attributes with a value or a list are needed, as {{region: north}}"
        return {}, [Problem("only", message)]
    only: dict[str, tuple[str, ...]] = {}
    problems: list[Problem] = []
    for attribute, given in raw.items():
        values = given if isinstance(given, list) else [given]
        problems += _attribute(attribute, f"only.{attribute}")
        if not values or not all(isinstance(value, (str, int)) and not isinstance(value, bool) for value in values):
            problems.append(Problem(f"only.{attribute}", f"{shown(given)} was read where a value or a list is needed"))
        only[str(attribute)] = tuple(str(value) for value in values)
    return only, problems


def _attribute(name: Any, place: str) -> list[Problem]:
    known = ATTRIBUTES
    if name in known:
        return []
    near = did_you_mean(str(name), known)
    return [Problem(place, f"{shown(name)} is not an attribute of cells{near} (allowed: {listing(known, 30)})")]


def _arrangement(name: str, raw: Mapping[str, Any], years: Years) -> tuple[Arrangement | None, list[Problem]]:
    """The terms as an arrangement, or what is wrong with them."""
    try:
        if "program" not in raw:
            return read_arrangement(raw, name), []
        if not isinstance(raw["program"], str):
            raise BadInput("program", f"{shown(raw['program'])} was read where the name of a program is needed")
        inputs = {str(key): value for key, value in raw.items() if key != "program"}
        return resolve(raw["program"], inputs, years.performance, name=name), []
    except BadInput as error:
        return None, list(error.problems)


def _of_group(group: str, inputs: Mapping[str, Any], place: str) -> str:
    """The place of a problem: among the inputs of the group where it is theirs, else among those of all."""
    first = place.partition(".")[0].partition("[")[0]
    return f"by_group.{group}.{place}" if first in inputs else place


def _below(design: Path, place: str) -> Path:
    try:
        return (*design, *parse_path(place)) if place else design
    except ValueError:
        return (*design, place)
