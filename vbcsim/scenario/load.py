"""Loading a scenario: every problem of the file, its tables and its overrides at once, each with place and remedy."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path as FilePath

from pydantic import ValidationError

from vbcsim.core.errors import BadInput, Problem
from vbcsim.core.text import shown
from vbcsim.scenario.designs import design_problems
from vbcsim.scenario.model import Scenario
from vbcsim.scenario.overrides import apply_overrides
from vbcsim.scenario.sentences import model_problems
from vbcsim.scenario.source import Document
from vbcsim.scenario.tables import read_tables
from vbcsim.scenario.yaml import parse_yaml, read_yaml

__all__ = ["load_scenario", "parse_scenario"]


def load_scenario(path: str | FilePath, overrides: Iterable[str] = ()) -> Scenario:
    """The scenario in a YAML file, with overrides such as ``"draws=5000"`` applied.

    :raises BadInput: with every problem found in the file, its tables and the overrides.
    """
    return _scenario(read_yaml(path), FilePath(path).parent, list(overrides))


def parse_scenario(text: str, file: str = "scenario.yaml", folder: str | FilePath = ".") -> Scenario:
    """The scenario written in ``text``, with tables looked up below ``folder``; raises like :func:`load_scenario`."""
    return _scenario(parse_yaml(text, file), FilePath(folder), [])


def _scenario(document: Document, folder: FilePath, overrides: list[str]) -> Scenario:
    if not isinstance(document.data, dict):
        message = (
            f"{shown(document.data)} was read where a scenario is needed; write `key: value` lines (`vbcsim schema`)"
        )
        raise BadInput(f"{document.file}:1", message)
    tables = [text for text in overrides if text.partition("=")[0].strip().endswith(".table")]
    problems = apply_overrides(document, tables)
    problems += read_tables(document, folder)
    problems += apply_overrides(document, [text for text in overrides if text not in tables])
    scenario: Scenario | None = None
    try:
        scenario = Scenario.model_validate(document.data)
    except ValidationError as error:
        problems += model_problems(error, document)
    problems += design_problems(document, scenario)
    if problems or scenario is None:
        raise BadInput(_each_once(problems))
    return scenario


def _each_once(problems: Iterable[Problem]) -> list[Problem]:
    return list(dict.fromkeys(problems))
