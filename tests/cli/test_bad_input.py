"""Every kind of bad input, as a user meets it: the place, the remedy, exit code 2, nothing written, all at once."""

from __future__ import annotations

import json

import pytest

KINDS = {
    "unknown key": (
        ("retention: 0.9", "retntion: 0.9"),
        'small.yaml:10 cohort.retntion: "retntion" is not a field here; did you mean "retention"?',
    ),
    "wrong unit": (
        ("own_share: 0.3", "own_share: $30 pmpm"),
        "small.yaml:46 assumptions.provider_revenue.own_share: '$30 pmpm' is in usd_pmpm; this field is in fraction",
    ),
    "wrong range": (
        ("own_share: 0.3", "own_share: 30"),
        "small.yaml:46 assumptions.provider_revenue.own_share: 30 is not allowed; write a number at least 0",
    ),
    "missing field": (
        ("  retention: 0.9\n  strata: [enrollment_type]\n  cells", "  strata: [enrollment_type]\n  rows"),
        'small.yaml:8 cohort.cells: "cells" is missing; add it (the rating cells)',
    ),
    "missing table": (
        ("  strata: [enrollment_type]", "  strata: {table: strata.csv}"),
        "small.yaml:11 cohort.strata",
    ),
    "alias": (
        ("seed: 7", "seed: &s 7"),
        "small.yaml:5:7: an anchor (&s) is not allowed; write the value out",
    ),
    "tab": (
        ("  retention", "\tretention"),
        "small.yaml:10:1: a tab stands in the indentation; YAML allows spaces only: replace the tab by spaces",
    ),
    "key twice": (
        ("draws: 200", "seed: 8"),
        "small.yaml:6:1: seed is given twice (first on line 5); keep one of them",
    ),
    "not a number": (
        ("seed: 7", "seed: .nan"),
        "small.yaml:5:7: seed: .nan is not a finite number; write a number",
    ),
    "empty cohort": (
        ("members: 40", "members: 0"),
        "small.yaml:13 cohort.cells[disabled].members: 0 is not allowed; write a number at least 1",
    ),
    "cell twice": (
        ("cell: aged", "cell: disabled"),
        "small.yaml:8 cohort: cells named twice: disabled; each cell has one row",
    ),
    "impossible frailty": (
        ("overdispersion: 1.5", "overdispersion: 0.1"),
        "small.yaml:15 assumptions: services[inpatient]: overdispersion 0.1 is less than",
    ),
    "years out of order": (
        ("[2021, 2022]", "[2022, 2021]"),
        "small.yaml:7 years: base years are 2022, 2021; 2021 does not follow 2022: list the years in order",
    ),
    "threshold below the floor": (
        ("threshold_usd: 100000", "threshold_usd: 40000"),
        "small.yaml:55 designs.half.lines.expenditure: a per-person threshold of $40,000 for every stratum is below",
    ),
    "unknown line": (
        ("less: expenditure", "less: expense"),
        'small.yaml:61 designs.half.provisions[shared_savings].terms[0].difference: reads the line "expense"',
    ),
    "share above one": (
        ("savings: 0.5", "savings: 1.5"),
        "small.yaml:63 designs.half.provisions[shared_savings].terms[2].share.savings:",
    ),
    "unknown program": (
        ("provisions: []", "program: mspp"),
        'small.yaml:66 designs.nothing.program: "mspp" is not a program; did you mean "mssp"?',
    ),
    "unknown track": (
        ("provisions: []", "program: mssp\n    track: basic_f"),
        'small.yaml:67 designs.nothing.track: "basic_f" is not allowed; did you mean "basic_',
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_one_clear_sentence_code_2_and_nothing_written(type_, here, break_file, kind):
    change, sentence = KINDS[kind]
    break_file(change)
    for words in (["check", "small.yaml"], ["run", "small.yaml", "--out", "r"], ["explain", "small.yaml"]):
        result = type_(*words)
        assert result.exit_code == 2
        assert result.stdout == ""
        assert any(line.startswith(sentence) for line in result.stderr.splitlines()), result.stderr
        assert "Traceback" not in result.stderr
        told = json.loads(type_(*words, "--json").stdout)
        assert any(f"{p['place']}: {p['message']}".startswith(sentence) for p in told["problems"])
    assert [p.name for p in here.iterdir()] == ["small.yaml"]


def test_all_kinds_that_can_stand_together_are_told_together(type_, break_file):
    kinds = [
        "unknown key",
        "wrong range",
        "empty cohort",
        "threshold below the floor",
        "unknown line",
        "share above one",
    ]
    break_file(*(KINDS[kind][0] for kind in kinds))
    told = type_("check", "small.yaml").stderr
    assert all(KINDS[kind][1] in told for kind in kinds if kind not in ("threshold below the floor", "unknown line")), (
        told
    )
    break_file(("savings: 1.5", "savings: 0.5"))  # the arrangement can be read now, so that its lines can be checked
    told = type_("check", "small.yaml").stderr
    assert all(KINDS[kind][1] in told for kind in kinds if kind != "share above one"), told


def test_a_missing_table_names_the_file_and_the_line(type_, here, break_file):
    text = (here / "small.yaml").read_text(encoding="utf-8")
    start, end = text.index("\n    - {cell: disabled"), text.index("assumptions:")
    (here / "small.yaml").write_text(f"{text[:start]} {{table: tables/cells.csv}}\n{text[end:]}", encoding="utf-8")
    result = type_("run", "small.yaml")
    assert result.exit_code == 2
    assert result.stderr.startswith("small.yaml:12 cohort.cells.table: tables/cells.csv: no such file")
    assert [p.name for p in here.iterdir()] == ["small.yaml"]
