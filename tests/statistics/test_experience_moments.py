"""First and second moments of simulated experience against closed form, within stated standard errors.

Every figure is compared by its own standard error; the bound is such that, were the program right, one seed in a
million would fail any of the comparisons of a test. Planted errors show what the comparisons can see.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import xarray as xr
from scipy import special

from tests.cohorts import assumptions, cells, cohort_of, service
from tests.statistics.experience_theory import stratum_moments
from vbcsim.experience.simulate import simulate

DRAWS = 40_000
ERROR_RATE = 1e-6


@pytest.fixture(scope="module")
def cohort() -> xr.Dataset:
    """Three categories, three years with a gap, three cells in two strata; all that varies between members is on."""
    services = [
        service(
            utilization_per_1000=3000, overdispersion=1.2, shared_weight=0.6, persistence=0.5,
            utilization_trend=0.05, price_trend=0.04,
        ),
        service("stay", utilization_per_1000=700, mean_cost_usd=900, overdispersion=1.0, shared_weight=1.0),
        service("scan", utilization_per_1000=1500, mean_cost_usd=300, overdispersion=0.9, persistence=1.0),
    ]  # fmt: skip
    rows = cells(4, 3, 3, frailty_relativity=[1.0, 0.25, 1.0], utilization_relativity=[1.0, 2.0, 0.7])
    rows[1]["risk_tier"] = rows[0]["risk_tier"]
    told = assumptions(
        services,
        shared_frailty={"variance": 1.0, "persistence": 0.6},
        provider_group={"improvement_rate": 0.04},
    )
    return cohort_of(told, rows, base=(2020, 2021), performance=(2023,), retention=0.95)


def comparisons(cohort: xr.Dataset, experience: xr.Dataset) -> Iterator[tuple[str, Any]]:
    """Groups of samples by draw whose expectations are zero if the experience has the moments of the cohort."""
    totals = []
    for s in range(cohort.sizes["stratum"]):
        for name, expected in zip(("utilization", "expenditure_usd"), stratum_moments(cohort, s), strict=True):
            off = experience[name].values[:, :, s].reshape(DRAWS, -1) - expected.mean
            yield f"mean {name}", off
            i, j = np.triu_indices(len(expected.mean))
            yield f"covariance {name}", off[:, i] * off[:, j] - expected.covariance[i, j]
        totals.append(off.sum(axis=1))
    yield "covariance between strata", (totals[0] * totals[1])[:, None]


def misfits(cohort: xr.Dataset, experience: xr.Dataset) -> dict[str, float]:
    """The largest distance from closed form of each group, in standard errors over the bound of its test."""
    groups = list(comparisons(cohort, experience))
    bound = special.ndtri(1 - ERROR_RATE / 2 / sum(sample.shape[1] for _, sample in groups))
    worst: dict[str, float] = {}
    for name, sample in groups:
        z = np.abs(sample.mean(axis=0)) / (sample.std(axis=0) / np.sqrt(DRAWS))
        worst[name] = max(worst.get(name, 0.0), float(z.max() / bound))
    return worst


def test_counts_and_costs_have_the_mean_and_covariance_of_closed_form(cohort):
    """Over years, categories and cells of a stratum; strata are independent."""
    found = misfits(cohort, simulate(cohort, draws=DRAWS, seed=101))
    assert len(found) == 5
    assert max(found.values()) < 1, found


def test_the_closed_form_is_that_of_the_members_model(cohort):
    """A check of the check: overdispersion in the variance, persistence between years, sharing between categories."""
    counts, _ = stratum_moments(cohort.isel(cell=[2]), 1)
    rate = (cohort["utilization_rate"][2] * cohort["expected_group_effect"]).values.ravel()
    per_member = (
        counts.covariance / 3 / np.outer(rate, rate)
    )  # years x categories: 2020, 2021, 2023 x visit, stay, scan
    assert per_member[0, 0] == pytest.approx(1 / rate[0] + 1.2)
    assert per_member[0, 1] == pytest.approx(0.6 * 1.0)
    assert per_member[1, 4] == pytest.approx(0.6 * 0.95)
    assert per_member[1, 7] == pytest.approx((0.6 * 0.95) ** 3)
    assert per_member[2, 8] == pytest.approx(0.9 * 0.95)
    assert per_member[2, 4] == 0


PLANTED = {
    "a rate 2 % too high": ("utilization_rate", 1.02, "mean utilization"),
    "a price 2 % too high": ("mean_cost_usd", 1.02, "mean expenditure_usd"),
    "a persistence 0.1 too low": ("shared_persistence", 0.47 / 0.57, "covariance utilization"),
    "a frailty variance 10 % too high": ("overdispersion", 1.1, "covariance utilization"),
}


@pytest.mark.parametrize("error", PLANTED)
def test_a_planted_error_is_seen(cohort, error):
    variable, factor, group = PLANTED[error]
    changed = cohort.assign({variable: cohort[variable] * factor})
    if variable == "overdispersion":  # a fully shared category has no room of its own
        changed[variable] = cohort[variable].where(cohort["shared_weight"] == 1, changed[variable])
    found = misfits(cohort, simulate(changed, draws=DRAWS, seed=101))
    assert found[group] > 1, found
    assert found["covariance between strata"] < 1
