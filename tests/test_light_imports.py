"""Starting is quick: what only asks or checks loads no compiler, no array library and no plotting."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

_HEAVY = {"numba", "llvmlite", "xarray", "pandas", "scipy", "matplotlib", "h5py", "h5netcdf", "jinja2"}
_HEAVIER_THAN_HELP = {*_HEAVY, "numpy", "pydantic", "ruamel", "rich"}


def _loaded(*arguments: str) -> tuple[subprocess.CompletedProcess[str], set[str]]:
    """Run vbcsim in a fresh process; its result, and the top-level packages that it imported."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "vbcsim", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    assert lines, f"no import was traced: {done.stderr[-500:]}"
    return done, {line.rpartition("|")[2].strip().partition(".")[0] for line in lines}


def test_help_loads_next_to_nothing():
    done, loaded = _loaded("--help")
    assert done.returncode == 0, done.stderr[-2000:]
    assert "click" in loaded
    assert not loaded & _HEAVIER_THAN_HELP


@pytest.mark.parametrize(
    "verb", ["run", "check", "settle", "compare", "credibility", "explain", "cite", "schema", "template"]
)
def test_help_of_a_verb_loads_nothing_heavy(verb):
    done, loaded = _loaded(verb, "--help")
    assert done.returncode == 0, done.stderr[-2000:]
    assert not loaded & _HEAVIER_THAN_HELP


def test_check_loads_nothing_heavy(repository: Path):
    files = sorted((repository / "scenarios").glob("*.yaml"))
    assert files, "no scenario is shipped"
    for file in files:
        done, loaded = _loaded("check", str(file))
        assert done.returncode == 0, done.stdout + done.stderr[-2000:]
        assert {"pydantic", "ruamel"} <= loaded
        assert not loaded & _HEAVY


def test_check_of_a_workbook_loads_nothing_heavy(tmp_path: Path):
    from vbcsim.scenario.yaml import read_yaml
    from vbcsim.workbook.template import template_workbook

    source = Path(__file__).resolve().parent.parent / "scenarios" / "mssp_aco.yaml"
    (tmp_path / "book.xlsx").write_bytes(template_workbook(read_yaml(source).data))
    done, loaded = _loaded("check", str(tmp_path / "book.xlsx"))
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    assert "python_calamine" in loaded
    assert not loaded & {*_HEAVY, "xlsxwriter"}


def test_import_vbcsim_is_light():
    code = "import sys, vbcsim; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert not set(done.stdout.split()) & _HEAVIER_THAN_HELP
