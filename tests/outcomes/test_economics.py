"""Economics: read with the scenario, checked against its services and lines of business, defaults with a source."""

from __future__ import annotations

import pytest

from vbcsim.core.errors import BadInput
from vbcsim.outcomes.economics import VARIABLE_SHARE, Economics, Provider
from vbcsim.scenario.load import parse_scenario

SOURCE = "judgement"
PROVIDER = {"own_share": 0.4, "margin": 0.02, "cost_trend": 0.03, "source": SOURCE}


def _problems(economics: str, scenario_text: str) -> list[str]:
    with pytest.raises(BadInput) as caught:
        parse_scenario(f"{scenario_text}economics:\n{economics}", "s.yaml")
    return [str(problem) for problem in caught.value.problems]


@pytest.fixture
def text(repository) -> str:
    return (repository / "tests/scenario/data/small.yaml").read_text(encoding="utf-8")


def test_what_is_said_by_category_stands_before_the_defaults():
    provider = Provider(
        **PROVIDER | {"own_share": {"inpatient": 0.5, "dialysis": 0.2}, "variable_share": {"dialysis": 0.6}}
    )
    assert (provider.share_of("inpatient"), provider.share_of("office")) == (0.5, 0.0)
    assert (provider.variable_of("inpatient"), provider.variable_of("dialysis")) == (VARIABLE_SHARE["inpatient"], 0.6)
    assert provider.variable_of("office") == 0.0
    assert Provider(**PROVIDER).share_of("anything") == 0.4


def test_a_ledger_needs_an_income_and_a_party():
    for payer in ({}, {"premium_pmpm": 500, "budget_usd": 1e6}):
        with pytest.raises(ValueError, match="either premium_pmpm or budget_usd"):
            Economics(payer={**payer, "source": SOURCE})
    with pytest.raises(ValueError, match="without either there is no ledger"):
        Economics()


def test_sound_economics_load(text):
    found = parse_scenario(
        text + "economics:\n  payer: {premium_pmpm: $900 pmpm, trend: 4%, admin_share: 9%, source: judgement}\n"
    ).economics
    assert (found.payer.premium_pmpm, found.payer.trend, found.payer.admin_share) == (900, 0.04, 0.09)


@pytest.mark.parametrize(
    ("economics", "place", "words"),
    [
        (
            "  payer: {premium_pmpm: {medicare: 900}, source: x}",
            "s.yaml:68 economics.payer.premium_pmpm.medicare",
            '"medicare" is not a line of business of the cohort (there: all)',
        ),
        (
            "  payer: {premium_pmpm: {medicare: 900}, source: x}",
            "s.yaml:68 economics.payer.premium_pmpm:",
            'no premium for the line of business "all"',
        ),
        (
            "  provider: {own_share: {inpatent: 0.2}, margin: 2%, cost_trend: 3%, source: x}",
            "s.yaml:68 economics.provider.own_share.inpatent",
            'did you mean "inpatient"?',
        ),
        (
            "  provider: {own_share: 0.2, margin: 2%, cost_trend: 3%, reference_year: 2019, source: x}",
            "s.yaml:68 economics.provider.reference_year",
            "2019 is not a year of the scenario; choose one from 2021 to 2024",
        ),
        ("  provider: {own_share: 1.2, margin: 2%, cost_trend: 3%, source: x}", "s.yaml:68", "1.2 is not allowed"),
        ("  provider: {own_share: 0.2, cost_trend: 3%, source: x}", "s.yaml:68", '"margin" is missing'),
    ],
)
def test_economics_that_do_not_fit_are_refused_at_their_line(text, economics, place, words):
    problems = _problems(economics, text)
    assert any(problem.startswith(place) and words in problem for problem in problems), problems


def test_a_category_without_a_default_must_be_given_its_variable_share(text):
    own = "  provider: {own_share: {visit: 0.2}, margin: 2%, cost_trend: 3%, source: x}"
    (problem,) = _problems(own, text.replace("category: office", "category: visit"))
    assert "economics.provider.variable_share: no share is known for visit; state it for each" in problem
