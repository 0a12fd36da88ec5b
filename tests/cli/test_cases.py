"""Cases, groups, ledgers and the variance split through the commands: run, settle, compare."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

MORE = """economics:
  payer: {premium_pmpm: 500, source: judgement}
  provider: {own_share: 0.3, margin: 3%, cost_trend: 3%, source: judgement}
cases:
  fewer:
    title: Fewer stays
    changes: {'assumptions.services[inpatient].utilization_per_1000': 200}
    source: judgement
  dearer:
    title: A lower premium
    changes: {economics.payer.premium_pmpm: 450}
    source: judgement
"""
ANSWERS = """answers:
  - {name: reward, text: Chance of a reward, design: half, net: provider, at_least: 0.01}
"""
EACH = """  groups:
    each: enrollment_type
    lines: {benchmark: {constant: {usd: 500000}}}
    provisions: [{name: saved, payer: payer, payee: provider, terms: [difference: {of: benchmark, less: expenditure}]}]
"""


@pytest.fixture(autouse=True)
def _no_pictures(monkeypatch):
    """The report takes most of a small run's time; here it is a word."""
    monkeypatch.setattr("vbcsim.report.html.html_report", lambda material: f"<p>{material.title}</p>")


@pytest.fixture
def study(here: Path) -> Path:
    """The small scenario with groups, economics, cases and a short variance split."""
    text = (here / "small.yaml").read_text(encoding="utf-8").replace("draws: 200", "draws: 60")
    text = text.replace("split_draws: 0\n", EACH + MORE + ANSWERS + "split_draws: 20\n")
    (here / "small.yaml").write_text(text, encoding="utf-8")
    return here


def test_the_json_of_a_run_carries_cases_groups_ledgers_and_the_split(study, json_of):
    found = json_of("run", "small.yaml", "--out", "r")
    assert list(found["cases"]) == ["fewer", "dearer"]
    assert found["cases"]["fewer"]["title"] == "Fewer stays"
    nets = [of["designs"]["half"]["parties"]["provider"]["mean_usd"] for of in (found["cases"]["fewer"], found)]
    (pair,) = [
        row
        for row in found["case_comparison"]
        if (row["case"], row["design"], row["party"]) == ("fewer", "half", "provider")
    ]
    assert pair["mean_difference_usd"] == pytest.approx(nets[0] - nets[1])
    assert pair["mean_difference_usd_mcse"] > 0
    groups = found["groups"]["groups"]
    assert groups["each"] == "enrollment_type"
    parts = [groups["groups"][name]["provider"]["mean_usd"] for name in ("disabled", "aged_non_dual")]
    assert sum(parts) == pytest.approx(found["designs"]["groups"]["parties"]["provider"]["mean_usd"])
    payer, other = (of["ledgers"]["half"]["payer"] for of in (found, found["cases"]["dearer"]))
    assert other["premium"]["mean_usd"] == pytest.approx(0.9 * payer["premium"]["mean_usd"])
    assert {"sd_usd", "p5_usd", "p_loss"} <= set(found["ledgers"]["half"]["provider"]["margin"])
    assert 0 < found["ledgers"]["half"]["loss_ratio"]["mean"] < 3
    assert found["ledgers"]["leakage"]["mean"] == pytest.approx(0.7)
    split = found["variance_split"]
    assert split["draws"] == 20
    assert set(split["designs"]["half"]["provider"]) == {"process", "parameter", "systemic", "group"}
    (answer,) = found["answers"]
    assert (answer["name"], answer["unit"]) == ("reward", "fraction")
    for case, of in (("base", found), ("fewer", found["cases"]["fewer"])):
        chance = of["designs"]["half"]["parties"]["provider"]["p_gain"]
        assert answer["cases"][case]["value"] == pytest.approx(chance)
    stored = json.loads((study / "r" / "results.json").read_text())
    assert {key: stored[key] for key in stored if key not in ("seconds", "out")} == {
        key: found[key] for key in stored if key not in ("seconds", "out")
    }


