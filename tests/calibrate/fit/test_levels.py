"""Levels of use and cost, with errors over persons and shrinkage to a table."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.calibrate.fit.made_up import person_years
from vbcsim.calibrate.claims.person_years import Coded
from vbcsim.calibrate.fit.levels import levels_of


def _figure(levels, category, field):
    return next(f for f in levels.figures if (f.category, f.field) == (category, field))


def test_levels_and_cells_are_those_of_the_population(data, truth):
    levels = levels_of(data, None)
    rates = 1000 * truth.shares @ truth.rates
    for j, name in enumerate(data.categories):
        found = _figure(levels, name, "utilization_per_1000")
        assert abs(found.value - rates[j]) < 3 * found.sd
    relativity = truth.rates / (truth.shares @ truth.rates)
    order = [[c.age_band for c in levels.cells].index(c.age_band) for c in truth.cells]
    assert levels.use.cell[order] == pytest.approx(relativity, rel=0.15)


def test_the_error_is_several_times_that_of_poisson_counts(data):
    found = _figure(levels_of(data, None), "drug", "utilization_per_1000")
    poisson = found.estimate / np.sqrt(data.services[:, 2].sum())
    assert 2.5 * poisson < found.standard_error < 8 * poisson


def test_few_persons_are_drawn_to_the_table_and_many_are_not(data, many, truth):
    off = truth.changed({"stay": {"utilization_per_1000": 300.0}}, {})
    few = person_years(many.part(np.arange(100)), truth)
    thin, thick = (_figure(levels_of(d, off), "stay", "utilization_per_1000") for d in (few, data))
    assert thin.credibility < 0.8 < 0.95 < thick.credibility
    assert thin.value == pytest.approx(thin.credibility * thin.estimate + (1 - thin.credibility) * thin.shipped)
    assert thin.shipped == pytest.approx(300 * 1.064, rel=0.05)  # the prior's cells make it so


def test_a_category_that_nobody_used_is_not_believed_to_be_none(data, truth):
    services, usd = data.services.copy(), data.usd.copy()
    services[:, 0], usd[:, 0] = 0, 0.0
    few = np.isin(data.person, np.arange(60))
    unseen = replace(data, services=services, usd=usd, claims=None).part(few)
    found = _figure(levels_of(unseen, truth), "stay", "utilization_per_1000")
    assert 0.3 * found.shipped < found.value < found.shipped
    cost = _figure(levels_of(unseen, truth), "stay", "mean_cost_usd")
    assert (cost.credibility, cost.value) == (0.0, pytest.approx(cost.shipped))


def test_a_trend_of_two_years_is_mostly_the_tables(data, truth):
    found = _figure(levels_of(data, truth), "visit", "utilization_trend")
    assert found.credibility < 0.5
    assert found.standard_error > 0.02
    alone = _figure(levels_of(data.part(data.year == 2021), None), "visit", "utilization_trend")
    assert (alone.value, alone.sd) == (0.0, 0.0)


def test_families_widen_errors(data):
    paired = replace(data, family=data.person // 40, stratum=Coded.same("all", len(data)))
    alone, together = (_figure(levels_of(d, None), "visit", "utilization_per_1000") for d in (data, paired))
    assert together.estimate == pytest.approx(alone.estimate, rel=1e-3)
    assert together.standard_error != pytest.approx(alone.standard_error, rel=0.001)
