"""`vbcsim run`, `settle` and `compare` from end to end on a small scenario."""

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
from vbcsim.core.files import LOCK, MANIFEST, claim_folder, read_manifest
from vbcsim.pipeline import open_run, run

FILES = {"experience.nc", "manifest.json", "report.html", "results.json", "results.nc", "scenario.yaml"}
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


def test_options_and_overrides_change_the_run(json_of):
    found = json_of("run", "small.yaml", "--draws", "50", "--seed", "9", "--set", "cohort.cells[aged].members=100")
    assert (found["draws"], found["seed"], found["members"]) == (50, 9, 140)


def test_a_dry_run_says_what_would_be_and_writes_nothing(type_, json_of, here):
    result = type_("run", "small.yaml", "--dry-run")
    assert "200 members in 2 cells x 4 years x 200 draws (160,000 member-years)" in result.stdout
    assert json_of("run", "small.yaml", "--dry-run")["plan"]["memory_bytes"] > 0
    assert [p.name for p in here.iterdir()] == ["small.yaml"]


def test_what_cannot_fit_is_refused_with_what_would(type_, here):
    result = type_("run", "small.yaml", "--draws", "10000000", "--set", "cohort.cells[0].members=1000000")
    assert result.exit_code == 2
    assert "ask for at most" in result.stderr
    assert [p.name for p in here.iterdir()] == ["small.yaml"]


def test_bad_input_writes_nothing(type_, here, break_file):
    break_file(("floor_usd: 50000", "floor_usd: 200000"), ("members: 40", "members: -4"))
    result = type_("run", "small.yaml", "--out", "r")
    assert result.exit_code == 2
    assert "small.yaml:13 cohort.cells[disabled].members: -4 is not allowed" in result.stderr
    assert "small.yaml:55 designs.half.lines.expenditure:" in result.stderr
    assert [p.name for p in here.iterdir()] == ["small.yaml"]


def test_a_place_that_cannot_be_written_is_refused_before_simulating(type_, monkeypatch):
    monkeypatch.setattr("vbcsim.pipeline.simulate", lambda *_, **__: pytest.fail("it simulated"))
    for place in ("/proc/vbcsim-run", "small.yaml/inside"):
        result = type_("run", "small.yaml", "--out", place)
        assert result.exit_code == 2, result.output
        assert "cannot be written" in result.stderr


def test_files_of_someone_else_are_left_alone(type_, here):
    before = _hashes(here)
    result = type_("run", "small.yaml", "--out", ".")
    assert result.exit_code == 2
    assert "holds files that no run wrote (small.yaml)" in result.stderr
    assert _hashes(here) == before


def test_while_another_run_writes_there_a_second_is_refused(type_, here):
    with claim_folder(here / "r"):
        result = type_("run", "small.yaml", "--out", "r")
    assert result.exit_code == 2
    assert "another vbcsim run is writing in this folder" in result.stderr


def test_a_run_that_fails_leaves_the_earlier_one(type_, here, monkeypatch):
    assert type_("run", "small.yaml", "--out", "r").exit_code == 0
    before = _hashes(here / "r")

    def fail(*_, **__):
        raise RuntimeError("half way")

    monkeypatch.setattr("vbcsim.report.html.html_report", fail)
    assert type_("run", "small.yaml", "--out", "r", "--seed", "8").exit_code == 1
    assert _hashes(here / "r") == before


def test_an_experience_is_used_again_where_only_the_contract_changed(json_of, type_, here, monkeypatch):
    json_of("run", "small.yaml", "--out", "r")
    changed = ["--set", "designs.half.provisions[0].terms[2].share.savings=0.6"]
    fresh = json_of("run", "small.yaml", "--out", "fresh", *changed)
    few = json_of("run", "small.yaml", "--out", "few", "--draws", "60")
    monkeypatch.setattr("vbcsim.pipeline.simulate", lambda *_, **__: pytest.fail("it simulated"))
    again = json_of("run", "small.yaml", "--out", "r", *changed)
    assert again["experience_reused"]
    assert again["designs"] == fresh["designs"]
    assert _hashes(here / "r") == _hashes(here / "fresh")
    assert json_of("run", "small.yaml", "--out", "r", "--draws", "60")["designs"] == few["designs"]
    assert type_("run", "small.yaml", "--out", "r", "--seed", "8").exit_code == 1  # it had to simulate


def test_settle_uses_the_experience_of_the_run_and_the_designs_of_the_file(json_of, type_, monkeypatch, break_file):
    json_of("run", "small.yaml", "--out", "r")
    break_file(("savings: 0.5", "savings: 0.6"), ("  nothing:", "  none_at_all:"))
    whole = json_of("run", "small.yaml", "--out", "whole")
    monkeypatch.setattr("vbcsim.pipeline.simulate", lambda *_, **__: pytest.fail("it simulated"))
    settled = json_of("settle", "r", "small.yaml", "--out", "s")
    assert settled["designs"] == whole["designs"]
    assert settled["experience_hash"] == whole["experience_hash"]
    assert open_run("s").scenario == open_run("whole").scenario
    assert json_of("settle", "r", "small.yaml")["out"] is None


def test_settle_warns_where_the_file_asks_for_another_experience(type_, break_file):
    type_("run", "small.yaml", "--out", "r")
    break_file(("members: 40", "members: 50"), ("persistence: 0.4", "persistence: 0.5"))
    result = type_("settle", "r", "small.yaml")
    assert result.exit_code == 0
    assert "warning: the file asks for other cohort and assumptions than the run" in result.stderr


