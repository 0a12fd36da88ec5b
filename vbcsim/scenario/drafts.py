"""Drafts: a file with designs alone, to be settled on the experience of a finished run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from vbcsim.scenario.load import load_scenario, read_document, scenario_of
from vbcsim.scenario.model import Scenario

__all__ = ["load_designs"]

_OF_A_DRAFT = {"designs", "title", "question", "description", "sign_off"}
"""What a file of drafts may say; anything else makes it a scenario."""


def load_designs(path: str | Path, finished: Scenario, overrides: Iterable[str] = ()) -> Scenario:
    """The scenario in a file, or the finished scenario with the designs of a file that holds nothing else.

    :raises BadInput: with every problem of the file and the overrides.
    """
    document = read_document(path)
    if not isinstance(document.data, dict) or "designs" not in document.data or set(document.data) - _OF_A_DRAFT:
        return load_scenario(path, overrides)
    rest = finished.model_dump(mode="python", by_alias=True, exclude_unset=True)
    kept = {key: value for key, value in rest.items() if key not in ("answers", "cases", "sign_off", "capital")}
    return scenario_of(replace(document, data=kept | document.data), Path(path).parent, list(overrides))
