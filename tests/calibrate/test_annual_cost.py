"""The exact distribution of a member's yearly cost against closed forms."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from vbcsim.assumptions.spec import Service, SharedFrailty
from vbcsim.calibrate.annual_cost import AnnualCost, annual_cost
from vbcsim.random.tables import cost_table, table_moments

SHARED = SharedFrailty(variance=1.5, persistence=0.5, source="test")


def service(category: str = "stay", **changed: Any) -> Service:
    usual: dict[str, Any] = {
        "category": category,
        "service": "service",
        "utilization_per_1000": 2000,
        "mean_cost_usd": 1000,
        "overdispersion": 3.0,
        "shared_weight": 0.8,
        "persistence": 0.5,
        "body_sigma": 1.0,
        "tail_probability": 0.005,
        "tail_index": 2.8,
        "source": "test",
    }
    return Service(**{**usual, **changed})


def variance(services: list[Service], utilization: float = 1.0, frailty: float = 1.0) -> float:
    """Var = sum of rate x E[X^2] + frailty x (shared variance x (sum v c)^2 + sum of the own factors' parts)."""
    claims, shared, own = 0.0, 0.0, 0.0
    for s in services:
        rate = utilization * s.utilization_per_1000 / 1000
        mean, spread = table_moments(cost_table(s.body_sigma, s.tail_probability, s.tail_index, math.inf))
        claims += rate * s.mean_cost_usd**2 * (mean**2 + spread)
        spent = rate * s.mean_cost_usd
        shared += s.shared_weight * spent
        own += (s.overdispersion - s.shared_weight**2 * SHARED.variance) * spent**2
    return claims + frailty * (SHARED.variance * shared**2 + own)


@pytest.mark.parametrize(("utilization", "frailty"), [(1.0, 1.0), (7.0, 0.2), (0.3, 1.0), (1.0, 0.0)])
def test_moments(utilization: float, frailty: float) -> None:
    services = [service(), service("visit", utilization_per_1000=9000, mean_cost_usd=150, shared_weight=0.6)]
    cost = annual_cost(services, SHARED, utilization, frailty)
    assert cost.mean_usd == pytest.approx(utilization * (2000 + 1350), rel=5e-5)
    assert cost.probability.sum() == pytest.approx(1.0)
    # A heavy tail beyond the grid and the width of a step cost a little of the variance.
    assert (cost.cv * cost.mean_usd) ** 2 == pytest.approx(variance(services, utilization, frailty), rel=0.01)


def test_fixed_costs_and_full_sharing_are_negative_binomial() -> None:
    # Frailty is one gamma of variance 1.5, every service costs the mean: 16 steps of the grid.
    plain = service(overdispersion=1.5, shared_weight=1.0, body_sigma=0, tail_probability=0, utilization_per_1000=4000)
    cost = annual_cost([plain], SHARED)
    size, p = 1 / 1.5, 1 / (1 + 4 * 1.5)
    step = round(plain.mean_cost_usd / cost.step_usd)
    assert step == 16
    for k in range(6):
        log = math.lgamma(size + k) - math.lgamma(size) - math.lgamma(k + 1)
        expected = math.exp(log + size * math.log(p) + k * math.log(1 - p))
        assert cost.probability[k * step] == pytest.approx(expected, abs=1e-9)


def test_no_frailty_is_poisson() -> None:
    plain = service(overdispersion=0, shared_weight=0, body_sigma=0, tail_probability=0, utilization_per_1000=4000)
    cost = annual_cost([plain], SHARED, frailty=0.0)
    counts = cost.probability[:: round(1000 / cost.step_usd)][:20]
    expected = [math.exp(-4) * 4**k / math.factorial(k) for k in range(20)]
    assert counts == pytest.approx(expected, abs=1e-9)


def test_truncation() -> None:
    cost = AnnualCost(10.0, np.array([0.5, 0.3, 0.0, 0.2]))
    assert cost.mean_usd == pytest.approx(9.0)
    assert cost.limited_mean_usd(20.0) == pytest.approx(0.3 * 10 + 0.2 * 20)
    assert cost.limited_mean_usd(1e9) == pytest.approx(9.0)
    assert cost.quantile_usd(0.5) == 0.0
    assert cost.quantile_usd(0.8) == pytest.approx(15.0)  # the step from 5 to 15 holds the middle mass
    assert cost.share_of_top(0.2) == pytest.approx(6.0 / 9.0, abs=0.2)


def test_percentile_scales_with_use_of_every_service_and_grows_with_frailty() -> None:
    services = [service()]
    low, high = (annual_cost(services, SHARED, frailty=f) for f in (0.2, 1.0))
    assert low.quantile_usd(0.99) < high.quantile_usd(0.99)
    assert low.share_above(0.99) < high.share_above(0.99) < 0.1
    assert high.share_of_top(0.01) > high.share_above(0.99)


def test_shipped_medicare_population_is_as_concentrated_as_published() -> None:
    """MEPS-HC 2012-2015, Medicare: coefficient of variation 1.8; top 1, 5, 10 % have 12.7, 34.9, 50.7 % of cost."""
    from vbcsim.calibrate.categories import shipped_services
    from vbcsim.calibrate.defaults import default

    shared = SharedFrailty(variance=default("shared_frailty_variance").value, persistence=0.6, source="test")
    services = tuple(shipped_services().values())
    # Person-years and cost per person-year by enrollment type, CMS public-use file 2021, person-weighted.
    types = {"esrd": (0.008, 85_130), "disabled": (0.10, 11_034), "aged_dual": (0.075, 16_468)}
    types["aged_non_dual"] = (0.817, 10_250)
    parts = []
    for name, (share, usd) in types.items():
        cost = annual_cost(services, shared, usd / 11_128, default(f"frailty_relativity_{name}").value)
        parts.append((share, cost))
    values = np.concatenate([cost.step_usd * np.arange(len(cost.probability)) for _, cost in parts])
    weights = np.concatenate([share * cost.probability for share, cost in parts])
    order = np.argsort(values)
    values, weights = values[order], weights[order]
    mean = values @ weights
    assert np.sqrt(values**2 @ weights / mean**2 - 1) == pytest.approx(1.8, abs=0.1)
    above = 1 - np.cumsum(weights)
    for part, published in ((0.01, 0.127), (0.05, 0.349), (0.10, 0.507)):
        assert values[above < part] @ weights[above < part] / mean == pytest.approx(published, abs=0.015)
