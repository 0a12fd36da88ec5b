"""Loading a scenario: every problem of the file, its tables and its overrides at once, each with place and remedy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path as FilePath

from pydantic import ValidationError

from vbcsim.cohort.fit import fit_problems
from vbcsim.core.errors import BadInput, Problem
from vbcsim.core.text import shown
from vbcsim.outcomes.economics import economics_problems
from vbcsim.scenario.answers import answer_problems
from vbcsim.scenario.capital import capital_misfits
from vbcsim.scenario.cases import case_documents, in_case
from vbcsim.scenario.designs import design_problems
from vbcsim.scenario.model import Scenario
from vbcsim.scenario.overrides import apply_overrides
from vbcsim.scenario.sentences import model_problems
from vbcsim.scenario.source import Document, parse_path
from vbcsim.scenario.tables import read_tables
from vbcsim.scenario.workbook_file import SUFFIXES
from vbcsim.scenario.yaml import parse_yaml, read_yaml

__all__ = ["load_scenario", "parse_scenario", "read_document", "scenario_of"]


def load_scenario(path: str | FilePath, overrides: Iterable[str] = ()) -> Scenario:
    """The scenario in a YAML file or a workbook, with overrides such as ``"draws=5000"`` applied.

    :raises BadInput: with every problem found in the file, its tables and the overrides.
    """
    return scenario_of(read_document(path), FilePath(path).parent, list(overrides))


def read_document(path: str | FilePath) -> Document:
    """What a scenario's file says, with the place of every value: YAML, or a workbook by its ending.

    :raises BadInput: where the file cannot be read.
    """
    if FilePath(path).suffix.lower() not in SUFFIXES:
        return read_yaml(path)
    from vbcsim.scenario.workbook import read_workbook

    return read_workbook(path)


def parse_scenario(text: str, file: str = "scenario.yaml", folder: str | FilePath = ".") -> Scenario:
    """The scenario written in ``text``, with tables looked up below ``folder``; raises like :func:`load_scenario`."""
    return scenario_of(parse_yaml(text, file), FilePath(folder), [])


def scenario_of(document: Document, folder: FilePath, overrides: list[str]) -> Scenario:
    """The scenario of a document, with tables looked up below ``folder``; raises like :func:`load_scenario`."""
    if not isinstance(document.data, dict):
        message = (
            f"{shown(document.data)} was read where a scenario is needed; write `key: value` lines (`vbcsim schema`)"
        )
        raise BadInput(f"{document.file}:1", message)
    tables = [text for text in overrides if text.partition("=")[0].strip().endswith(".table")]
    problems = [*document.problems, *apply_overrides(document, tables)]
    problems += read_tables(document, folder)
    problems += apply_overrides(document, [text for text in overrides if text not in tables])
    scenario: Scenario | None = None
    try:
        scenario = Scenario.model_validate(document.data)
    except ValidationError as error:
        problems += model_problems(error, document)
    problems += design_problems(document, scenario)
    problems += _section_problems(document, scenario)
    problems += _case_problems(document, scenario)
    problems += answer_problems(document, scenario) if not problems else []
    if problems or scenario is None:
        raise BadInput(_each_once(problems))
    return scenario


def _case_problems(document: Document, scenario: Scenario | None) -> list[Problem]:
    """What is wrong with the cases; what they make is looked at only where the scenario itself is sound."""
    changed, problems = case_documents(document)
    if scenario is None:
        return problems
    known = set(design_problems(document, scenario))
    for name, other in changed.items():
        found: list[Problem] = []
        case: Scenario | None = None
        try:
            case = Scenario.model_validate(other.data)
        except ValidationError as error:
            found = model_problems(error, other)
        found += [problem for problem in design_problems(other, case) if problem not in known]
        found += _section_problems(other, case)
        problems += in_case(name, found)
    return problems


def _section_problems(document: Document, scenario: Scenario | None) -> list[Problem]:
    """What in members, assumptions, interventions, measures and economics does not fit together."""
    if scenario is None:
        return []
    fit = [] if scenario.assumptions is None else fit_problems(scenario.cohort, scenario.assumptions)
    found = [*fit, *_unfit(scenario)]
    found += [*_economics_problems(scenario), *capital_misfits(scenario)]
    return [Problem(document.place(parse_path(problem.place)), problem.message) for problem in found]


def _unfit(scenario: Scenario) -> Iterator[Problem]:
    """Interventions and measures that reach nobody, or name a category that is not there."""
    years = (scenario.years.base, scenario.years.performance)
    asked = (scenario.cohort.cells, scenario.categories, *years)
    for section, named in (("interventions", scenario.interventions), ("measures", scenario.measures)):
        for name, one in named.items():
            more = (scenario.interventions, name) if section == "measures" else ()
            try:
                one.tables(*asked, *more)
            except BadInput as error:
                for problem in error.problems:
                    yield Problem(f"{section}.{name}.{problem.place}".rstrip("."), problem.message)


def _economics_problems(scenario: Scenario) -> list[Problem]:
    if scenario.economics is None:
        return []
    lines_of_business = list(dict.fromkeys(cell.line_of_business for cell in scenario.cohort.cells))
    years = (*scenario.years.base, *scenario.years.performance)
    strata = scenario.cohort.strata
    return economics_problems(scenario.economics, scenario.categories, lines_of_business, years, strata)


def _each_once(problems: Iterable[Problem]) -> list[Problem]:
    return list(dict.fromkeys(problems))
