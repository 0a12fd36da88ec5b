"""What holds for every measure: none is named here."""

from __future__ import annotations

import numpy as np
import pytest

from tests.programmes import BASE, CATEGORIES, ONE_CELL, PERFORMANCE, cohort, measure
from vbcsim.cohort.spec import CohortSpec
from vbcsim.core.dataset import glossary
from vbcsim.experience.layers import LayerDraws
from vbcsim.experience.measure import CLAIMS, measure_family
from vbcsim.experience.measuring import draw_measures

FAMILY = sorted(measure_family().items())
every = pytest.mark.parametrize(("word", "kind"), FAMILY, ids=[word for word, _ in FAMILY])
CELLS = CohortSpec(cells=ONE_CELL, source="test").cells


def whole(word, **fields):
    """The measure with all that it may need stated."""
    kind = measure_family()[word]
    needed = {} if kind.counted == CLAIMS else {"share": 0.3, "rate": 0.4, "group_sd": 0.05}
    return measure(word, **needed | fields)


def counts(made, draws=400):
    of_cohort = cohort(None, {"m": made})
    shape = (draws, 6, 1, len(CATEGORIES))
    return draw_measures(
        of_cohort, 5, LayerDraws(), 0, draws, person_years=np.full((1, 6, 1), 1000.0), utilization=np.full(shape, 300.0)
    )


def test_there_are_eleven():
    assert len(FAMILY) == 11


@every
def test_its_word_is_its_file_and_its_kind(word, kind):
    assert whole(word).kind == word
    assert type(whole(word)) is kind


@every
def test_it_says_what_it_is_and_where_it_comes_from(word, kind):
    assert kind.__doc__
    assert kind.reference
    for name, field in kind.model_fields.items():
        assert field.description, f"{word}.{name} has no description"
    assert whole(word).sentence().endswith(".")


@every
def test_it_comes_back_from_what_it_writes(word, kind):
    assert kind.model_validate(whole(word).model_dump()) == whole(word)


@every
def test_its_tables_are_those_of_all_and_in_the_glossary(word, kind):
    made = whole(word).tables(CELLS, CATEGORIES, BASE, PERFORMANCE)
    first = whole(FAMILY[0][0]).tables(CELLS, CATEGORIES, BASE, PERFORMANCE)
    assert {name: dims for name, (dims, _) in made.items()} == {name: dims for name, (dims, _) in first.items()}
    for name, (dims, values) in made.items():
        assert glossary()[name]["dims"] == ["measure", *dims], name
        assert np.isfinite(values).all(), name


@every
def test_its_rate_is_that_of_the_file_in_the_last_base_year(word, kind):
    numerator, denominator = counts(whole(word))
    rate = (numerator / denominator)[:, len(BASE) - 1, 0, 0]
    expected = 300.0 if kind.counted == CLAIMS else 0.4
    assert rate.mean() == pytest.approx(expected, abs=5 * rate.std() / 400**0.5 + 1e-9)


@every
def test_improvement_goes_its_good_way(word, kind):
    if kind.counted == CLAIMS:
        return
    made = whole(word, improvement=0.05, limit=0.0 if kind.lower_is_better else 1.0, gap_closing=0.0)
    numerator, denominator = counts(made)
    rate = (numerator / denominator).mean(axis=0)[:, 0, 0]
    sign = -1.0 if kind.lower_is_better else 1.0
    np.testing.assert_allclose(rate[2:] - 0.4, sign * 0.05 * np.arange(1, 5), atol=0.02)
