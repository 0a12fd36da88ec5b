"""Loading a scenario: what is right loads whole; what is wrong is told at once, with place, value and remedy."""

from __future__ import annotations

import pytest

from vbcsim.core.errors import BadInput
from vbcsim.scenario.load import load_scenario, parse_scenario

CELLS = """    - {cell: disabled, members: 40, enrollment_type: disabled, utilization_relativity: 1.3, risk_score: 1.2}
    - {cell: aged, members: 160, enrollment_type: aged_non_dual, risk_score: 0.95}
"""
NOTHING = "  nothing:\n    title: No contract\n    provisions: []"


def test_a_sound_scenario_loads(small_text):
    scenario = parse_scenario(small_text)
    assert (scenario.name, scenario.draws, scenario.seed, scenario.members) == ("small", 200, 7, 200)
    assert scenario.years.base == (2021, 2022)
    assert scenario.assumptions.services[0].utilization_trend == -0.01
    assert list(scenario.arrangements) == ["half", "nothing"]
    assert scenario.arrangements["half"].provisions[0].terms[1].word == "minimum_rate"


@pytest.mark.parametrize(
    ("old", "new", "place", "words"),
    [
        ("seed: 7", "sed: 7", "s.yaml:5 sed:", '"sed" is not a field of a scenario; did you mean "seed"?'),
        ("seed: 7", "seed: 7.5", "s.yaml:5 seed:", "7.5 was read where a whole number is needed"),
        ("seed: 7", "seed: -1", "s.yaml:5 seed:", "-1 is not allowed; write a number at least 0 and at most 18,446"),
        ("seed: 7", f"seed: {2**64}", "s.yaml:5 seed:", "at least 0 and at most 18,446,744,073,709,551,615"),
        ("draws: 200", "draws: '200'", "s.yaml:6 draws:", '"200" was read where a whole number is needed'),
        ("draws: 200", "draws: yes", "s.yaml:6 draws:", '"yes" was read where a whole number is needed'),
        ("draws: 200", "draws: true", "s.yaml:6 draws:", "true was read where a whole number is needed"),
        ("draws: 200", "draws:", "s.yaml:6 draws:", "nothing was read where a whole number is needed"),
        ("vbcsim: 1", "vbcsim: 2", "s.yaml:1 vbcsim:", "2 is not allowed (allowed: 1)"),
        ("name: small", "name: Small ACO", "s.yaml:2 name:", '"Small ACO" is not a name; use lower-case letters'),
        (
            "question: D",
            "# question: D",
            "s.yaml:1 question:",
            '"question" is missing; add it (the question in a sentence)',
        ),
        ("[2021, 2022]", "[2021, 2023]", "s.yaml:7 years:", "2023 does not follow 2021: list the years in order"),
        ("[2021, 2022]", "[2022, 2021]", "s.yaml:7 years:", "2021 does not follow 2022"),
        (
            "[2021, 2022]",
            "[2022, 2023]",
            "s.yaml:7 years:",
            "the last base year 2023 is not before the first performance",
        ),
        ("[2021, 2022]", "[]", "s.yaml:7 years.base:", "0 entries were read; write at least 1"),
        ("[2023, 2024]", "[]", "s.yaml:7 years.performance:", "0 entries were read; write at least 1"),
        ("[2021, 2022]", "2021", "s.yaml:7 years.base:", "2021 was read where a list is needed"),
        ("[2021, 2022]", "[2021, next]", "s.yaml:7 years.base[1]:", "'next' is not a number"),
        (
            "members: 40",
            "members: 0",
            "s.yaml:13 cohort.cells[disabled].members:",
            "at least 1 and at most 1,000,000,000",
        ),
        (
            "members: 40",
            "members: 2.5",
            "s.yaml:13 cohort.cells[disabled].members:",
            "2.5 was read where a whole number",
        ),
        ("members: 40", "membrs: 40", "s.yaml:13 cohort.cells[disabled].membrs:", 'did you mean "members"?'),
        ("members: 40", "membrs: 40", "s.yaml:13 cohort.cells[disabled].members:", '"members" is missing; add it'),
        ("cell: aged", "cell: disabled", "s.yaml:8 cohort:", "cells named twice: disabled; each cell has one row"),
        ("[enrollment_type]", "[enrolment_type]", "s.yaml:11 cohort.strata[0]:", 'did you mean "enrollment_type"?'),
        ("retention: 0.9", "retention: 90", "s.yaml:10 cohort.retention:", "at most 1, in fraction"),
        ("retention: 0.9", "retention: 90", "s.yaml:10 cohort.retention:", "90 percent is written 90%"),
        (
            "retention: 0.9",
            "retention: $3 pmpm",
            "s.yaml:10 cohort.retention:",
            "is in usd_pmpm; this field is in fraction",
        ),
        ("retention: 0.9", "retention: 1,5", "s.yaml:10 cohort.retention:", "write the plain number"),
        (
            "price_trend: 3%",
            "price_trend: fast",
            "s.yaml:29 assumptions.services[inpatient].price_trend:",
            "not a number",
        ),
        (
            "mean_cost_usd: 14000",
            "mean_cost_usd: 14%",
            "s.yaml:20 assumptions.services[inpatient].mean_cost_usd:",
            "is a percentage; this field is in usd",
        ),
        ("overdispersion: 1.5", "overdispersion: 0.1", "s.yaml:15 assumptions:", "raise overdispersion"),
        ("  shared_frailty: {", "  other: {", "s.yaml:41 assumptions.other:", "is not a field here"),
        ("source: judgement\n  retention", "source: 5\n  retention", "s.yaml:9 cohort.source:", "put it in quotes"),
        (
            "floor_usd: 50000",
            "floor_usd: {disabled: x}",
            "s.yaml:47 assumptions.large_claimants.floor_usd.disabled:",
            "'x' is",
        ),
        (
            "floor_usd: 50000",
            "floor_usd: [1]",
            "s.yaml:47 assumptions.large_claimants.floor_usd:",
            "a list of 1 was read",
        ),
        (
            "{floor_usd: 50000}",
            "5",
            "s.yaml:47 assumptions.large_claimants:",
            "a mapping (`key: value` lines) is needed",
        ),
        ("value: 120000", "value: [1]", "s.yaml:49 record.earned_2023.value:", "a list of 1 was read where a number"),
        ("  half:", "  Half:", "s.yaml:51 designs.Half:", '"Half" is not a name'),
        (NOTHING, "  nothing: 3", "s.yaml:64 designs.nothing:", "3 was read where a mapping"),
    ],
)
def test_a_wrong_value_is_refused_with_place_and_remedy(refused, old, new, place, words):
    problems = refused((old, new))
    assert any(p.startswith(place) and words in p for p in problems), problems


