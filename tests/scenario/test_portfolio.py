"""Reading a portfolio: every mistake a sentence with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from vbcsim.core.errors import BadInput
from vbcsim.scenario.portfolio import APART, load_portfolio

SMALL = Path(__file__).parent / "data" / "small.yaml"
HEAD = """vbcsim_portfolio: 1
name: two
title: Two contracts
question: What do they lose together?
source: made up
contracts:
"""
ONE = "  a: {scenario: small.yaml, design: half}\n"
TWO = "  b: {scenario: small.yaml, design: half, provider: other, changes: {seed: 9, cohort.retention: 0.8}}\n"
GOOD = HEAD + ONE + TWO


@pytest.fixture
def read(tmp_path):
    (tmp_path / "small.yaml").write_text(SMALL.read_text(encoding="utf-8"), encoding="utf-8")

    def reader(text: str):
        (tmp_path / "p.yaml").write_text(text, encoding="utf-8")
        return load_portfolio(tmp_path / "p.yaml")

    return reader


def problems(read, text: str) -> list[str]:
    with pytest.raises(BadInput) as caught:
        read(text)
    return [str(problem) for problem in caught.value.problems]


def test_contracts_have_their_scenarios_with_one_design_and_the_portfolios_seed_and_draws(read):
    held = read(GOOD)
    assert list(held.scenarios) == ["a", "b"]
    for scenario in held.scenarios.values():
        assert (list(scenario.designs), scenario.seed, scenario.draws) == (["half"], 1, 1000)
    assert held.scenarios["b"].cohort.retention == 0.8
    assert held.years == (2023, 2024)
    assert held.portfolio.titles() == {"a": "A", "b": "B", "together": "All together"}
    assert held.asking(draws=50).scenarios["a"].draws == 50


def test_what_is_not_shared_is_drawn_apart(read):
    told = read(GOOD).portfolio
    assert told.shift("a") == {}
    assert told.shift("b") == {"process": APART, "group": APART}
    apart = read(GOOD.replace("contracts:", "shared: [systemic]\ncontracts:")).portfolio
    assert apart.shift("b") == {"process": APART, "parameter": APART, "group": APART}


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("  a: {scenario: smal.yaml, design: half}\n", 7, "there is no file"),
        ("  a: {scenario: small.yaml, design: haf}\n", 7, '"haf" is not a design of small; did you mean "half"?'),
        ("  a: {scenario: small.yaml, dsign: half}\n", 7, '"dsign" is not a field here; did you mean "design"?'),
        ("  a: {scenario: small.yaml, design: half, weight: 120%}\n", 7, "write a number at least 0 and at most 1"),
        ("  a: {scenario: small.yaml, design: half, party: reinsurer}\n", 7, "half has no reinsurer (its parties:"),
        (
            ONE + "  b: {scenario: small.yaml, design: half, changes: {years.base: [2022]}}\n",
            8,
            "its years begin with 2022, those of a with 2021",
        ),
        (
            "  a:\n    scenario: small.yaml\n    design: half\n    changes:\n      cohort.retentoin: 0.8\n",
            11,
            'cohort has no "retentoin"; did you mean "retention"?',
        ),
        (
            "  a:\n    scenario: small.yaml\n    design: half\n    changes:\n      cohort.retention: 1.8\n",
            11,
            "cohort.retention: 1.8 is not allowed",
        ),
        ("  together: {scenario: small.yaml, design: half}\n", 6, "which is the sum of all"),
        (
            "  a: {scenario: small.yaml, design: half}\ncapital: {lag_months: 9, designs: {c: {}}, source: x}\n",
            8,
            'capital.designs.c: "c" is not a contract',
        ),
        (
            ONE + "capital: {lag_months: 9, advances: [{usd: 5, source: x}], source: x}\n",
            8,
            "an advance is on one contract",
        ),
    ],
)
def test_a_mistake_is_told_at_its_line(read, text, line, said):
    found = problems(read, HEAD + text)
    assert any(said in problem for problem in found), found
    assert any(f"p.yaml:{line}" in problem for problem in found if said in problem), found


def test_all_problems_are_told_at_once(read):
    text = "  a: {scenario: small.yaml, design: haf}\n  b: {scenario: none.yaml, design: half}\n"
    assert len(problems(read, HEAD + text)) == 2


def test_more_draws_than_contracts_lie_apart_are_refused(read):
    assert "at most 1,000,000" in problems(read, GOOD.replace("contracts:", "draws: 2000000\ncontracts:"))[0]


def test_the_shipped_portfolio_can_be_read():
    for path in (SMALL.parents[3] / "scenarios" / "portfolios").glob("*.yaml"):
        assert len(load_portfolio(path).scenarios) > 1
