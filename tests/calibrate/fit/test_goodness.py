"""Goodness of fit: what fits passes, what does not is flagged."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from vbcsim.calibrate.fit.goodness import goodness_of, people_of, severity_check
from vbcsim.calibrate.fit.severity import of_singles
from vbcsim.random.tables import SplicedCost


def _check(costs: np.ndarray) -> float:
    check = severity_check("stay", costs, "single costs", of_singles(costs), seed=1, samples=49)
    assert check is not None
    return check.p_value


def test_costs_of_the_law_itself_pass():
    law = SplicedCost(1.1, 0.05, 2.5)
    values = [_check(law.quantile(1.0 - np.random.default_rng(seed).random(1500))) for seed in range(4)]
    assert max(values) > 0.2
    assert np.median(values) > 0.05


@pytest.mark.parametrize("shape", ["two prices", "cut off", "heavy below"])
def test_a_law_that_is_not_the_models_is_flagged(shape):
    rng = np.random.default_rng(1)
    x = np.exp(rng.standard_normal(3000))
    costs = {
        "two prices": np.where(rng.random(3000) < 0.3, 8.0 * np.exp(0.1 * rng.standard_normal(3000)), x),
        "cut off": np.minimum(x, np.quantile(x, 0.93)),
        "heavy below": np.exp(-rng.standard_exponential(3000) * 1.5),
    }[shape]
    assert _check(costs) <= 0.02


def test_a_fit_passes_on_its_own_data_and_not_on_others(fitted):
    line = fitted.lines[0]
    good = goodness_of(line, seed=1, persons=16_000, samples=39)
    by_name = {(c.name, c.statistic): c.p_value for c in good.checks}
    assert good.persons == 4000
    assert np.mean([p > 0.05 for p in by_name.values()]) > 0.8
    assert len(good.pit) == 10
    assert sum(good.pit) == pytest.approx(1.0)
    assert all(q.low <= q.model <= q.high for q in good.quantiles)
    # The same persons with every third person's care taken away: more people without any, and more cost in few.
    gone = line.data.person % 3 == 0
    usd, services = line.data.usd.copy(), line.data.services.copy()
    usd[gone], services[gone] = 0.0, 0
    worse = replace(line, data=replace(line.data, usd=usd, services=services))
    p = {c.name: c.p_value for c in goodness_of(worse, seed=1, persons=16_000, samples=39).checks}
    assert p["yearly cost"] <= 0.025
    assert p["counts of visit"] <= 0.025


def test_pairs_are_whole_years_one_after_the_other(data):
    months = data.months.copy()
    months[data.person == 0] = 6.0
    people = people_of(replace(data, months=months), np.zeros(len(data), dtype=np.int64))
    assert len(people) == data.persons - 1
    second = np.flatnonzero(data.person == 1)
    assert people.counts[0] == pytest.approx(data.services[second])
    four = replace(data, person=data.person // 2, year=np.where(data.person % 2 == 1, data.year + 2, data.year))
    assert len(people_of(four, np.zeros(len(data), dtype=np.int64))) == data.persons
