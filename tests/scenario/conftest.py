"""A small scenario, and ways to break it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from vbcsim.core.errors import BadInput
from vbcsim.scenario.load import parse_scenario

SMALL = Path(__file__).parent / "data" / "small.yaml"


@pytest.fixture(scope="session")
def small_text() -> str:
    """The text of the small scenario."""
    return SMALL.read_text(encoding="utf-8")


@pytest.fixture
def refused(small_text) -> Callable[..., list[str]]:
    """Break the small scenario by replacing texts; the problems with which it is refused."""

    def refuse(*changes: tuple[str, str]) -> list[str]:
        text = small_text
        for old, new in changes:
            assert text.count(old) >= 1, f"{old!r} is not in the scenario"
            text = text.replace(old, new, 1)
        with pytest.raises(BadInput) as caught:
            parse_scenario(text, "s.yaml")
        return [str(problem) for problem in caught.value.problems]

    return refuse
