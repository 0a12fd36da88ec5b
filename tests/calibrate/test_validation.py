"""Verdicts by the stated rule, mixtures of populations, and what a table and a page show."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from tests.calibrate.populations import facts, one, population
from vbcsim.calibrate import mixture, validation
from vbcsim.calibrate.facts import Part
from vbcsim.calibrate.mixture import simulate_mixture
from vbcsim.calibrate.validation import Finding, json_object, validate_table
from vbcsim.calibrate.validation_text import fingerprint, number, page, summary, table_text

ROWS = (
    "{fact: cost_cv, value: 3.5, use: fitting, grade: B, source: s}",
    "{fact: zero_share, value: 0.9, use: held_out, grade: B, source: s}",
    "{fact: overdispersion, of: stay, value: 4.1, use: held_out, source: t, note: 'a | b'}",
    "{fact: overdispersion, of: teeth, value: 4, use: held_out, source: t}",
)


@pytest.fixture
def small(monkeypatch, tmp_path):
    """Findings of the small population in place of a shipped one."""
    monkeypatch.setattr(validation, "shipped_population", lambda name: population())
    return validate_table(facts(tmp_path, *ROWS), persons=6000, seed=2)


@pytest.mark.parametrize(
    ("simulated", "error", "agrees", "verdict"),
    [
        (4.0, 0.0, True, "agree"),
        (4.6, 0.0, True, "agree"),  # 15 % of 4
        (4.61, 0.0, False, "off by +15%"),
        (4.61, 0.25, True, "agree"),  # three standard errors
        (2.0, 0.1, False, "off by -50%"),
    ],
)
def test_the_verdict_follows_the_stated_rule(tmp_path, simulated, error, agrees, verdict):
    found = Finding(one(tmp_path, "{fact: cost_cv, value: 4}"), simulated, error)
    assert (found.agrees, found.verdict) == (agrees, verdict)


def test_a_share_is_off_by_a_difference(tmp_path):
    fact = one(tmp_path, "{fact: top_share, at: 0.01, value: 0.25}")
    assert Finding(fact, 0.2801, 0.001).verdict == "off by +0.03"
    assert not Finding(fact, float("nan"), float("nan")).agrees


def test_each_fact_is_measured_or_named_as_not_measurable(small):
    assert [f.fact.kind for f in small.findings] == ["cost_cv", "zero_share", "overdispersion"]
    assert [f.label for f in small.unmeasured] == ["overdispersion teeth"]
    assert small.persons == 6000
    assert [small.count(use) for use in ("fitting", "held_out", "level")] == [(1, 1), (1, 2), (0, 0)]
    assert small.findings[1].verdict.startswith("off by -0.")


def test_findings_as_text_and_as_data(small):
    text = table_text(small.findings)
    assert "used in fitting" in text
    assert "held out" in text
    assert summary(small) == "small: agree 1 of 2 held out, 1 of 1 used in fitting"
    told = json.loads(json.dumps(json_object([small]), allow_nan=False))["populations"]["small"]
    assert told["agreement"] == {"fitting": {"agree": 1, "of": 1}, "held_out": {"agree": 1, "of": 2}}
    assert told["unmeasured"] == ["overdispersion teeth"]
    assert told["findings"][0]["published"] == 3.5


def test_the_page_shows_misses_sources_and_tolerances(small):
    text = page([small], "mark")
    assert "<!-- mark -->" in text
    assert "**off by -0." in text
    assert "4.10 (a \\| b)" in text or "4.1 (a \\| b)" in text
    assert "1. s" in text
    assert "2. t" in text
    assert "Not measured, for want of a category: overdispersion teeth." in text
    assert "| `cost_cv` |" in text
    assert "| 15 % |" in text


def test_a_mark_changes_with_anything():
    assert fingerprint(["a", "b"]) == fingerprint(["a", "b"])
    assert len({fingerprint(x) for x in (["a", "b"], ["ab"], ["b", "a"], ["a", "b", ""])}) == 4


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.12345, "0.123"), (3.456, "3.46"), (123.4, "123"), (45678.9, "45,679"), (float("nan"), "none")],
)
def test_figures_are_shown_to_three_places(value, shown):
    assert number(value) == shown


def test_a_mixture_has_the_stated_shares_and_means(monkeypatch):
    young, old = population(), population(variance=1.0)
    plain = tuple(c.model_copy(update={"use": {}}) for c in old.cells)
    renamed = replace(
        old, cells=plain, services=tuple(s.model_copy(update={"category": f"{s.category}_b"}) for s in old.services[:1])
    )
    monkeypatch.setattr(mixture, "shipped_population", {"a": young, "b": renamed}.__getitem__)
    people = simulate_mixture({"a": Part(3.0, 1000.0), "b": Part(1.0, 5000.0)}, 8000, seed=1)
    assert people.categories == ("stay", "visit", "drug", "stay_b")
    assert np.bincount(people.cell).tolist() == [3600, 2400, 1200, 800]
    first, second = (people.part(people.cell < 2), people.part(people.cell >= 2))
    assert first.total_usd.mean() == pytest.approx(1000, rel=1e-4)
    assert second.total_usd.mean() == pytest.approx(5000, rel=1e-4)
    assert first.counts[:, :, 3].sum() == second.counts[:, :, :3].sum() == 0
