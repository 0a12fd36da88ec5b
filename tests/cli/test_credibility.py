"""``vbcsim credibility`` on a finished run and on a scenario file."""

from __future__ import annotations

import json

import numpy as np
import pytest
import xarray as xr
from click.testing import CliRunner

from vbcsim.cli import main
from vbcsim.cli.credibility import _minimum_rate


@pytest.fixture(autouse=True)
def wide(monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")


@pytest.fixture(scope="module")
def folder(small_run, tmp_path_factory):
    return small_run.save(tmp_path_factory.mktemp("run") / "demo")


def call(*words):
    return CliRunner().invoke(main, [str(word) for word in words])


def test_a_run_in_which_nobody_saves_is_judged_as_it_is(folder):
    words = ("--within", "3%", "--lives", "2000", "--lives", "20000", "--saving", "4%", "--luck", "0.3")
    found = json.loads(call("credibility", folder, *words, "--json").stdout)
    assert (found["case"], found["within"], found["luck"]) == ("base", 0.03, 0.3)
    assert list(found["size_lives"]["basic_a"]) == ["own", "2000", "20000"]
    within = found["p_within"]["basic_a"]["contract"]["members"]
    assert within["own"] < within["2000"] <= within["20000"]
    lives = found["lives_within"]["basic_a"]["contract"]["members"]
    assert lives > found["size_lives"]["basic_a"]["own"]
    assert found["lives_within_mcse"]["basic_a"]["contract"]["members"] > 0.0
    chance = found["p_reward"]["basic_a"]["members"]["20000"]
    assert chance["0.0"] < chance["0.04"]


def test_the_text_has_the_lives_the_luck_and_what_rules_say(folder):
    text = " ".join(call("credibility", folder).stdout.split())
    for words in ("lives needed for 90%", "this run", "lives for 10% luck", "45 CFR 158.232(b)", "Caravan Health"):
        assert words in text
    assert "42 CFR 425.604(b)" not in text  # the scale of minimum rates begins at 500 lives


@pytest.mark.parametrize(("lives", "rate"), [(499.0, None), (5000.0, 0.039), (7500.0, 0.033), (70_000.0, 0.02)])
def test_the_minimum_rate_beside_it_is_that_of_the_program(lives, rate):
    sizes = xr.Dataset({"size_lives": (("design", "size"), [[np.nan], [lives]])}, coords={"size": ["own"]})
    assert _minimum_rate(sizes) == (None if rate is None else pytest.approx(rate, abs=5e-5))


def test_a_scenario_is_simulated_without_its_effects(tmp_path):
    from tests.cli.conftest import SMALL

    found = json.loads(call("credibility", SMALL, "--draws", "120", "--lives", "1000", "--json").stdout)
    assert (found["case"], found["draws"]) == (None, 120)
    assert found["p_reward"]["half"]["all"]["own"]["0.0"] is not None
    assert found["p_reward"]["nothing"]["all"]["own"]["0.0"] is None


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--within", "200%"), "--within"),
        (("--confidence", "sure"), '--confidence: "sure" cannot be read as a share'),
        (("--lives", "7"), "--lives: 7 is not possible; give 100 to 1,000,000,000 lives"),
        (("--set", "draws=5"), "--set: changes a scenario file, and"),
    ],
)
def test_bad_questions_end_with_2_and_a_sentence(folder, words, sentence):
    done = call("credibility", folder, *words)
    assert done.exit_code == 2
    assert sentence in done.stderr