def test_a_second_run_simulates_only_the_case_that_changed(study, json_of, type_, monkeypatch):
    from vbcsim.pipeline import simulate

    json_of("run", "small.yaml", "--out", "r")
    simulated = []

    def counted(cohort, **asked):
        simulated.append(int(cohort.sizes["cell"]))
        return simulate(cohort, **asked)

    monkeypatch.setattr("vbcsim.pipeline.lasting.simulate", counted)
    again = json_of("run", "small.yaml", "--out", "r", "--set", "split_draws=0", "--set", "designs.half.title=Half")
    assert (again["experience_reused"], simulated) == (True, [])
    change = 'cases.fewer.changes["assumptions.services[inpatient].utilization_per_1000"]=190'
    other = json_of("run", "small.yaml", "--out", "r", "--set", "split_draws=0", "--set", change)
    assert (other["experience_reused"], len(simulated)) == (False, 1)
    premium = json_of(
        "run",
        "small.yaml",
        "--out",
        "r",
        "--set",
        "split_draws=0",
        "--set",
        "economics.payer.premium_pmpm=510",
        "--set",
        change,
    )
    assert (premium["experience_reused"], len(simulated)) == (True, 1)


def test_settle_and_compare_carry_the_cases(study, json_of, type_):
    whole = json_of("run", "small.yaml", "--out", "r")
    settled = json_of("settle", "r", "small.yaml", "--set", "designs.half.title=Half", "--out", "s")
    assert settled["case_comparison"] == whole["case_comparison"]
    assert settled["cases"]["fewer"]["ledgers"] == whole["cases"]["fewer"]["ledgers"]
    assert settled["variance_split"] == {}
    found = json_of("compare", "s")
    assert found["case_comparison"] == whole["case_comparison"]
    text = type_("compare", "s").stdout
    assert "fewer, Fewer stays, against the base case" in text
    assert json_of("compare", "r", "s")["case_comparison"] == []


def test_the_plan_and_the_sources_tell_of_cases(study, json_of, type_):
    plan = json_of("run", "small.yaml", "--dry-run")["plan"]
    assert (plan["cases"], plan["split_draws"]) == (3, 20)
    assert "member-years) in 3 cases" in type_("run", "small.yaml", "--dry-run").stdout
    used = [use for source in json_of("cite", "small.yaml")["sources"] for use in source["supports"]]
    assert "economics: provider" in used
    assert "case dearer: economics.payer.premium_pmpm" in used
    assert "economics: provider: variable_share of categories that state none" in used


def test_check_and_explain_tell_of_cases_and_groups(study, json_of, type_):
    assert json_of("check", "small.yaml")["cases"] == {"fewer": "Fewer stays", "dearer": "A lower premium"}
    assert "; cases base, fewer and dearer." in type_("check", "small.yaml").stdout
    said = json_of("explain", "small.yaml")["designs"]
    assert said["groups"]["members"] == "Every enrollment type is settled apart, and the results are added up."
    assert said["half"]["members"] == ""
    assert "  Every enrollment type is settled apart" in type_("explain", "small.yaml", "--design", "groups").stdout


def test_check_and_explain_of_a_run_go_through_groups(study, json_of, type_):
    json_of("run", "small.yaml", "--out", "r")
    checked = json_of("check", "r")
    assert set(checked["designs"]) == {"half", "nothing", "groups: disabled", "groups: aged_non_dual"}
    told = json_of("explain", "r", "--design", "groups", "--draw", "3")["designs"]
    assert set(told) == {"groups: disabled", "groups: aged_non_dual"}
    assert "groups: disabled, draw 3" in type_("explain", "r", "--design", "groups", "--draw", "3").stdout


def test_a_run_without_its_cases_any_more_takes_them_from_the_folder(study, json_of):
    json_of("run", "small.yaml", "--out", "r")
    text = (study / "small.yaml").read_text(encoding="utf-8")
    (study / "small.yaml").write_text(text.replace(MORE + ANSWERS, ""), encoding="utf-8")
    found = json_of("run", "small.yaml", "--out", "r", "--set", "split_draws=0")
    assert (found["cases"], found["case_comparison"], found["ledgers"]) == ({}, [], {})
    assert not (study / "r" / "cases").exists()
