"""A small scenario in a folder of its own, and a way to type commands there."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from vbcsim.cli import main

SMALL = Path(__file__).parent.parent / "scenario" / "data" / "small.yaml"

Type = Callable[..., Result]


@pytest.fixture
def here(tmp_path, monkeypatch) -> Path:
    """A folder that holds the small scenario, and is the current one."""
    text = SMALL.read_text(encoding="utf-8") + "split_draws: 0\n"  # six runs in place of one otherwise
    (tmp_path / "small.yaml").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VBCSIM_DEBUG", raising=False)
    monkeypatch.setenv("PYTHONPATH", str(SMALL.parents[3]))  # a process started there finds this vbcsim
    return tmp_path


@pytest.fixture
def type_(here) -> Type:
    """Type a command of vbcsim in that folder."""

    def run(*words: str) -> Result:
        return CliRunner().invoke(main, list(words))

    return run


@pytest.fixture
def json_of(type_) -> Callable[..., dict]:
    """Type a command with --json: the one object it prints."""

    def run(*words: str, code: int = 0) -> dict:
        result = type_(*words, "--json")
        assert result.exit_code == code, result.output
        found = json.loads(result.stdout)
        assert isinstance(found, dict)
        assert result.stderr == ""
        return found

    return run


@pytest.fixture
def break_file(here) -> Callable[..., None]:
    """Replace texts in the small scenario of that folder."""

    def replace(*changes: tuple[str, str]) -> None:
        file = here / "small.yaml"
        text = file.read_text(encoding="utf-8")
        for old, new in changes:
            assert old in text, f"{old!r} is not in the scenario"
            text = text.replace(old, new, 1)
        file.write_text(text, encoding="utf-8")

    return replace
