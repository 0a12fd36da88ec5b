"""What holds for every intervention: none is named here."""

from __future__ import annotations

import csv
from importlib import resources

import numpy as np
import pytest

from tests.programmes import BASE, CATEGORIES, ONE_CELL, PERFORMANCE, cohort, intervention
from vbcsim.cohort.spec import CohortSpec
from vbcsim.core.dataset import glossary
from vbcsim.experience.intervening import draw_interventions
from vbcsim.experience.intervention import intervention_family
from vbcsim.experience.layers import LayerDraws

FAMILY = sorted(intervention_family().items())
every = pytest.mark.parametrize(("word", "kind"), FAMILY, ids=[word for word, _ in FAMILY])
CELLS = CohortSpec(cells=ONE_CELL, source="test").cells


def tables(word):
    return intervention(word).tables(CELLS, CATEGORIES, BASE, PERFORMANCE)


def test_there_are_nine():
    assert len(FAMILY) == 9


@every
def test_its_word_is_its_file_and_its_kind(word, kind):
    assert intervention(word).kind == word
    assert type(intervention(word)) is kind


@every
def test_it_says_what_it_is_and_where_it_comes_from(word, kind):
    assert kind.__doc__
    assert len(kind.reference) > 20 or "judgement" in kind.reference
    assert all(prior.source for prior in (*kind.use_priors, *kind.price_priors))
    for name, field in kind.model_fields.items():
        assert field.description, f"{word}.{name} has no description"
    sentence = intervention(word).sentence()
    assert sentence.endswith(".")
    assert "None" not in sentence


@every
def test_it_comes_back_from_what_it_writes(word, kind):
    one = intervention(word)
    assert kind.model_validate(one.model_dump()) == one


@every
def test_its_tables_are_those_of_all_and_in_the_glossary(word, kind):
    made, first = tables(word), tables(FAMILY[0][0])
    assert {name: dims for name, (dims, _) in made.items()} == {name: dims for name, (dims, _) in first.items()}
    for name, (dims, values) in made.items():
        assert glossary()[name]["dims"] == ["intervention", *dims], name
        assert np.isfinite(values).all(), name


@every
def test_base_years_are_untouched(word, kind):
    block = draw_interventions(cohort({"one": intervention(word)}), 3, LayerDraws(), 0, 50)
    assert (block.rate[:, :, : len(BASE)] == 1.0).all()
    assert (block.price[:, :, : len(BASE)] == 1.0).all()
    assert (block.score[:, : len(BASE)] == 1.0).all()
    assert (block.engaged[:, : len(BASE)] == 0.0).all()


@every
def test_it_does_something_and_nothing_turns_negative(word, kind):
    block = draw_interventions(cohort({"one": intervention(word, uptake=1.0)}), 3, LayerDraws(), 0, 2000)
    moved = [values for values in (block.rate, block.price, block.score) if (values != 1.0).any()]
    assert moved
    assert all((values >= 0.0).all() for values in moved)


@every
def test_nobody_engaged_is_no_intervention(word, kind):
    block = draw_interventions(cohort({"one": intervention(word, uptake=0.0)}), 3, LayerDraws(), 0, 20)
    assert (block.rate == 1.0).all()
    assert (block.price == 1.0).all()
    assert (block.score == 1.0).all()


@every
@pytest.mark.parametrize(
    "table", ["commercial_services", "medicare_services", "medicaid_services", "oncology_services"]
)
def test_its_prior_speaks_of_categories_of_the_shipped_tables(word, kind, table):
    text = resources.files("vbcsim.assumptions").joinpath("tables", f"{table}.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))
    categories = [row["category"] for row in rows]
    made = intervention(word).tables(CELLS, categories, BASE, PERFORMANCE)
    moved = [made[name][1][..., 0].any() for name in ("intervention_use", "intervention_price", "intervention_score")]
    assert any(moved)
