"""Words for contracts: numbers with units, figures by year, conditions, names of lines."""

from __future__ import annotations

import pytest

from vbcsim.contract.value import OneLess, Table, phrase, phrase_of, standards
from vbcsim.contract.wording import by_year_words, holds, joined, number_words, spoken


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (0.5, "fraction", "50%"),
        (1 / 3, "rate", "33.333%"),
        (0.000001, "rate", "0.0001%"),
        (-1250000.0, "usd", "-$1,250,000"),
        (3.5, "usd_pmpm", "$3.50 per member per month"),
        (5000.0, "persons", "5,000"),
        (2023.0, "number", "2023"),
        (1234567.0, "number", "1,234,567"),
        (0.7063, "number", "0.7063"),
    ],
)
def test_a_number_with_its_unit(value, unit, words):
    assert number_words(value, unit) == words


def test_figures_by_year_say_how_long_each_holds():
    assert by_year_words({2019: "0%", 2021: "2%"}) == "0% from 2019 to 2020 and 2% from 2021 on"
    assert by_year_words({2023: "a", 2024: "b", 2025: "b"}) == "a in 2023 and b from 2024 on"
    assert by_year_words({2023: "a", 2024: "a"}) == "a"
    assert by_year_words({2020: "a", 2021: "b", 2022: "a"}) == "a in 2020, b in 2021 and a from 2022 on"


def test_names_that_say_a_state_are_read_as_sentences():
    assert holds(["quality_standard_met"]) == "the quality_standard is met"
    assert holds(["guardrail_open", "low_revenue"]) == "the guardrail is open and low_revenue applies"
    assert holds(["low_revenue", "rural"]) == "low_revenue and rural apply"
    assert holds(["a_met", "b_met"], "or") == "the a is met or the b is met"


def test_standards_say_which_lines_must_reach_what():
    assert standards(("a_met", "b_met"), 1.0, 1) == "the a is met or the b is met"
    assert standards(("quality_score",), {2023: 0.5, 2024: 0.6}, None) == (
        "the quality_score is at least 50% in 2023 and 60% from 2024 on"
    )
    assert standards(("lives",), 5000.0, None) == "the number of lives is at least 5,000"
    assert standards(("a", "b", "c"), 0.5, 2) == (
        "2 or more of these hold: the a is at least 0.5, the b is at least 0.5 or the c is at least 0.5"
    )


def test_a_share_of_a_line():
    assert phrase_of(0.1, "benchmark") == "10% of the benchmark"
    assert phrase_of(None, "benchmark").startswith("nothing")
    one_less = OneLess(one_less=0.75, times=("quality_score",), floor=0.4, cap=0.75)
    assert phrase(one_less) == "1 - 75% x quality_score, but at least 40% and at most 75%"
    assert phrase(OneLess(one_less=0.75)) == "1 - 75%"


def test_a_table_tells_few_bands_all_and_many_by_their_ends():
    few = {"by": "quality_score", "bands": [{"from": 0, "to": 0.4, "value": [0, 0.5]}, {"from": 0.4, "value": 1}]}
    assert phrase(Table.model_validate(few)) == "a rate by quality_score: from 0% at 0% to 50% at 40% and 100% from 40%"
    many = {"by": "lives", "bands": [{"from": k * 1000, "value": 0.01 * k} for k in range(1, 8)]}
    assert phrase(Table.model_validate(many)) == (
        "a rate by number of lives, from 1% at 1,000 to 7% at 7,000 (7 bands)"
    )


def test_names_of_lines_are_spoken_as_words():
    assert spoken("The quality_standard_met of esrd and aged_non_dual.") == (
        "The quality standard met of ESRD and aged non-dual."
    )
    assert (
        spoken("less the expenditure_inpatient, per member_months")
        == "less the inpatient expenditure, per member-months"
    )
    assert joined(["a", "b", "c"], "or") == "a, b or c"
