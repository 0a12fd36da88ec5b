"""`vbcsim run`, `settle` and `compare` from end to end on a small scenario."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from vbcsim.core.errors import BadInput
from vbcsim.core.files import MANIFEST, claim_folder
from vbcsim.pipeline import open_run, run


@pytest.fixture(autouse=True)
def _no_pictures(monkeypatch):
    """The report takes most of a small run's time; here it is a word."""
    monkeypatch.setattr("vbcsim.report.html.html_report", lambda material: f"<p>{material.title}</p>")


def _hashes(folder: Path) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.iterdir()}


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
    monkeypatch.setattr("vbcsim.pipeline.lasting.simulate", lambda *_, **__: pytest.fail("it simulated"))
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
    monkeypatch.setattr("vbcsim.pipeline.lasting.simulate", lambda *_, **__: pytest.fail("it simulated"))
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
    monkeypatch.setattr("vbcsim.pipeline.lasting.simulate", lambda *_, **__: pytest.fail("it simulated"))
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
    assert "\nsmall.yaml designs.half.lines.expenditure: a per-person threshold of $30,000" in result.stderr
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
    assert "s: settles 2023 and r settles 2023 to 2024; compare runs over the same years" in result.stderr


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
        "  3. Share 50% of savings and 30% of losses."
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
