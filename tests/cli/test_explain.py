"""`vbcsim explain`: every design in numbered sentences with formulas and sources; one draw of a run in numbers."""

from __future__ import annotations

import pytest


def test_a_design_in_numbered_sentences(type_, json_of):
    text = type_("explain", "small.yaml", "--design", "half").stdout
    assert "half: Half of savings and a third of losses" in text
    assert "  1. Take the benchmark less the expenditure.\n       = benchmark - expenditure\n" in text
    assert "  3. Share 50% of savings and 30% of losses.\n       = savings x 0.5 + losses x 0.3\n" in text
    assert "- benchmark: Stated in the contract: $1,100,000 in 2023 and $1,130,000 from 2024 on." in text
    assert "No contract" not in text
    assert "savings x 0.5" not in type_("explain", "small.yaml", "--no-formulas").stdout
    found = json_of("explain", "small.yaml")["designs"]
    clauses = found["half"]["provisions"][0]["clauses"]
    assert [c["term"] for c in clauses] == ["difference", "minimum_rate", "share"]
    assert [line["name"] for line in clauses[0]["lines"]] == ["benchmark", "expenditure"]
    assert found["nothing"]["provisions"] == []


def test_the_text_fits_a_terminal(type_, break_file):
    break_file(("provisions: []", "program: mssp\n    track: enhanced"))
    assert max(len(line) for line in type_("explain", "small.yaml").stdout.splitlines()) <= 100


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
    text = type_("explain", "small.yaml").stdout
    assert "maximum_sharing_rate = 75%: greatest share of savings [42 CFR 425.604(d)" in text
    assert "{" not in text
    assert "quality_standard = from 2023: 70.63%; from 2024: 73.85%" in text


@pytest.fixture
def finished(type_, here):
    """The folder of a finished run of the small scenario."""
    result = type_("run", "small.yaml", "--draws", "4", "--out", "run", "--quiet")
    assert result.exit_code == 0, result.output
    return "run"


def test_one_draw_is_walked_to_the_last_dollar_with_its_arithmetic(type_, json_of, finished):
    walk = json_of("explain", finished, "--design", "half", "--draw", "2")["designs"]["half"]
    assert [year["year"] for year in walk] == [2023, 2024]
    for year in walk:
        (provision,) = year["provisions"]
        lines, clauses = provision["lines"], provision["clauses"]
        assert clauses[0]["amount_usd"] == pytest.approx(lines["benchmark"] - lines["expenditure"], abs=0.01)
        assert clauses[0]["arithmetic"] == f"{lines['benchmark']:,.2f} - {lines['expenditure']:,.2f}"
        rate = 0.5 if clauses[1]["amount_usd"] > 0 else 0.3
        assert provision["transfer_usd"] == pytest.approx(rate * clauses[1]["amount_usd"])
        if clauses[1]["amount_usd"] != 0:
            assert clauses[2]["arithmetic"] == f"{clauses[1]['amount_usd']:,.2f} x {rate:g}"
    text = type_("explain", finished, "--design", "half", "--draw", "2").stdout
    assert f"{walk[0]['provisions'][0]['lines']['benchmark']:,.2f} - " in text
    assert "pays the" in text or "nobody pays" in text


def test_a_draw_that_the_run_lacks_is_refused(type_, finished):
    result = type_("explain", finished, "--draw", "4")
    assert result.exit_code == 2
    assert "0 to 3" in result.stderr
