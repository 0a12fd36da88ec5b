"""Overrides: typed as YAML, rows by position or name, a typing error refused at `--set`."""

from __future__ import annotations

from pathlib import Path

import pytest

from vbcsim.core.errors import BadInput
from vbcsim.scenario.load import load_scenario
from vbcsim.scenario.source import parse_path

SMALL = Path(__file__).parent / "data" / "small.yaml"


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("draws", ("draws",)),
        ("cohort.cells[0].members", ("cohort", "cells", 0, "members")),
        ("assumptions.services[inpatient].mean_cost_usd", ("assumptions", "services", "inpatient", "mean_cost_usd")),
        ('cohort.cells["aged, 65+"].members', ("cohort", "cells", "aged, 65+", "members")),
        ("designs.a.lines.b.constant.usd.2023", ("designs", "a", "lines", "b", "constant", "usd", "2023")),
    ],
)
def test_paths(text, path):
    assert parse_path(text) == path


@pytest.mark.parametrize("text", ["", "a..b", ".a", "[0]", "a[", "a b", "a.b]"])
def test_what_is_no_path(text):
    with pytest.raises(ValueError, match="path"):
        parse_path(text)


def test_overrides_change_the_scenario():
    scenario = load_scenario(
        SMALL,
        [
            "draws=5000",
            "cohort.cells[0].members=41",
            "cohort.cells[aged].members=161",
            "assumptions.services.office.price_trend=4%",
            "years.performance=[2023, 2024, 2025]",
            "designs.half.provisions[shared_savings].terms[2].share.savings=0.6",
            "designs.half.lines.benchmark.constant.usd.2024=1",
            'description="A note: with a colon"',
        ],
    )
    assert scenario.draws == 5000
    assert [cell.members for cell in scenario.cohort.cells] == [41, 161]
    assert scenario.assumptions.services[1].price_trend == 0.04
    assert scenario.years.performance == (2023, 2024, 2025)
    assert scenario.designs["half"]["provisions"][0]["terms"][2]["share"]["savings"] == 0.6
    assert scenario.designs["half"]["lines"]["benchmark"]["constant"]["usd"][2024] == 1
    assert scenario.description == "A note: with a colon"


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("drows=5", '--set drows=5: the scenario has no "drows"; did you mean "draws"?'),
        ("draws", "--set draws: no = was read; write a path, =, and the value"),
        ("draws=many", '--set draws=many draws: "many" was read where a whole number is needed'),
        ("draws=1e400", "--set draws=1e400: 1e400 is too large for a number"),
        ("draws=", "--set draws= draws: nothing was read where a whole number is needed"),
        ("draws=!!int 5", "--set draws=!!int 5: a tag"),
        (
            "cohort.cells[2].members=5",
            "--set cohort.cells[2].members=5: cohort.cells has rows 0 to 1; there is no row 2",
        ),
        (
            "cohort.cells[agd].members=5",
            '--set cohort.cells[agd].members=5: cohort.cells has no row "agd"; did you mean "aged"?',
        ),
        ("cohort.retention.x=5", 'cohort.retention holds 0.9 and has no field "x"; set cohort.retention itself'),
        ("cohort.cells[0].membrs=5", 'cohort.cells[disabled] has no "membrs"; did you mean "members"?'),
        ("designs.hlf.title=x", '--set designs.hlf.title=x: designs has no "hlf"; did you mean "half"?'),
        (
            "designs.half.titel=x",
            '--set designs.half.titel=x designs.half.titel: "titel" is not a field of a design; did you mean',
        ),
        (
            "designs.half.provisions[0].terms[2].share.savings=1.5",
            "designs.half.provisions[shared_savings].terms[2].share.savings:",
        ),
        (
            "years.performance=[2023, 2022]",
            "small.yaml:7 years (with --set years.performance=[2023, 2022]): performance",
        ),
        ("cohort..x=1", '--set cohort..x=1: "cohort..x" is not a path'),
        ("\u202edraws=5", "--set \\u202edraws=5"),
    ],
)
def test_a_wrong_override_is_refused_where_it_was_given(override, words):
    with pytest.raises(BadInput) as caught:
        load_scenario(SMALL, [override])
    problems = [str(p) for p in caught.value.problems]
    assert any(words in p for p in problems), problems
    assert all(p.isprintable() for p in problems)


def test_all_wrong_overrides_are_told_with_what_is_wrong_in_the_file(tmp_path):
    (tmp_path / "s.yaml").write_text(SMALL.read_text().replace("retention: 0.9", "retention: 9"))
    with pytest.raises(BadInput) as caught:
        load_scenario(tmp_path / "s.yaml", ["drows=5", "seed=x"])
    places = [p.place.removeprefix(f"{tmp_path}/") for p in caught.value.problems]
    assert places == ["--set drows=5", "--set seed=x seed", "s.yaml:10 cohort.retention"]


def test_an_override_can_name_another_table(tmp_path):
    text = SMALL.read_text()
    start, end = text.index("\n    - {cell: disabled"), text.index("assumptions:")
    (tmp_path / "s.yaml").write_text(text[:start] + " {table: a.csv}\n" + text[end:])
    (tmp_path / "a.csv").write_text("cell,members\nx,5\n")
    (tmp_path / "b.csv").write_text("cell,members\nx,6\ny,7\n")
    overrides = ["cohort.cells.table=b.csv", "cohort.cells[y].members=8"]
    assert [cell.members for cell in load_scenario(tmp_path / "s.yaml", overrides).cohort.cells] == [6, 8]
