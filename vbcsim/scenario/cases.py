"""Cases: the same scenario with some of its assumptions changed by path, run on the same random numbers.

A case says what a press release claims, or what a cautious reader supposes, as changes to the scenario::

    cases:
      claimed:
        title: As announced
        changes:
          interventions.home_visits.effect: 0.2
          assumptions.services[inpatient].utilization_trend: 1%
        source: the press release of 3 May

A path is written as after ``--set``. A case may change what happens to members and the economics of the parties, not
the designs: those are compared with one another in every case.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from vbcsim.core.errors import BadInput, Problem
from vbcsim.core.text import listing, shown, visible
from vbcsim.scenario.model import BASE_CASE, Case, Scenario
from vbcsim.scenario.overrides import find, put
from vbcsim.scenario.sentences import model_problems
from vbcsim.scenario.source import Document, Path, parse_path

__all__ = [
    "CASE_SECTIONS",
    "case_documents",
    "case_scenario",
    "every_case",
    "in_case",
    "moved_scenario",
    "value_at",
]

CASE_SECTIONS = ("cohort", "assumptions", "collective", "interventions", "measures", "economics")
"""Parts of a scenario that a case may change."""


def every_case(scenario: Scenario) -> dict[str, Scenario]:
    """The scenario as it is (``base``) and in each of its cases."""
    return {BASE_CASE: scenario} | {name: case_scenario(scenario, name) for name in scenario.cases}


def case_scenario(scenario: Scenario, name: str) -> Scenario:
    """The scenario in one of its cases; the case's own list of cases is empty.

    :raises BadInput: where a change finds nothing to change, or what it makes is no scenario.
    """
    data = _listed(scenario.model_dump(mode="python", by_alias=True, exclude_unset=True))
    document, problems = _changed(Document("scenario", data), name, scenario.cases[name].changes)
    if problems:
        raise BadInput(problems)
    try:
        return Scenario.model_validate(document.data)
    except ValidationError as error:
        raise BadInput(in_case(name, model_problems(error, document))) from None


def moved_scenario(scenario: Scenario, path: str, value: Any, place: str) -> Scenario:
    """The scenario with one value changed, as a case may change it, and without its cases.

    :param place: where the change was asked for.
    :raises BadInput: where a case may not make the change, or what it makes is no scenario.
    """
    case = Case(title="moved", changes={path: value}, source="judgement")
    try:
        return case_scenario(scenario.model_copy(update={"cases": {"moved": case}}), "moved")
    except BadInput as error:
        raise BadInput(
            Problem(place, p.message.removeprefix('in the case "moved", ')) for p in error.problems
        ) from None


def value_at(scenario: Scenario, path: str) -> Any:
    """The value that stands at a path of the scenario, as a file would write it; None where the file does not say it.

    :raises ValueError: where nothing may stand there.
    """
    node: Any = _listed(scenario.model_dump(mode="python", by_alias=True, exclude_unset=True))
    for step in find(node, parse_path(path), None):
        node = node.get(step) if isinstance(node, dict) else node[step]
    return node


def case_documents(document: Document) -> tuple[dict[str, Document], list[Problem]]:
    """The document as each of its cases changes it, and every change that cannot be made, at its place."""
    cases = document.data.get("cases")
    found: dict[str, Document] = {}
    problems: list[Problem] = []
    for name, case in cases.items() if isinstance(cases, Mapping) else ():
        changes = case.get("changes") if isinstance(case, Mapping) else None
        if isinstance(changes, Mapping):
            found[str(name)], wrong = _changed(document, name, changes)
            problems += wrong
    return found, problems


def _changed(document: Document, name: str | int, changes: Mapping[Any, Any]) -> tuple[Document, list[Problem]]:
    """The document of one case; its changed values stand where the case writes them."""
    data = {key: value for key, value in document.data.items() if key != "cases"}
    changed = Document(document.file, data, document.marks, dict(document.overridden), document.broken)
    problems: list[Problem] = []
    for words, value in changes.items():
        written: Path = ("cases", name, "changes", words)
        try:
            path = _path(changed.data, words, value)
        except ValueError as error:
            problems.append(Problem(document.place(written), visible(str(error))))
        else:
            put(changed, path, value, document.mark(written))
    return changed, problems


def _path(data: Any, words: Any, value: Any) -> Path:
    steps = parse_path(str(words))
    if steps[0] not in CASE_SECTIONS:
        raise ValueError(
            f"a case changes what happens to members and what it costs; {shown(str(steps[0]))} is the same in every "
            f"case (allowed: {listing(list(CASE_SECTIONS))})"
        )
    return find(data, steps, value)


def in_case(name: str, problems: Iterable[Problem]) -> list[Problem]:
    """The problems with the name of the case in which they arise."""
    return [Problem(problem.place, f"in the case {shown(name)}, {problem.message}") for problem in problems]


def _listed(value: Any) -> Any:
    """The value with lists for tuples, as a file would give it."""
    if isinstance(value, dict):
        return {key: _listed(item) for key, item in value.items()}
    return [_listed(item) for item in value] if isinstance(value, (list, tuple)) else value
