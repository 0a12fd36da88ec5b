"""Statistics by name: each is the measure of that name, and sorting beforehand changes nothing."""

from __future__ import annotations

import numpy as np
import pytest

from vbcsim.outcomes.distribution import mean, quantile, tail_value_at_risk
from vbcsim.outcomes.statistic import NAMES, statistic

DRAWS = np.random.default_rng(3).normal(size=(2, 500))


@pytest.mark.parametrize("name", NAMES)
def test_draws_may_be_sorted_beforehand_and_names_may_say_the_unit(name):
    found = statistic(name, DRAWS)
    for other in (statistic(name, DRAWS, np.sort(DRAWS, axis=-1)), statistic(f"{name}_usd", DRAWS)):
        np.testing.assert_array_equal(other.value, found.value)
        np.testing.assert_array_equal(other.mcse, found.mcse)


def test_each_name_is_its_own_measure():
    ordered = np.sort(DRAWS, axis=-1)
    for name, says in (
        ("mean", mean(DRAWS)),
        ("p5", quantile(ordered, 0.05)),
        ("tvar99", tail_value_at_risk(ordered, 0.99)),
    ):
        np.testing.assert_array_equal(statistic(name, DRAWS).value, says.value)
    values = [float(statistic(name, DRAWS[:1]).value[0]) for name in NAMES]
    assert len(set(values)) == len(values)


def test_an_unknown_name_is_an_error():
    with pytest.raises(KeyError):
        statistic("p6", DRAWS)
