"""Set-up says clearly what is missing, leaves nothing half made then, and does nothing twice."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the set-up script is for a POSIX shell")

_TOOLS = ("sh", "dirname", "cmp", "cat", "rm", "mkdir", "cp")


@pytest.fixture
def checkout(repository: Path, tmp_path: Path) -> Path:
    """What the script reads, in a folder whose name has a space, with a path that holds no Python."""
    folder = tmp_path / "a checkout"
    (folder / ".ci").mkdir(parents=True)
    (folder / "bin").mkdir()
    for name in (".ci/setup", "requirements.lock", "pyproject.toml"):
        shutil.copy(repository / name, folder / name)
    for tool in _TOOLS:
        (folder / "bin" / tool).symlink_to(shutil.which(tool))
    return folder


def _program(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    file.chmod(0o755)


def _set_up(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [shutil.which("sh"), ".ci/setup"],
        cwd=folder,
        env={"PATH": str(folder / "bin"), "HOME": os.environ.get("HOME", "")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_machine_without_python_is_told_so(checkout):
    done = _set_up(checkout)
    assert done.returncode == 1
    assert "no Python 3.11, 3.12 or 3.13" in done.stderr
    assert not (checkout / ".venv").exists()


def test_an_unsuitable_python_and_an_empty_shim_are_passed_over_and_named(checkout):
    _program(checkout / "bin" / "python3.13", "exit 127")
    _program(checkout / "bin" / "python3", 'if [ "$1" = --version ]; then echo "Python 3.8.18"; else exit 1; fi')
    done = _set_up(checkout)
    assert done.returncode == 1
    assert "python3 is Python 3.8.18" in done.stderr
    assert "python3.13 is" not in done.stderr
    assert not (checkout / ".venv").exists()


def test_a_failed_install_is_a_failure_and_is_tried_again(checkout):
    """A stand-in for a working Python whose pip fails: the script must fail, and not call the set-up done."""
    fake = (
        'case "$*" in *--version*) echo "Python 3.12.9";; '
        f'*sys.executable*) echo "{checkout}/bin/python3.12";; '
        '*"-m venv"*) mkdir -p .venv/bin; cp "$0" .venv/bin/python;; '
        '*"-m pip install"*) exit 9;; esac'
    )
    _program(checkout / "bin" / "python3.12", fake)
    for _ in range(2):
        done = _set_up(checkout)
        assert done.returncode == 9
        assert "installing the locked packages with pip" in done.stderr
    assert not (checkout / ".venv" / "vbcsim-setup").exists()


def _finished(checkout: Path) -> None:
    _program(checkout / ".venv" / "bin" / "python", "exit 0")
    stamp = checkout / ".venv" / "vbcsim-setup"
    stamp.mkdir()
    for name in ("requirements.lock", "pyproject.toml"):
        shutil.copy(checkout / name, stamp / name)
    (stamp / "place").write_text(f"{checkout}\n", encoding="utf-8")


def test_a_finished_set_up_is_not_done_again(checkout):
    _finished(checkout)
    done = _set_up(checkout)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("change", ["requirements.lock", "pyproject.toml", "moved"])
def test_it_is_done_again_when_the_lock_the_project_or_the_place_changed(checkout, change):
    _finished(checkout)
    if change == "moved":
        (checkout / ".venv" / "vbcsim-setup" / "place").write_text("elsewhere\n", encoding="utf-8")
    else:
        with (checkout / change).open("a", encoding="utf-8") as file:
            file.write("\n")
    done = _set_up(checkout)
    assert done.returncode == 1
    assert "no Python" in done.stderr