@pytest.mark.parametrize(
    ("old", "new", "place", "words"),
    [
        (
            "{savings: 0.5,",
            "{savngs: 0.5,",
            "s.yaml:63 designs.half.provisions[shared_savings].terms[2].share.savngs:",
            "savings",
        ),
        (
            "{savings: 0.5,",
            "{savings: 1.5,",
            "s.yaml:63 designs.half.provisions[shared_savings].terms[2].share.savings:",
            "1",
        ),
        ("less: expenditure", "less: spend", "s.yaml:61 designs.half.provisions[shared_savings].terms[0]", '"spend"'),
        (
            "share: {s",
            "shares: {s",
            "s.yaml:63 designs.half.provisions[shared_savings].terms[2]:",
            'did you mean "share"?',
        ),
        ("payee: provider", "payee: doctor", "s.yaml:59 designs.half.provisions[shared_savings].payee:", "doctor"),
        ("constant: {", "constants: {", "s.yaml:54 designs.half.lines.benchmark:", 'did you mean "constant"?'),
        ("provisions: []", "provsions: []", "s.yaml:66 designs.nothing.provsions:", 'did you mean "provisions"?'),
        ("provisions: []", "program: mspp", "s.yaml:66 designs.nothing.program:", 'did you mean "mssp"?'),
        ("provisions: []", "program: [a]", "s.yaml:66 designs.nothing.program:", "the name of a program is needed"),
        ("provisions: []", "program: mssp\n    trak: x", "s.yaml:67 designs.nothing.trak:", 'did you mean "track"?'),
        (
            "floor_usd: 50000",
            "floor_usd: 150000",
            "s.yaml:55 designs.half.lines.expenditure:",
            "below the large-claimant floor",
        ),
    ],
)
def test_a_wrong_design_is_refused_at_its_own_line(refused, old, new, place, words):
    problems = refused((old, new))
    assert any(p.startswith(place) and words in p for p in problems), problems


def test_problems_of_every_section_come_together(refused):
    problems = refused(
        ("draws: 200", "draws: none"),
        ("retention: 0.9", "retention: 9"),
        ("overdispersion: 0.6", "overdispersion: -1"),
        ("share: {savings: 0.5", "share: {savings: 5"),
        ("title: No contract", "title: No contract\n    terms: 1"),
    )
    assert [p.split(":")[1].split(" ")[0] for p in problems] == ["6", "10", "35", "63", "66"]


def test_what_is_not_a_mapping_is_refused():
    for text in ("[1, 2]", "hello", "3"):
        with pytest.raises(
            BadInput, match=r"s\.yaml:1: .* was read where a scenario is needed; write `key: value` lines"
        ):
            parse_scenario(text, "s.yaml")


