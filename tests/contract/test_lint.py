"""Clauses that contradict or never bind: each rule on a design that breaks it, and silence where nothing is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from vbcsim.contract.lint import doubts, rules
from vbcsim.contract.program import load_program, program_names, resolve
from vbcsim.contract.read import read_arrangement

YEARS = (2023, 2024, 2025)
GROSS = {"difference": {"of": "benchmark", "less": "expenditure"}}
LOSSES = {"limit": {"losses": {"share": 0.1, "of": "benchmark"}}}


def design(*terms: dict[str, Any], lines: dict[str, Any] | None = None, name: str = "shared_savings") -> Any:
    provision = {"name": name, "payer": "payer", "payee": "provider", "terms": list(terms)}
    return read_arrangement({"lines": lines or {}, "provisions": [provision]}, "draft")


def told(arrangement: Any) -> list[tuple[str, str]]:
    return [(doubt.rule, doubt.place) for doubt in doubts(arrangement, YEARS)]


BROKEN = {
    "clause_of_other_years": (GROSS, {"gate": {"on": "met"}, "from": 2030}, LOSSES),
    "minimum_rate_of_zero": (GROSS, {"minimum_rate": {"savings": {2023: 0, 2024: 0}}}, LOSSES),
    "gate_always_open": (GROSS, {"gate": {"on": "quality_score", "at_least": 0}}, LOSSES),
    "gate_never_open": (GROSS, {"gate": {"on": "quality_score", "at_least": 70}}, LOSSES),
    "share_of_zero": (GROSS, {"share": {"savings": 0, "losses": 0}}),
    "equal_bands": (GROSS, {"corridor": {"edges": [0.1], "kept": [0.5, 0.5]}}, LOSSES),
    "clause_without_effect": (GROSS, {"sequester": {"rate": 0}}, LOSSES),
    "limit_of_zero": (GROSS, LOSSES, {"limit": {"savings": {"usd": 0}}}),
    "limit_never_reached": (
        GROSS,
        {"share": {"savings": 0.5, "losses": 0.5}},
        LOSSES,
        {"limit": {"savings": {"share": 0.5, "of": "benchmark"}}},
    ),
    "losses_without_limit": (GROSS, {"share": {"savings": 0.5, "losses": 0.3}}),
    "sequestration_after_limit": (
        GROSS,
        {"limit": {"savings": {"share": 0.1, "of": "benchmark"}, "losses": {"share": 0.1, "of": "benchmark"}}},
        {"sequester": {"rate": 0.02}},
    ),
    "guarantee_above_limit": (
        GROSS,
        {"limit": {"savings": {"usd": {2023: 100, 2024: 300}}, "losses": {"usd": 100}}},
        {"guarantee": {"usd": 200}},
    ),
}
"""A design for each rule of a single provision; the second-but-last or last clause is the one that is wrong."""


@pytest.mark.parametrize("rule", BROKEN)
def test_each_rule_sees_what_it_is_for(rule):
    found = told(design(*BROKEN[rule]))
    assert rule in [name for name, _ in found]
    assert len(found) == 1


def test_a_line_that_no_clause_reads():
    lines = {
        "spare": {"constant": {"value": 1}},
        "budget": {"constant": {"usd": 1}},
        "benchmark": {"in_force": {"years": {2020: "budget"}}},
    }
    assert told(design(GROSS, LOSSES, lines=lines)) == [("line_never_read", "lines.spare")]


def test_a_withhold_that_is_never_released():
    withhold = design({"portion": {"of": "premium", "rate": 0.02}}, name="withhold")
    assert told(withhold) == [("withhold_never_released", "withhold")]
    released = read_arrangement(
        {
            "provisions": [
                {
                    "name": "withhold",
                    "payer": "provider",
                    "payee": "payer",
                    "terms": [{"portion": {"of": "premium", "rate": 0.02}}],
                },
                {
                    "name": "release",
                    "payer": "payer",
                    "payee": "provider",
                    "terms": [{"earn_back": {"earned": "quality_score"}}],
                },
            ]
        },
        "draft",
    )
    assert told(released) == []


def test_two_provisions_that_cancel():
    fee = {"per_member_month": {"rate_pmpm": 3}}
    there = {"name": "fee", "payer": "payer", "payee": "provider", "terms": [fee]}
    back = {"name": "refund", "payer": "provider", "payee": "payer", "terms": [fee | {"note": "returned"}]}
    assert told(read_arrangement({"provisions": [there, back]}, "draft")) == [("provisions_that_cancel", "fee")]
    less = back | {"terms": [{"per_member_month": {"rate_pmpm": 2}}]}
    assert told(read_arrangement({"provisions": [there, less]}, "draft")) == []


def test_every_rule_is_tried_and_says_what_it_looks_for():
    tried = {*BROKEN, "line_never_read", "withhold_never_released", "provisions_that_cancel"}
    assert set(rules()) == tried
    for rule in rules().values():
        assert (rule.__doc__ or "").endswith(".")


@pytest.mark.parametrize(
    "terms",
    [
        (GROSS, {"minimum_rate": {"savings": 0.02}}, {"share": {"savings": 0.5, "losses": 0}}),
        (GROSS, {"share": {"savings": 0.5, "losses": 0.3}}, {"sequester": {"rate": 0.02}}, LOSSES),
        (GROSS, {"share": {"savings": 0.5, "losses": 0}}, {"limit": {"savings": {"share": 0.1, "of": "benchmark"}}}),
        (GROSS, {"share": {"savings": 0.5, "losses": 0}}, {"limit": {"savings": {"share": 0.6, "of": "revenue"}}}),
        (GROSS, {"scale": {"by": "quality_score"}}, LOSSES, {"limit": {"savings": {"share": 0.9, "of": "benchmark"}}}),
        (GROSS, {"gate": {"on": "lives", "at_least": 5000}}, {"share": {"savings": 0.5, "losses": 0}}),
        (GROSS, {"share": {"savings": 0.5, "losses": 0.5}}, {"limit": {"losses": {"usd": 0}}, "to": 2023}, LOSSES),
    ],
)
def test_a_sound_contract_raises_no_doubt(terms):
    assert told(design(*terms)) == []


def test_a_doubt_says_where_and_what():
    (doubt,) = doubts(design(*BROKEN["limit_never_reached"]), YEARS)
    assert doubt.place == "shared_savings clause 4 (limit)"
    assert doubt.message == (
        "never binds: the clauses before it leave at most 50% of the benchmark, which is within the limit"
    )
    (doubt,) = doubts(design(*BROKEN["losses_without_limit"]), YEARS)
    assert "the provider owes its part of losses without a limit" in doubt.message


_STATED = {
    "losses_without_limit",
    "limit_never_reached",
    "minimum_rate_of_zero",
    "clause_without_effect",
    "gate_always_open",
    "limit_of_zero",
}
"""What an example may rightly be told: it has no limit on losses, or its design sets a figure to nought."""


@pytest.mark.parametrize("name", program_names())
def test_programs_raise_only_doubts_that_are_true_of_them(name):
    program = load_program(name)
    first = program.years[0] if program.years else 2023
    years = (first, first + 1, first + 2)
    for inputs in program.examples.values():
        found = doubts(resolve(program, inputs, years), years)
        assert {doubt.rule for doubt in found} <= _STATED


@pytest.mark.parametrize("track", ["basic_a", "basic_b", "basic_c", "basic_d", "basic_e", "enhanced"])
def test_no_false_alarm_on_the_shared_savings_program(track):
    assert doubts(resolve("mssp", {"track": track}, (2024, 2025, 2026)), (2024, 2025, 2026)) == ()