def test_settle_refuses_a_threshold_below_the_floor_of_the_run(type_, break_file):
    type_("run", "small.yaml", "--out", "r")
    break_file(("threshold_usd: 100000", "threshold_usd: 30000"), ("floor_usd: 50000", "floor_usd: 20000"))
    result = type_("settle", "r", "small.yaml", "--out", "s")
    assert result.exit_code == 2
    assert "below the large-claimant floor of $50,000" in result.stderr
    assert not Path("s").exists()


def test_compare_within_a_run_and_between_two(json_of, type_):
    json_of("run", "small.yaml", "--out", "r")
    json_of(
        "run", "small.yaml", "--out", "s", "--set", "assumptions.provider_group.improvement_rate=3%", "--draws", "150"
    )
    within = json_of("compare", "r")["comparison"]
    assert {(p["a"], p["b"]) for p in within} == {("half", "nothing")}
    between = json_of("compare", "r", "s")
    assert between["draws"] == 150
    pair = next(p for p in between["comparison"] if (p["a"], p["b"], p["party"]) == ("r: half", "s: half", "provider"))
    assert pair["mean_difference_usd"] < 0  # more improvement, more savings shared
    assert pair["mean_difference_usd_mcse"] < abs(pair["mean_difference_usd"])
    assert "designs two by two" in type_("compare", "r", "s").stdout


def test_compare_refuses_other_years(json_of, type_):
    json_of("run", "small.yaml", "--out", "r")
    json_of("run", "small.yaml", "--out", "s", "--set", "years.performance=[2023]")
    result = type_("compare", "r", "s")
    assert result.exit_code == 2
    assert "s: settles [2023] and r settles [2023, 2024]; compare runs over the same years" in result.stderr


def test_explain_walks_through_a_draw_to_the_settled_amount(json_of, type_):
    json_of("run", "small.yaml", "--out", "r")
    finished = open_run("r")
    for draw in (0, 17, 199):
        walk = json_of("explain", "r", "--draw", str(draw))["designs"]["half"]
        settled = finished.settlement["transfer_usd"].sel(design="half", provision="shared_savings", draw=draw)
        assert [y["provisions"][0]["transfer_usd"] for y in walk] == settled.values.tolist()
        assert [y["year"] for y in walk] == [2023, 2024]
        first = walk[0]["provisions"][0]
        assert first["clauses"][0]["amount_usd"] == first["lines"]["benchmark"] - first["lines"]["expenditure"]
    assert (
        "  3. Share savings at 50% and losses at 30%."
        in type_("explain", "r", "--draw", "17", "--design", "half").stdout
    )
    assert "half: Half of savings" in type_("explain", "r").stdout
    assert "the run has the draws 0 to 199" in type_("explain", "r", "--draw", "200").stderr


def test_a_run_saved_from_a_notebook_opens_to_the_same(here):
    made = run("small.yaml", overrides=["draws=50"])
    opened = open_run(made.save("r"))
    assert opened.scenario == made.scenario
    for stage in ("cohort", "experience", "settlement", "outcomes", "comparison"):
        assert getattr(opened, stage).identical(getattr(made, stage)) or getattr(opened, stage).equals(
            getattr(made, stage)
        )
    assert "small" in repr(opened)


@pytest.mark.parametrize("name", ["experience.nc", "results.nc", "scenario.yaml"])
def test_a_damaged_run_does_not_open(type_, here, name):
    assert type_("run", "small.yaml", "--out", "r").exit_code == 0
    file = here / "r" / name
    file.write_bytes(file.read_bytes()[:-7])
    for words in (["compare", "r"], ["explain", "r"], ["settle", "r", "small.yaml"]):
        result = type_(*words)
        assert result.exit_code == 2
        assert f"r: is not a whole run: {name} was changed after the run; run it again" in result.stderr


def test_a_manifest_that_vouches_for_a_broken_file_does_not_help(here, type_):
    assert type_("run", "small.yaml", "--out", "r").exit_code == 0
    file = here / "r" / "results.nc"
    file.write_bytes(file.read_bytes()[:1000])
    manifest = json.loads((here / "r" / MANIFEST).read_text())
    manifest["files"]["results.nc"] = hashlib.sha256(file.read_bytes()).hexdigest()
    (here / "r" / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(BadInput, match=r"results\.nc: is not a whole NetCDF file"):
        open_run("r")


@pytest.mark.slow
def test_killed_at_any_time_nothing_half_made_opens(here):
    """SIGKILL at many moments of a run over an earlier one: the folder opens as the old run, the new one, or not."""
    command = [sys.executable, "-m", "vbcsim", "run", "small.yaml", "--out", "r", "--quiet"]
    subprocess.run(command, check=True, cwd=here, timeout=300)
    begun = time.monotonic()
    subprocess.run([*command, "--seed", "2", "--out", "timed"], check=True, cwd=here, timeout=300)
    whole = time.monotonic() - begun
    seen = set()
    for k in range(12):
        process = subprocess.Popen([*command, "--seed", str(100 + k)], cwd=here, stderr=subprocess.PIPE)
        try:
            process.wait(timeout=whole * (k + 1) / 12)
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
