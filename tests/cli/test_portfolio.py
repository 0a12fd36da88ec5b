"""``vbcsim portfolio``: a folder with everything, figures that add up, mistakes in sentences."""

from __future__ import annotations

import json

import pytest

TWO = """vbcsim_portfolio: 1
name: two
title: Two contracts
question: What do they lose together?
source: made up
draws: 30
contracts:
  a: {scenario: small.yaml, design: half}
  b: {scenario: small.yaml, design: half, weight: 25%}
capital: {lag_months: 9, reserves_usd: [50000], source: made up}
"""


@pytest.fixture
def file(here):
    (here / "two.yaml").write_text(TWO, encoding="utf-8")
    return "two.yaml"


def test_the_folder_holds_the_page_the_draws_and_the_figures(file, here, type_):
    said = type_("portfolio", file, "--out", "together")
    assert said.exit_code == 0, said.output
    assert said.output.startswith("Together the 2 contracts")
    assert "What spreading is worth: The losses of each" in said.output
    assert "Correlation of what the contracts bring" in said.output
    names = {path.name for path in (here / "together").iterdir()}
    assert names == {"draws.csv", "manifest.json", "portfolio.yaml", "report.html", "results.json", "results.nc"}
    assert (here / "together" / "portfolio.yaml").read_text(encoding="utf-8") == TWO
    found = json.loads((here / "together" / "results.json").read_text(encoding="utf-8"))
    tails = {
        name: next(row for row in one["tail_contribution_usd"] if row["level"] == 0.95)
        for name, one in found["contracts"].items()
    }
    assert tails["a"]["value"] + tails["b"]["value"] == pytest.approx(tails["together"]["value"])
    assert all(row["mcse"] is not None for row in tails.values())
    assert set(found["capital"]["designs"]) == {"a", "b", "together"}


def test_a_dry_run_tells_what_would_be_simulated(file, here, json_of):
    found = json_of("portfolio", file, "--dry-run", "--draws", "7")
    assert found["members"] == {"a": 200, "b": 200}
    assert (found["draws"], found["out"]) == (7, "two-portfolio")
    assert not (here / "two-portfolio").exists()


def test_a_mistake_is_told_at_its_line_and_nothing_is_written(file, here, type_):
    (here / file).write_text(TWO.replace("design: half}", "design: haf}", 1), encoding="utf-8")
    result = type_("portfolio", file)
    assert result.exit_code == 2
    assert 'two.yaml:8 contracts.a.design: "haf" is not a design of small; did you mean "half"?' in result.output
    assert not (here / "two-portfolio").exists()
