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
