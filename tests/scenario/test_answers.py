"""Answers of a scenario: what they name is checked before anything is simulated."""

from __future__ import annotations

from vbcsim.scenario.load import parse_scenario

ASKED = """answers:
  - {name: paid, text: Chance that the group is paid, design: half, net: provider, at_least: 1}
  - {name: cost, text: Expenditure of the first year, design: half, line: expenditure, year: 2023, unit: usd}
"""


def asked(text: str, old: str = "", new: str = "") -> str:
    return text + (ASKED.replace(old, new) if old else ASKED)


def test_answers_are_read_with_the_scenario(small_text):
    scenario = parse_scenario(asked(small_text), "s.yaml")
    assert [spec.name for spec in scenario.answers] == ["paid", "cost"]
    assert scenario.answers[1].year == (2023,)


def told(refused, old: str, new: str) -> str:
    problems = refused(("designs:\n", asked("", old, new) + "designs:\n"))
    assert len(problems) == 1
    return problems[0]


def test_a_line_that_nobody_makes_is_told_with_its_place(refused):
    said = told(refused, "line: expenditure", "line: expenditures")
    assert said.startswith("s.yaml:")
    assert "answers[cost]: half has no line expenditures" in said
    assert "expenditure" in said.partition("expenditures")[2]


def test_a_year_a_design_a_party_and_a_ledger_must_be_there(refused):
    assert "there is no year 2021; there are 2023, 2024" in told(refused, "year: 2023", "year: 2021")
    assert "there is no design whole" in told(refused, "design: half, net", "design: whole, net")
    assert "pay is no party" in told(refused, "net: provider", "net: pay")
    said = told(refused, "net: provider, at_least: 1", "account: provider.margin")
    assert "needs `economics:`" in said


def test_only_a_design_that_settles_groups_apart_has_groups(refused):
    assert "does not settle groups apart" in told(refused, "net: provider", "net: provider, group: north")


def test_names_are_given_once(refused):
    assert "paid is named twice" in told(refused, "name: cost", "name: paid")
