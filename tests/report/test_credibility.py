"""Luck and credibility as tables and sentences."""

from __future__ import annotations

import numpy as np
import pytest

from vbcsim.outcomes.credibility import Asked, Judged, credibility
from vbcsim.outcomes.savings_rate import SavingsRate, split_by_layer
from vbcsim.report.credibility import credibility_answer, credibility_tables, credibility_words, luck_table

LIVES = 10_000.0
TITLES = {"half": "Half", "third": "A third", "fee": "Fee only"}


def judged(bias):
    rng = np.random.default_rng(8)
    course = rng.normal(size=(2000, 1))
    cost = (1.0 - bias) * np.exp(0.02 * course) * (1.0 + 0.015 * rng.normal(size=(2000, 1)))
    split = split_by_layer(cost, {"own": course})

    def paid(size, saving, noise):
        return 1e6 * (1.0 - (1.0 - saving) * split.resized(size, noise)).sum(axis=1)

    return Judged(SavingsRate((split_by_layer(np.ones((2000, 1)), {}),), (split,)), LIVES, paid)


@pytest.fixture(scope="module")
def found():
    designs = {"half": judged(0.0), "third": judged(0.0), "fee": None}
    return credibility(designs, (2024,), Asked(lives=(40_000,), savings=(0.0, 0.03)), {"party": "provider"})


def test_designs_that_measure_alike_are_told_once(found):
    tables = credibility_tables(found, TITLES)
    assert [table.caption for table in tables] == [
        "Savings rate measured with 10,000 lives where nobody saves, in points",
        "Measured within 1% of the true savings rate, by what is error",
        "Chance of a reward under Half, by true saving",
        "Chance of a reward under A third, by true saving",
    ]
    spread = {row.technical: row.cells[0].value for row in tables[0].rows}
    assert float(spread["chance of who falls ill"]) == pytest.approx(1.5, abs=0.1)
    assert float(spread["the provider's own course"]) == pytest.approx(2.0, abs=0.1)
    assert spread["growth of the market"] == "0"


def test_lives_needed_or_none_with_their_error(found):
    needed = {row.technical: row.cells[2] for row in credibility_tables(found, TITLES)[1].rows}
    assert needed["everything"].value == "none is enough"
    alone = needed["chance of members alone"]
    wanted = LIVES * (1.5 * 1.645) ** 2
    assert float(alone.value.replace(",", "")) == pytest.approx(wanted, rel=0.1)
    assert alone.error


def test_unlike_designs_are_told_apart():
    apart = credibility({"half": judged(0.0), "third": judged(0.02)}, (2024,), Asked(lives=()), {"party": "provider"})
    captions = [table.caption for table in credibility_tables(apart, TITLES)]
    assert sum(caption.endswith(": Half") for caption in captions) == 2
    assert sum(caption.endswith(": A third") for caption in captions) == 2


def test_luck_at_the_runs_own_lives(found):
    table = luck_table(found, TITLES)
    assert table.headings == ("0% saved", "3% saved")
    assert [(row.name, row.technical) for row in table.rows[:2]] == [("Half", ""), ("Half", "own course held still")]
    assert table.rows[0].cells[0].value.startswith(("49", "50", "51"))
    assert luck_table(found.sel(design=["fee"]), TITLES) is None


def test_the_answer_comes_first(found):
    said = credibility_answer(found, TITLES)
    assert said.startswith(
        "With 10,000 lives a savings rate measured in 2024 is within 1% of the true one with a chance"
    )
    assert "for 90% no number of lives is enough" in said
    assert "Were who falls ill the only chance" in said
    assert "90% takes 6" in said
    assert "although nobody saves: Half 5" in said or "although nobody saves: Half 49" in said
    assert credibility_answer(found.sel(design=["fee"]), TITLES) == ""


def test_what_public_rules_say_of_as_many_lives(found):
    rules, minimum, trade = credibility_words(found, 0.03)
    assert "1.5" in rules
    assert "45 CFR 158.232(b)" in rules
    assert "For 10,000 lives the Medicare Shared Savings Program asks a saving of 3.0%" in minimum
    assert any(f"{times} times that spread" in minimum for times in ("1.9", "2.0", "2.1"))
    assert "Caravan Health" in trade
    assert len(credibility_words(found, None)) == 2
    assert credibility_words(found.sel(design=["fee"]), None)[0].startswith("No design compares cost with a target")
