"""``vbcsim solve`` and ``vbcsim sweep`` on a finished run."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from vbcsim.cli import main

SHARE = "shared_savings.share.savings"


@pytest.fixture(scope="module")
def folder(small_run, tmp_path_factory):
    return small_run.save(tmp_path_factory.mktemp("run") / "demo")


def call(*words):
    return CliRunner().invoke(main, [str(word) for word in words], standalone_mode=False)


def test_figures_are_listed(folder):
    found = json.loads(call("solve", folder, "--design", "basic_e", "--json").stdout)
    assert found["figures"][SHARE] == 0.5


def test_a_goal_is_met_and_told(folder):
    words = ("solve", folder, "--design", "basic_e", "--term", SHARE, "--goal", "provider.mean >= 0", "--smallest")
    found = json.loads(call(*words, "--json").stdout)
    assert found["met"]
    assert found["goals"][0]["value"] >= 0
    assert "is the smallest value that meets" in call(*words).stdout


def test_what_cannot_be_met_ends_with_1(folder):
    done = call("solve", folder, "--design", "basic_e", "--term", SHARE, "--goal", "provider.p_loss >= 99.9%")
    assert done.return_value == 1
    assert "comes nearest" in done.stdout


@pytest.mark.parametrize(
    "words",
    [
        ("--term", SHARE, "--goal", "provider.mean > 0"),
        ("--term", "share.saving", "--goal", "provider.mean >= 0"),
        ("--term", SHARE),
        ("--term", SHARE, "--goal", "payer.mean = 0", "--from", "2", "--to", "1"),
    ],
)
def test_bad_questions_end_with_2(folder, words):
    assert call("solve", folder, "--design", "basic_e", *words).return_value == 2


def test_a_sweep_of_a_term(folder):
    done = call(
        "sweep", folder, "--design", "basic_e", "--term", f"{SHARE}=0.2:0.8:4", "--figure", "payer.mean", "--json"
    )
    points = json.loads(done.stdout)["points"]
    assert [round(p["at"][SHARE], 6) for p in points] == [0.2, 0.4, 0.6, 0.8]
    means = [p["figures"]["payer.mean"]["value"] for p in points]
    assert means == sorted(means, reverse=True)


def test_prices_and_tornado(folder):
    said = call("sweep", folder, "--design", "basic_e").stdout
    assert "shared_savings.share:" in said
    assert "the widest first" in said
    assert call("sweep", folder, "--design", "basic_e", "--term", "x=1:2").return_value == 2
    assert "0.01 more: p" in said


def test_two_terms_are_solved_for_with_an_objective(folder):
    terms = ("--vary", f"{SHARE}=0.3:0.9", "--vary", "shared_savings.limit#2.losses[0].share=0.02:0.2")
    goals = ("--goal", "max provider.risk_adjusted(25%)", "--subject-to", "payer.mean >= now")
    found = json.loads(call("solve", folder, "--design", "basic_e", *terms, *goals, "--json").stdout)
    assert found["met"]
    assert len(found["terms"]) == 2
    assert all(term["mcse"] >= 0.0 for term in found["terms"])
    assert found["objective"]["objective"] == "max provider.risk_adjusted(25%)"
    assert len(found["held_out"]["values_by_half"]) == 2


def test_a_fair_price_is_told_in_money_and_in_another_figure(folder):
    said = call("solve", folder, "--design", "basic_e", "--fair", "shared_savings.limit#2", "--in", SHARE).stdout
    assert "the provider gains $" in said
    assert "per member and month" in said
    assert f"{SHARE} = " in said
    assert "leaves provider.mean where it is" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--fair", "stoploss"), "names no clause"),
        (("--vary", f"{SHARE}=a:b", "--goal", "payer.mean >= 0"), "NAME=FROM:TO"),
        (("--vary", SHARE, "--goal", "max provider.mean", "--goal", "min payer.sd"), "cannot both be best"),
        (("--vary", SHARE, "--goal", "max provider.men"), "did you mean"),
    ],
)
def test_what_cannot_be_asked_is_told(folder, words, said):
    done = call("solve", folder, "--design", "basic_e", *words)
    assert done.return_value == 2
    assert said in done.stderr
