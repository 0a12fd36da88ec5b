"""``vbcsim compare``: differences, where the money goes, shares and luck; one run or several."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from vbcsim.cli import main


@pytest.fixture(autouse=True)
def wide(monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")


@pytest.fixture(scope="module")
def folder(small_run, tmp_path_factory):
    return small_run.save(tmp_path_factory.mktemp("run") / "demo")


def call(*words):
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture(scope="module")
def told(folder):
    return json.loads(call("compare", folder, "--json").stdout)


def test_the_steps_of_every_design_add_up_to_its_average(told, small_run):
    assert told["party"] == "provider"
    for design, steps in told["waterfall"].items():
        total = sum(step["amount_usd"] for step in steps if step["kind"] in ("line", "clause"))
        assert steps[-1]["kind"] == "net"
        assert total == pytest.approx(steps[-1]["amount_usd"], abs=0.01)
        at = small_run.outcomes["value"].sel(design=design, party="provider", statistic="mean_usd")
        assert total == pytest.approx(float(at), abs=0.01)
        assert all(step["amount_mcse"] is not None for step in steps)


def test_shares_and_luck_are_told_with_their_errors(told):
    assert told["effective_share"]["headline_words"]["basic_e"] == {"savings": "50%", "losses": "30%"}
    share = told["effective_share"]["effective_share"]["enhanced"]["savings"]
    assert 0.0 < told["effective_share"]["effective_share_mcse"]["enhanced"]["savings"] < share < 0.75
    chance = told["luck"]["p_reward"]["basic_a"]["all"]
    assert list(chance) == ["0.0", "0.01", "0.02", "0.05"]
    assert chance["0.0"] < chance["0.05"]


def test_the_text_says_where_the_money_goes(folder):
    text = " ".join(call("compare", folder).stdout.split())
    for words in ("designs two by two", "Where the money goes under", "= Net to the provider", "Luck and skill"):
        assert words in text


def test_several_runs(folder, small_run, tmp_path):
    again = small_run.save(tmp_path / "again")
    found = json.loads(call("compare", folder, again, "--party", "payer", "--json").stdout)
    pairs = {(p["a"], p["b"]) for p in found["comparison"]}
    assert ("demo: basic_e", "again: basic_e") in pairs
    assert ("demo: basic_e", "again: basic_a") not in pairs
    assert all(p["mean_difference_usd"] == 0.0 and p["p_equal"] == 1.0 for p in found["comparison"])
    assert {name: told["party"] for name, told in found["runs"].items()} == {"demo": "payer", "again": "payer"}
    text = call("compare", folder, again).stdout
    assert "demo: What is shared in the end" in text


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--party", "reinsurer"), '--party: "reinsurer" is not in the run; choose payer and provider'),
        (("SAME",), "is named twice; a run cannot be compared with itself"),
        (("nowhere",), "nowhere: is not a finished run"),
    ],
)
def test_bad_questions_end_with_2_and_a_sentence(folder, words, sentence):
    done = call("compare", folder, *(folder if word == "SAME" else word for word in words))
    assert done.exit_code == 2
    assert sentence in done.stderr
    assert done.stdout == ""
