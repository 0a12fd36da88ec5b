"""Answers: named figures that a question asks for, by case, with their Monte Carlo error."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest
from pydantic import ValidationError

from vbcsim.outcomes.answers import AnswerSpec, answers, problems_of_answer

RATES = {
    ("base", "two_sided"): [[0.08, 0.12], [0.10, 0.02], [-0.05, 0.10], [0.11, 0.30]],
    ("no_effect", "two_sided"): [[0.00, 0.02], [0.10, -0.02], [-0.05, 0.01], [0.01, 0.00]],
}
MONEY = {
    ("base", "fee"): [[-100.0, 0.0], [-60.0, 10.0], [-80.0, 0.0], [-160.0, 30.0]],
    ("base", "prepaid"): [[-50.0, 0.0], [-20.0, 0.0], [-60.0, 0.0], [-70.0, 0.0]],
    ("calm", "fee"): [[0.0, 0.0]] * 4,
    ("calm", "prepaid"): [[0.0, 0.0]] * 4,
}


@dataclass
class Table:
    """Settled cases as plain tables."""

    cases: tuple[str, ...] = ("base", "no_effect")
    years: tuple[int, ...] = (2020, 2021)
    read: list[str] = field(default_factory=list)

    def line(self, case: str, design: str, name: str, group: str | None) -> np.ndarray:
        self.read.append(f"{name} of {group}")
        return np.array(RATES[case, design])[np.newaxis]

    def net(self, case: str, design: str, name: str, group: str | None) -> np.ndarray:
        return np.array(MONEY[case, design])[np.newaxis]

    account = net


def one(table: Table | None = None, **said: object) -> dict[str, tuple[float, float]]:
    spec = AnswerSpec.model_validate({"name": "it", "text": "What it is", **said})
    found = answers([spec], table or Table())
    return {
        str(case): (float(found["answer_value"].values[0, k]), float(found["answer_mcse"].values[0, k]))
        for k, case in enumerate(found["case"].values)
    }


def test_the_chance_of_reaching_a_bound_in_a_year_is_the_share_of_draws_in_every_case():
    found = one(design="two_sided", line="savings_rate", year=2020, at_least="10%")
    assert found["base"][0] == 0.5
    assert found["no_effect"][0] == 0.25
    assert found["base"][1] == pytest.approx(np.sqrt(0.25 / 4), rel=0.6)


def test_a_bound_is_reached_by_what_rounding_alone_keeps_from_it():
    table = Table()
    table.line = lambda *_: np.array([[[0.1 - 1e-15, 0.0], [0.0999, 0.0]]])  # type: ignore[method-assign]
    assert one(table, design="d", line="rate", year=2020, at_least=0.1)["base"][0] == 0.5


def test_over_years_a_line_is_averaged_and_money_adds_up_unless_said_otherwise():
    assert one(design="two_sided", line="rate")["base"][0] == pytest.approx(np.mean(RATES["base", "two_sided"]))
    assert one(design="two_sided", line="rate", over="greatest", at_least=0.3)["base"][0] == 0.25
    money = Table(cases=("base",))
    assert one(money, design="fee", net="provider")["base"][0] == pytest.approx(-90.0)


def test_another_case_is_taken_off_draw_by_draw():
    table = Table(cases=("base", "calm"))
    said = {"account": "provider.margin", "design": "fee", "year": 2020, "case": "base", "less": {"case": "calm"}}
    found = one(table, **said)
    assert found["base"][0] == -100.0
    assert np.isnan(found["calm"][0])


def test_an_answer_that_needs_a_case_that_was_not_run_is_unknown():
    found = one(Table(cases=("base",)), design="fee", net="provider", less={"case": "calm"})
    assert np.isnan(found["base"][0])


def test_a_share_is_a_ratio_of_means_with_the_error_of_paired_draws():
    table = Table(cases=("base",))
    found = one(
        table,
        design="prepaid",
        account="provider.margin",
        year=2020,
        share_of={"design": "fee"},
    )
    prepaid, fee = (np.array(MONEY["base", design])[:, 0] for design in ("prepaid", "fee"))
    ratio = prepaid.mean() / fee.mean()
    assert found["base"][0] == pytest.approx(ratio)
    assert found["base"][1] == pytest.approx(np.std(prepaid - ratio * fee, ddof=1) / 2 / abs(fee.mean()))


def test_a_share_of_itself_is_one_without_error():
    table = Table(cases=("base",))
    assert one(table, design="fee", net="provider", share_of={"design": "fee"})["base"] == (1.0, 0.0)


def test_a_percentile_and_a_spread_may_be_asked_for():
    assert one(design="two_sided", line="rate", year=2021, statistic="p50")["base"][0] == pytest.approx(0.11)
    assert one(design="two_sided", line="rate", year=2021, statistic="sd")["base"][0] == pytest.approx(
        np.std([0.12, 0.02, 0.10, 0.30], ddof=1)
    )


def test_a_group_of_a_design_that_settles_groups_apart_is_read_by_itself():
    table = Table()
    one(table, design="two_sided", line="gap", group="north")
    assert set(table.read) == {"gap of north"}


def test_groups_are_added_up_or_counted_as_said():
    table = Table(cases=("base",))
    table.line = lambda *_: np.array([[[1.0, 0.0], [1.0, 1.0]], [[0.0, 0.0], [1.0, 0.0]]])  # type: ignore[method-assign]
    ahead = {"design": "each", "line": "ahead", "year": 2020}
    assert one(table, **ahead)["base"][0] == 1.5
    assert one(table, **ahead, across="mean")["base"][0] == 0.75
    assert one(table, **ahead, across="least", at_least=1)["base"][0] == 0.5


def test_the_unit_is_that_of_what_is_asked():
    def unit(**said: object) -> str:
        return AnswerSpec.model_validate({"name": "it", "text": "it", "design": "d", **said}).shown_unit

    assert unit(net="payer") == "usd"
    assert unit(line="gap", unit="fraction") == "fraction"
    assert unit(line="better_measures") == "number"
    assert unit(net="payer", at_least=0) == "fraction"


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"design": "d"}, "no figure is named"),
        ({"line": "rate"}, "no design is named"),
        ({"design": "d", "line": "rate", "net": "payer"}, "line and net are both named"),
        ({"design": "d", "line": "rate", "statistic": "probability"}, "needs at_least or at_most"),
        ({"design": "d", "line": "rate", "statistic": "mean", "at_least": 1}, "has no bound"),
        ({"design": "d", "line": "rate", "at_least": 2, "at_most": 1}, "nothing lies between"),
        ({"design": "d", "net": "payer", "share_of": {"case": "x"}, "at_least": 1}, "divides two means"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_a_sentence(said, sentence):
    with pytest.raises(ValidationError, match=sentence):
        AnswerSpec.model_validate({"name": "it", "text": "it", **said})


def test_designs_cases_and_years_that_the_scenario_lacks_are_told():
    spec = AnswerSpec.model_validate(
        {
            "name": "it",
            "text": "it",
            "design": "d",
            "net": "payer",
            "year": 2019,
            "less": {"case": "calm"},
            "share_of": {"design": "e"},
        }
    )
    said = problems_of_answer(spec, ["d"], ["base"], [2020])
    assert [text.partition(";")[0] for text in said] == [
        "there is no year 2019",
        "there is no design e",
        "there is no case calm",
    ]
