"""What decides an experience, and nothing of the contract: the key under which a simulated experience may be reused."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from vbcsim.scenario.model import Scenario

__all__ = ["EXPERIENCE_SECTIONS", "experience_differences", "experience_fields", "experience_key"]

EXPERIENCE_SECTIONS = ("cohort", "assumptions", "years", "seed", "engine")
"""Parts of a scenario that decide what happens to members; draws only say how often it is simulated."""


def experience_fields(scenario: Scenario) -> dict[str, Any]:
    """The parts of a scenario that decide its experience, as plain values."""
    return scenario.model_dump(mode="json", include=set(EXPERIENCE_SECTIONS))


def experience_key(scenario: Scenario) -> str:
    """SHA-256 of :func:`experience_fields`: the same for scenarios that differ only in designs, texts or draws."""
    text = json.dumps(_unworded(experience_fields(scenario)), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def experience_differences(one: Scenario, other: Scenario) -> tuple[str, ...]:
    """Names of the sections in which two scenarios ask for a different experience."""
    a, b = _unworded(experience_fields(one)), _unworded(experience_fields(other))
    return tuple(section for section in EXPERIENCE_SECTIONS if a[section] != b[section])


def _unworded(value: Any) -> Any:
    """The value without citations: where a figure comes from does not change what it does."""
    if isinstance(value, dict):
        return {key: _unworded(item) for key, item in value.items() if key != "source"}
    return [_unworded(item) for item in value] if isinstance(value, list) else value
