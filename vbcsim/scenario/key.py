"""What decides an experience, and nothing of the contract: members, assumptions, years, seed and engine."""

from __future__ import annotations

from typing import Any

from vbcsim.scenario.model import EXPERIENCE_SECTIONS, Scenario

__all__ = ["EXPERIENCE_SECTIONS", "experience_differences", "experience_fields"]


def experience_fields(scenario: Scenario) -> dict[str, Any]:
    """The parts of a scenario that decide its experience, as plain values without citations.

    A finished experience is known by the hash of its cohort (``vbcsim.experience.simulate.experience_hash``); these are
    the fields behind it, for saying in which of them two scenarios differ.
    """
    fields: dict[str, Any] = _unworded(scenario.model_dump(mode="json", include=set(EXPERIENCE_SECTIONS)))
    return fields


def experience_differences(one: Scenario, other: Scenario) -> tuple[str, ...]:
    """Names of the sections in which two scenarios ask for a different experience."""
    a, b = experience_fields(one), experience_fields(other)
    return tuple(section for section in EXPERIENCE_SECTIONS if a[section] != b[section])


def _unworded(value: Any) -> Any:
    """The value without citations: where a figure comes from does not change what it does."""
    if isinstance(value, dict):
        return {key: _unworded(item) for key, item in value.items() if key != "source"}
    return [_unworded(item) for item in value] if isinstance(value, list) else value