def test_rows_may_stand_in_a_table_beside_the_scenario(small_text, tmp_path):
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "cells.csv").write_text(
        "cell,members,enrollment_type,utilization_relativity,risk_score\n"
        "disabled,40,disabled,1.3,1.2\naged,160,aged_non_dual,,0.95\n"
    )
    text = small_text.replace(f"\n{CELLS}", " {table: tables/cells.csv}\n")
    (tmp_path / "s.yaml").write_text(text)
    assert load_scenario(tmp_path / "s.yaml") == parse_scenario(small_text)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("cells.csv", "cells.csv: no such file"),
        ("../cells.csv", '"../cells.csv" leads outside the folder of the scenario; keep tables beside or below it'),
        ("/etc/passwd", '"/etc/passwd" leads outside the folder'),
        ("link.csv", '"link.csv" leads outside the folder'),
        ("'a\\b.csv'", "holds a backslash; separate folders by /"),
        ("'vbcsim:nothing'", 'no table "nothing" comes with vbcsim'),
        ("[]", "an empty list was read where the name of a CSV file is needed"),
        ("sub", "is a folder; name the file to read"),
    ],
)
def test_a_table_that_cannot_be_had_is_refused_where_it_is_named(small_text, tmp_path, table, words):
    (tmp_path / "in" / "sub").mkdir(parents=True)
    (tmp_path / "cells.csv").write_text("cell,members\na,5\n")
    (tmp_path / "in" / "link.csv").symlink_to(tmp_path / "cells.csv")
    (tmp_path / "in" / "s.yaml").write_text(small_text.replace(f"\n{CELLS}", f" {{table: {table}}}\n"))
    with pytest.raises(BadInput) as caught:
        load_scenario(tmp_path / "in" / "s.yaml")
    (problem,) = caught.value.problems
    assert problem.place == f"{tmp_path}/in/s.yaml:12 cohort.cells.table"
    assert words in problem.message


def test_rows_may_stand_in_several_tables(small_text, tmp_path):
    (tmp_path / "one.csv").write_text("cell,members,risk_score\na,5,1\nb,6,2\n")
    (tmp_path / "other.csv").write_text("cell,use.office,members\nc,1.5,7\nd,,0\n")
    text = small_text.replace(f"\n{CELLS}", " {table: [one.csv, other.csv]}\n")
    (tmp_path / "s.yaml").write_text(text)
    with pytest.raises(BadInput) as caught:
        load_scenario(tmp_path / "s.yaml")
    (problem,) = caught.value.problems
    assert problem.place == f"{tmp_path}/other.csv:3:4 cohort.cells[d].members"
    (tmp_path / "other.csv").write_text("cell,use.office,members\nc,1.5,7\n")
    cells = load_scenario(tmp_path / "s.yaml").cohort.cells
    assert [(c.cell, c.members, c.risk_score, c.use) for c in cells] == [
        ("a", 5, 1, {}),
        ("b", 6, 2, {}),
        ("c", 7, 1, {"office": 1.5}),
    ]


def test_each_table_that_cannot_be_had_is_told_at_its_place(small_text, tmp_path):
    (tmp_path / "one.csv").write_text("cell,members\na,5\n")
    (tmp_path / "s.yaml").write_text(small_text.replace(f"\n{CELLS}", " {table: [no.csv, one.csv, 3]}\n"))
    with pytest.raises(BadInput) as caught:
        load_scenario(tmp_path / "s.yaml")
    assert [p.place.removeprefix(f"{tmp_path}/") for p in caught.value.problems] == [
        "s.yaml:12 cohort.cells.table[0]",
        "s.yaml:12 cohort.cells.table[2]",
    ]


def test_problems_inside_a_table_stand_at_their_cell_and_with_the_others(small_text, tmp_path):
    (tmp_path / "cells.csv").write_text("cell,members,risk_score\n0095,0,1\naged,160,high\n")
    text = small_text.replace(f"\n{CELLS}", " {table: cells.csv}\n").replace("seed: 7", "seed: x")
    (tmp_path / "s.yaml").write_text(text)
    with pytest.raises(BadInput) as caught:
        load_scenario(tmp_path / "s.yaml")
    places = [p.place.removeprefix(f"{tmp_path}/") for p in caught.value.problems]
    assert places == [
        "s.yaml:5 seed",
        "cells.csv:2:6 cohort.cells[0095].members",
        "cells.csv:3:10 cohort.cells[aged].risk_score",
    ]


def test_a_table_stands_only_where_rows_may(refused):
    problems = refused(("years: {base: [2021, 2022], performance: [2023, 2024]}", "years: {table: years.csv}"))
    assert any('"table" is not a field here' in p for p in problems)
