"""Arrangements: what they read, in which order they settle, and what a check finds before anything is simulated."""

from __future__ import annotations

import pytest

from vbcsim.contract.book import experience_lines
from vbcsim.contract.read import read_arrangement

LINES = experience_lines(["inpatient"])
BENCHMARK = {"historical": {"weights": [1], "trend": {"national": 1}, "update": {"national": 1}}}


def arrangement(*terms, lines=None):
    provision = {"name": "shared_savings", "payer": "payer", "payee": "provider", "terms": list(terms)}
    return read_arrangement({"provisions": [provision], "lines": lines or {}}, "draft")


def found(drafted, **known):
    return [(problem.place, problem.message) for problem in drafted.check(known.pop("available", LINES), **known)]


def test_what_an_experience_gives_needs_no_line():
    drafted = arrangement(
        {"difference": {"of": "benchmark", "less": "expenditure_inpatient"}}, lines={"benchmark": BENCHMARK}
    )
    assert found(drafted, years=(2023,)) == []


def test_a_line_that_nobody_makes_is_told_with_its_place_and_the_nearest():
    [(place, message)] = found(arrangement({"gate": {"on": "qualty_score", "at_least": 0.4}}))
    assert place == "provisions[0].terms[0].gate"
    assert message.startswith('reads the line "qualty_score", which neither the experience nor `lines:` gives')
    assert 'did you mean "quality_score"' in message


def test_a_line_made_from_nothing_is_told():
    drafted = arrangement({"gate": {"on": "met"}}, lines={"met": {"standard": {"on": "hospice_use", "at_least": 0.4}}})
    assert [place for place, _ in found(drafted)] == ["lines.met"]


def test_a_line_made_from_itself_is_told_unless_claims_give_it():
    itself = {"combine": {"how": "sum", "of": ["benchmark", 1]}}
    assert len(found(arrangement({"difference": {"of": "benchmark"}}, lines={"benchmark": itself}))) == 1
    raised = {"combine": {"how": "product", "of": ["expenditure", 1.1]}}
    assert found(arrangement({"difference": {"of": "expenditure"}}, lines={"expenditure": raised})) == []


def test_lines_that_go_in_circles_are_told():
    ring = {name: {"combine": {"how": "sum", "of": [other]}} for name, other in (("a", "b"), ("b", "a"))}
    drafted = arrangement({"difference": {"of": "a"}}, lines=ring)
    assert found(drafted) == [("lines.a", "is made from itself: a -> b -> a; break the circle")]


def test_a_value_that_begins_after_the_first_year_is_told():
    drafted = arrangement({"share": {"savings": {2024: 0.5}, "losses": 0}})
    assert found(drafted, years=(2024, 2025)) == []
    [(place, message)] = found(drafted, years=(2023, 2024))
    assert (place, message) == (
        "provisions[0].terms[0].share",
        "no value in force in 2023: the first is dated 2024; add an earlier one",
    )


@pytest.mark.parametrize(
    ("floors", "told"),
    [
        ({"aged": 90_000.0, "disabled": 90_000.0}, []),
        ({"aged": 90_000.0, "disabled": 120_000.0}, ["$100,000 for disabled", "claimant floor of $120,000"]),
        ({"every stratum": 120_000.0}, ["$100,000 for every stratum"]),
    ],
)
def test_a_threshold_below_the_claimant_floor_is_told(floors, told):
    drafted = arrangement(
        {"difference": {"of": "expenditure"}}, lines={"expenditure": {"truncated": {"threshold_usd": 100_000}}}
    )
    problems = found(drafted, years=(2023,), base=(2022,), floors_usd=floors)
    assert len(problems) == bool(told)
    assert all(words in problems[0][1] for words in told)


def test_a_threshold_of_a_named_stratum_is_held_against_one_floor_for_all():
    lines = {"expenditure": {"truncated": {"threshold_usd": {"aged": 100_000, "esrd": 500_000}}}}
    drafted = arrangement({"difference": {"of": "expenditure"}}, lines=lines)
    [(_, message)] = found(drafted, years=(2023,), base=(2022,), floors_usd={"every stratum": 120_000.0})
    assert "$100,000 for aged is below the large-claimant floor of $120,000" in message


def test_a_line_that_is_given_needs_not_what_its_maker_would_read():
    lines = {"met": {"standard": {"on": "hospice_use", "at_least": 0.4}}}
    drafted = arrangement({"gate": {"on": "met"}}, lines=lines)
    assert found(drafted, available={"met"}, given={"met"}) == []
    assert drafted.reached() == {"met", "hospice_use"}
    assert drafted.reached(given={"met"}) == {"met"}


def test_a_line_that_nothing_reads_is_not_made():
    drafted = arrangement(
        {"difference": {"of": "expenditure"}}, lines={"met": {"standard": {"on": "x", "at_least": 1}}}
    )
    assert found(drafted) == []
