"""``vbcsim sensitivity`` on a finished run."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from vbcsim.cli import main

GROUP = "assumptions.provider_group.effect_sd"


@pytest.fixture(scope="module")
def folder(small_run, tmp_path_factory):
    return small_run.save(tmp_path_factory.mktemp("run") / "demo")


def call(*words):
    return CliRunner().invoke(main, [str(word) for word in words], standalone_mode=False)


def test_moves_and_indices_are_told_and_drawn(folder, tmp_path):
    words = ("--design", "basic_e", "--move", f"{GROUP}=x0.5,x1.5", "--draws", "64")
    pictures = ("--tornado-svg", tmp_path / "t.svg", "--indices-svg", tmp_path / "i.svg")
    said = call("sensitivity", folder, *words, *pictures)
    assert said.return_value == 0
    assert "No assumption is written as a distribution" in said.stdout
    assert f"{GROUP} 0.03495 to 0.1048: " in said.stdout
    assert "process (which members fall ill): alone" in said.stdout
    assert all((tmp_path / name).read_text().startswith("<svg") for name in ("t.svg", "i.svg"))


def test_indices_of_a_loss_as_json(folder):
    words = ("--design", "enhanced", "--figure", "provider.p_loss", "--draws", "64", "--json")
    found = json.loads(call("sensitivity", folder, *words).stdout)
    assert found["sobol"]["of"] == "whether the provider lost in a draw"
    assert found["sobol"]["draws"] == 64
    assert set(found["sobol"]["coordinates"]) == {"systemic", "group", "process"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--move", "assumptions.quality.men=0.7,0.8"), "did you mean"),
        (("--design", "basic_f"), "did you mean"),
        (("--figure", "provider.tvar95"), "no figure of a single draw"),
    ],
)
def test_bad_questions_end_with_2(folder, words, said):
    done = call("sensitivity", folder, *words)
    assert done.return_value == 2
    assert said in done.stderr
