"""Credibility-weighted figures, and distributions that keep within the bounds of their fields."""

from __future__ import annotations

import math

import pytest

from vbcsim.assumptions.spec import Service
from vbcsim.calibrate.fit.figure import Figure, uncertain, weighted
from vbcsim.core.uncertain import Distribution


def test_as_sure_as_the_table_is_half():
    value, sd, z = weighted(2.0, 0.3, 1.0, 0.3)
    assert (value, z) == pytest.approx((1.5, 0.5))
    assert sd == pytest.approx(0.3 * math.sqrt(0.5))


def test_it_is_the_posterior_of_two_normals():
    value, sd, z = weighted(5.0, 2.0, 3.0, 1.0)
    precision = 1 / 4 + 1
    assert value == pytest.approx((5 / 4 + 3) / precision)
    assert sd == pytest.approx(precision**-0.5)
    assert z == pytest.approx(0.2)


def test_without_data_the_table_without_a_table_the_data():
    assert weighted(math.nan, math.inf, 3.0, 0.4) == (3.0, 0.4, 0.0)
    assert weighted(3.0, 0.2, None, 0.4) == (3.0, 0.2, 1.0)


ROW = {
    "category": "stay", "service": "stay", "utilization_per_1000": 100.0, "mean_cost_usd": 5000.0,
    "overdispersion": 900.0, "shared_weight": 0.1, "persistence": 0.5, "body_sigma": 1.0,
    "tail_probability": 0.01, "tail_index": 2.5, "maximum_usd": 1e6, "source": "made up for a test",
}  # fmt: skip


@pytest.mark.parametrize(
    "field", ["utilization_per_1000", "overdispersion", "shared_weight", "persistence", "body_sigma"]
)
@pytest.mark.parametrize("spread", [0.01, 0.3, 2.0])
def test_whatever_the_error_the_table_takes_it(field, spread):
    drawn = uncertain(field, ROW[field], spread * ROW[field])
    row = Service(**(ROW | {field: drawn}))
    assert isinstance(getattr(row, field), Distribution)
    assert float(getattr(row, field)) == pytest.approx(ROW[field])


@pytest.mark.parametrize("sd", [0.001, 0.1, 0.6, 5.0])
@pytest.mark.parametrize(("field", "value"), [("tail_index", 1.6), ("tail_probability", 0.3), ("price_trend", -0.05)])
def test_what_has_narrow_bounds_stays_within(field, value, sd):
    row = Service(**(ROW | {field: uncertain(field, value, sd)}))
    assert float(getattr(row, field)) == pytest.approx(value)


def test_no_spread_is_a_plain_number():
    assert not isinstance(uncertain("overdispersion", 3.0, 0.0), Distribution)
    assert not isinstance(uncertain("overdispersion", 3.0, math.inf), Distribution)
    figure = Figure("stay", "mean_cost_usd", 9.0, 1.0, None, 1.0, 9.0, 1.0, "20 services")
    assert isinstance(figure.written, Distribution)
    assert figure.written.sd == pytest.approx(1.0)
