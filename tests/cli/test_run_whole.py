"""`vbcsim run` with everything it writes, report and pictures included: whole, repeatable, killed at any time."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from vbcsim.core.errors import BadInput
from vbcsim.core.files import LOCK, read_manifest
from vbcsim.pipeline import open_run

FILES = {"experience.nc", "manifest.json", "report.html", "results.json", "results.nc", "results.xlsx", "scenario.yaml"}
STATISTICS = ("mean_usd", "sd_usd", "p5_usd", "p95_usd", "p_shared_savings", "p_shared_loss", "var95_usd", "tvar99_usd")


def _hashes(folder: Path) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.iterdir()}


def test_a_run_writes_a_whole_folder_and_one_json_object(json_of, here):
    found = json_of("run", "small.yaml")
    assert {p.name for p in (here / "small-run").iterdir()} == FILES
    assert (found["scenario"], found["draws"], found["members"], found["seed"]) == ("small", 200, 200, 7)
    assert (found["engine"], found["out"], found["experience_reused"]) == ("members", "small-run", False)
    assert found["seconds"] > 0
    assert found["zero_sum_max_abs_usd"] <= 1e-6
    assert len(found["experience_hash"]) == 64
    party = found["designs"]["half"]["parties"]["provider"]
    assert all(name in party and f"{name}_mcse" in party for name in STATISTICS)
    assert party["mean_usd"] == pytest.approx(-found["designs"]["half"]["parties"]["payer"]["mean_usd"])
    assert found["designs"]["nothing"]["parties"]["provider"]["mean_usd"] == 0
    (pair,) = [p for p in found["comparison"] if p["party"] == "provider"]
    assert pair["mean_difference_usd"] == pytest.approx(party["mean_usd"])
    stored = json.loads((here / "small-run" / "results.json").read_text())
    assert stored["designs"] == found["designs"]


def test_people_get_a_table_and_the_place_of_the_report(type_, here):
    result = type_("run", "small.yaml", "--out", "r")
    assert result.exit_code == 0, result.output
    assert "Two cells, three years, one arrangement" in result.stdout
    assert f"Report: {Path('r') / 'report.html'}" in result.stderr
    assert type_("run", "small.yaml", "--out", "q", "--quiet").output == ""
    assert {p.name for p in (here / "q").iterdir()} == FILES


def test_the_same_command_writes_the_same_bytes_whatever_the_threads(type_, here):
    for out, threads in (("a", "1"), ("b", "2")):
        assert type_("run", "small.yaml", "--out", out, "--threads", threads).exit_code == 0
    assert _hashes(here / "a") == _hashes(here / "b")


@pytest.mark.slow
def test_killed_at_any_time_nothing_half_made_opens(here):
    """SIGKILL at many moments of a run over an earlier one: the folder opens as the old run, the new one, or not."""
    command = [sys.executable, "-m", "vbcsim", "run", "small.yaml", "--out", "r", "--quiet"]
    subprocess.run(command, check=True, cwd=here, timeout=300)
    begun = time.monotonic()
    subprocess.run([*command, "--seed", "2", "--out", "timed"], check=True, cwd=here, timeout=300)
    whole = time.monotonic() - begun
    seen = set()
    for k in range(4):
        process = subprocess.Popen([*command, "--seed", str(100 + k)], cwd=here, stderr=subprocess.PIPE)
        try:
            process.wait(timeout=whole * (k + 1) / 4)
        except subprocess.TimeoutExpired:
            process.kill()
        with process:
            process.communicate()
        try:
            seen.add(int(read_manifest(here / "r").facts["seed"]))
            opened = open_run(here / "r")
            assert opened.experience.sizes["draw"] == 200
        except BadInput as error:
            assert "is not a finished run" in str(error)  # noqa: PT017 either way is allowed, but only with this sentence
    subprocess.run([*command, "--seed", "3"], check=True, cwd=here, timeout=300)
    assert {p.name for p in (here / "r").iterdir()} == FILES
    assert 7 in seen
    assert not (here / "r" / LOCK).exists()


def test_no_bar_and_no_colour_where_there_is_no_terminal(here):
    done = subprocess.run(
        [sys.executable, "-m", "vbcsim", "run", "small.yaml"],
        capture_output=True,
        cwd=here,
        timeout=300,
        check=True,
        env=os.environ | {"TERM": "xterm-256color"},
    )
    assert b"\x1b" not in done.stdout + done.stderr
