"""Uncertain assumptions in the cohort dataset: what is drawn, what it reaches, and what no world may hold."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.cohorts import assumptions, cells, cohort_of, service
from vbcsim.core.errors import BadInput
from vbcsim.core.uncertain import figures_of


def test_without_any_there_is_no_trace_of_them():
    ds = cohort_of(assumptions([service()]), cells(10))
    assert not {"uncertain", "figure"} & set(ds.dims)
    assert "years_since_reference" not in ds


def test_places_figures_and_reach():
    uncertain = {"normal": [3000, 100]}
    told = assumptions(
        [
            service("visit", utilization_per_1000=uncertain),
            service("visit", line_of_business="dual", price_trend="uniform(0, 0.1)"),
            service("stay"),
        ],
        quality={"mean": 0.8, "sd": {"uniform": [0.01, 0.02]}},
    )
    ds = cohort_of(told, cells(10, 20, line_of_business=["medicare", "dual"]))
    assert list(ds["uncertain"].values) == [
        "assumptions.services[visit].utilization_per_1000",
        "assumptions.services[visit, dual].price_trend",
        "assumptions.quality.sd",
    ]
    assert ds["uncertain_figures"].values[0].tolist() == list(figures_of(told.services[0].utilization_per_1000))
    assert ds["uncertain_figures"].values[1].tolist() == [3.0, 0.0, 0.1, 0.0]
    reach = ds["uncertain_service"].sel(category="visit").values
    assert reach.tolist() == [[1, 0], [0, 1], [0, 0]]
    assert not ds["uncertain_service"].sel(category="stay").any()
    assert not ds["uncertain_group"].any()
    assert ds["years_since_reference"].values.tolist() == [-1, 0, 1]


def test_a_group_row_reaches_the_groups_that_it_serves():
    told = assumptions([service()], provider_group={"effect_sd": {"uniform": [0.01, 0.02]}})
    ds = cohort_of(told, cells(10, 20, provider_group=["A", "B"]))
    assert ds["uncertain_group"].values.tolist() == [[1, 1]]


def test_means_stand_where_plain_numbers_would():
    uncertain = cohort_of(assumptions([service(mean_cost_usd={"triangular": [80, 100, 120]})]), cells(10))
    plain = cohort_of(assumptions([service()]), cells(10))
    assert np.array_equal(uncertain["mean_cost_usd"], plain["mean_cost_usd"])


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (
            {"tail_probability": 0.01, "tail_index": {"uniform": [1.8, 4]}},
            "services[visit].tail_index: can be 1.869, which gives an infinite variance; state maximum_usd",
        ),
        (
            {"overdispersion": {"uniform": [0.1, 3]}, "shared_weight": 0.9},
            "services[visit].overdispersion: 0.1906 can meet a shared factor that alone brings 0.81",
        ),
    ],
)
def test_a_world_that_cannot_be_is_refused(changed: dict[str, Any], said: str):
    usual: dict[str, Any] = {"overdispersion": 1.0, "shared_weight": 0.5}
    told = assumptions([service(**usual | changed)], shared_frailty={"variance": 1.0, "persistence": 0.5})
    with pytest.raises(BadInput) as caught:
        cohort_of(told, cells(10))
    assert said in "; ".join(f"{p.place.removeprefix('assumptions.')}: {p.message}" for p in caught.value.problems)


def test_a_maximum_allows_any_tail():
    tail = {"tail_probability": 0.01, "tail_index": {"uniform": [1.2, 1.8]}, "maximum_usd": 1e6}
    ds = cohort_of(assumptions([service(**tail)]), cells(10))
    assert ds["tail_index"].values.min() > 1.2
