"""``vbcsim frontier`` on a finished run."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from vbcsim.cli import main

SHARE = "shared_savings.share.savings"
LIMIT = "shared_savings.limit#2.losses[0].share"


@pytest.fixture(scope="module")
def folder(small_run, tmp_path_factory):
    return small_run.save(tmp_path_factory.mktemp("run") / "demo")


def call(*words):
    return CliRunner().invoke(main, [str(word) for word in words], standalone_mode=False)


def test_a_frontier_is_told_written_and_drawn_alike_on_every_rerun(folder, tmp_path):
    words = ("frontier", folder, "--design", "basic_e", "--vary", f"{SHARE}=0.3:0.7:3", "--vary", f"{LIMIT}=0.02:0.1:3")
    files = [tmp_path / name for name in ("one.csv", "one.svg", "two.csv", "two.svg")]
    said = call(*words, "--both-parties", "--csv", files[0], "--svg", files[1])
    again = call(*words, "--both-parties", "--csv", files[2], "--svg", files[3])
    assert "are beaten by no other" in said.stdout
    assert "(as it is)" in said.stdout
    assert said.stdout == again.stdout
    assert files[0].read_bytes() == files[2].read_bytes()
    assert files[1].read_bytes() == files[3].read_bytes()
    assert len(files[0].read_text().splitlines()) == 11
    assert files[1].read_text().startswith("<svg")


def test_a_frontier_as_json(folder):
    done = call("frontier", folder, "--design", "basic_e", "--vary", f"{SHARE}=0.3:0.7:3", "--json")
    found = json.loads(done.stdout)
    assert found["figures"] == ["provider.mean", "provider.tvar95"]
    assert sum(point["as_it_is"] for point in found["points"]) == 1
    assert any(point["on_the_frontier"] for point in found["points"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--vary", f"{SHARE}=0.3:0.7"), "FROM:TO:POINTS"),
        (("--vary", f"{SHARE}=0.4", "--figure", "provider.mean"), "two figures or more"),
        (("--vary", f"{SHARE}=0.4", "--figure", "provider.mean", "--both-parties"), "leave out --figure"),
        (("--vary", f"{SHARE}=2:3:4"), "stays"),
    ],
)
def test_bad_frontiers_end_with_2(folder, words, said):
    done = call("frontier", folder, "--design", "basic_e", *words)
    if said == "stays":
        # Every point is impossible: the contract as it is stays alone.
        assert done.return_value == 0
        assert "4 points of the grid" in done.stdout
    else:
        assert done.return_value == 2
        assert said in done.stderr
