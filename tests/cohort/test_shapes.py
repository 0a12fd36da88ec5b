"""Frailty and severity by world and profile."""

from __future__ import annotations

import numpy as np
import pytest

from tests.cohorts import assumptions, cells, cohort_of, service
from vbcsim.core.errors import BadInput
from vbcsim.core.uncertain import WORLDS, Distribution

SHARED = {"variance": 0.5, "persistence": 0.5}


def shapes(*services, **shared):
    return cohort_of(assumptions(list(services), shared_frailty={**SHARED, **shared}), cells(5), retention=0.9)


def test_plain_figures_need_one_world():
    ds = shapes(service(overdispersion=2.0, persistence=0.4))
    assert ds.sizes["world"] == ds.sizes["profile"] == 1
    assert ds["overdispersion"].values.tolist() == [[[2.0]]]
    assert ds["own_persistence"].values == pytest.approx(np.array([[[0.36]]]))


def test_an_uncertain_figure_takes_its_quantiles_over_the_worlds():
    ds = shapes(service(overdispersion={"uniform": [2.0, 4.0]}), service("stay", overdispersion=1.0))
    assert ds.sizes["world"] == WORLDS == 16
    found = ds["overdispersion"].values[:, 0]
    assert sorted(found[:, 0]) == pytest.approx(2.0 + (np.arange(16) + 0.5) / 8)
    assert (found[:, 1] == 1.0).all()
    assert ds["shared_variance"].values.tolist() == [[0.5]] * 16


def test_two_uncertain_figures_are_not_high_in_the_same_worlds():
    ds = shapes(
        service(overdispersion={"uniform": [2.0, 4.0]}), service("stay", overdispersion={"uniform": [2.0, 4.0]})
    )
    one, other = ds["overdispersion"].values[:, 0].T
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.6
    assert one.mean() == pytest.approx(other.mean()) == pytest.approx(3.0)


def test_rates_and_costs_stand_at_their_mean():
    unsure = service(utilization_per_1000={"normal": [3000, 100]}, mean_cost_usd={"lognormal": [100, 10]})
    assert isinstance(unsure.utilization_per_1000, Distribution)
    ds = shapes(unsure)
    assert ds["utilization_rate"].dtype == float
    assert ds["utilization_rate"].values.ravel().tolist() == [3.0] * 3
    assert ds["mean_cost_usd"].values.ravel() == pytest.approx([100.0] * 3)


def test_a_shared_factor_that_outgrows_a_category_in_some_world_is_refused():
    with pytest.raises(BadInput) as error:
        shapes(service(overdispersion=0.45, shared_weight=0.9), variance={"uniform": [0.4, 0.7]})
    (problem,) = error.value.problems
    assert problem.place == "assumptions.services[visit].overdispersion"
    assert problem.message == (
        "0.45 can meet a shared factor that alone brings 0.5594 (shared_weight^2 x shared_frailty.variance); "
        "narrow the distributions, or lower shared_weight"
    )
