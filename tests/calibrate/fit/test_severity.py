"""Body and tail of the cost of a service: recovered, chosen by likelihood, and set from totals where need be."""

from __future__ import annotations

import numpy as np
import pytest

from tests.calibrate.fit.made_up import person_years
from vbcsim.calibrate.fit.levels import levels_of
from vbcsim.calibrate.fit.severity import of_singles, severity_of, spread, with_spread
from vbcsim.random.tables import SplicedCost, cost_table, table_moments


def _costs(law: SplicedCost, n: int, seed: int) -> np.ndarray:
    return law.quantile(1.0 - np.random.default_rng(seed).random(n))


def test_a_tail_is_found_where_it_begins():
    found = of_singles(_costs(SplicedCost(1.6, 0.05, 2.1), 20_000, 1))
    assert found is not None
    assert found.tail_probability == 0.05
    assert abs(found.tail_index - 2.1) < 3 * found.error["tail_index"]
    assert found.body_sigma == pytest.approx(1.6, rel=0.02)
    assert [t.tail_probability for t in found.thresholds] == [0.0, 0.005, 0.01, 0.02, 0.05, 0.1]


def test_a_lognormal_has_no_tail():
    for seed in range(5):
        found = of_singles(_costs(SplicedCost(1.0, 0.0, 3.0), 5000, seed))
        assert found is not None
        assert found.tail_probability == 0.0


def test_intervals_cover_body_and_tail():
    law = SplicedCost(1.2, 0.1, 2.5)
    inside = []
    for seed in range(40):
        found = of_singles(_costs(law, 3000, seed))
        if found is not None and found.tail_probability == 0.1:
            inside.append(abs(found.body_sigma - 1.2) < 1.645 * found.error["body_sigma"])
            inside.append(abs(found.tail_index - 2.5) < 1.645 * found.error["tail_index"])
    assert len(inside) > 30
    assert 0.75 < np.mean(inside) <= 1.0


def test_the_spread_is_that_of_the_table_that_an_engine_draws_from():
    mean, variance = table_moments(cost_table(1.1, 0.02, 3.5, np.inf))
    assert spread(1.1, 0.02, 3.5) == pytest.approx(variance / mean**2, rel=0.01)


def test_the_body_is_widened_until_totals_vary_as_they_do():
    found = of_singles(_costs(SplicedCost(0.5, 0.0, 3.0), 500, 1))
    assert found is not None
    wider = with_spread(found, 3.0, 0.1)
    assert spread(wider.body_sigma, 0.0, 3.0) == pytest.approx(3.0, rel=0.01)
    assert wider.how == "totals given counts"
    assert with_spread(found, 1e-9, 0.1).body_sigma == pytest.approx(0.02)


def test_totals_of_a_year_give_the_spread_of_a_service(data, truth):
    """Most persons have several visits: the spread is told by totals given their number."""
    levels = levels_of(data, None)
    found = severity_of(data, levels, 1)
    assert found is not None
    assert found.how == "totals given counts"
    assert abs(found.body_sigma - truth.services[1].body_sigma) < 3.5 * found.error["body_sigma"]


def test_too_few_costs_tell_nothing(many, truth):
    few = person_years(many.part(np.arange(30)), truth)
    assert severity_of(few, levels_of(few, None), 0) is None
    assert of_singles(np.ones(100)) is None
