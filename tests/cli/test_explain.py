"""`vbcsim explain FILE`: every design in numbered sentences with formulas and sources."""

from __future__ import annotations


def test_a_design_in_numbered_sentences(type_, json_of):
    text = type_("explain", "small.yaml", "--design", "half").stdout
    assert "half: Half of savings and a third of losses" in text
    assert "  1. Take the benchmark less the expenditure." in text
    assert "  3. Share savings at 50% and losses at 30%." in text
    assert "benchmark: $1,100,000 from 2023" in text
    assert "No contract" not in text
    found = json_of("explain", "small.yaml")["designs"]
    assert [c["term"] for c in found["half"]["provisions"][0]["clauses"]] == ["difference", "minimum_rate", "share"]
    assert found["nothing"]["provisions"] == []


def test_only_clauses_and_lines_in_force_are_told(json_of, break_file):
    break_file(("- share: {savings: 0.5, losses: 0.3}", "- share: {savings: 0.5, losses: 0.3}\n            to: 2022"))
    clauses = json_of("explain", "small.yaml", "--design", "half")["designs"]["half"]["provisions"][0]["clauses"]
    assert [(c["number"], c["term"]) for c in clauses] == [(1, "difference"), (2, "minimum_rate")]


def test_a_program_tells_its_parameters_with_source_and_grade(type_, json_of, break_file):
    break_file(("provisions: []", "program: mssp\n    track: enhanced"))
    found = json_of("explain", "small.yaml", "--design", "nothing")["designs"]["nothing"]
    rate = next(p for p in found["parameters"] if p["name"] == "maximum_sharing_rate")
    assert (rate["value"], rate["unit"], rate["grade"]) == (0.75, "fraction", "D")
    assert "425.610" in rate["source"]
    assert found["unverified"]
    assert "maximum_sharing_rate = 0.75 fraction [" in type_("explain", "small.yaml").stdout
