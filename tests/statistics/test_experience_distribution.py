"""Whole distributions of simulated experience: totals of a homogeneous cell against a Fourier transform, counts against
closed form, and what large claimants cost beyond a threshold.

Each test fails for one seed in a million if the program is right; planted errors show what the tests can see.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xarray as xr
from scipy import special, stats

from tests.cohorts import assumptions, cells, cohort_of, service
from tests.statistics.experience_theory import Aggregate, aggregate, only_one
from vbcsim.experience.simulate import simulate

DRAWS = 20_000
MEMBERS = 25
ERROR_RATE = 1e-6
BOUND = float(special.ndtri(1 - ERROR_RATE / 2))
"""Standard errors that a right figure passes with that chance."""
TWO_YEARS = slice(1, 3)
"""2022 and 2023."""

PLAIN = service()
FRAIL = service(overdispersion=1.5, persistence=0.4)
STAY = service(
    "stay", utilization_per_1000=1500, mean_cost_usd=400, overdispersion=2.0, shared_weight=0.7, body_sigma=1.0
)
VISIT = service(overdispersion=0.9, shared_weight=0.5, persistence=0.6, price_trend=0.1)


def cohort(
    *services: Any, relativity: float = 1.0, shared: float = 0.0, floor: float | None = None, members: int = MEMBERS
) -> xr.Dataset:
    told = assumptions(
        services,
        shared_frailty={"variance": shared, "persistence": 0.6},
        **({} if floor is None else {"floor_usd": floor}),
    )
    return cohort_of(told, cells(members, frailty_relativity=[relativity]))


COHORTS = {
    "no frailty": cohort(PLAIN),
    "own gamma frailty": cohort(FRAIL),
    "own gamma frailty, relativity 0.3": cohort(FRAIL, relativity=0.3),
    "shared and own frailty, two categories": cohort(VISIT, STAY, shared=1.2),
}


def chance_of_totals(simulated: xr.Dataset, told: xr.Dataset, years: slice, engine: str = "members") -> float:
    """Chance of a Kolmogorov-Smirnov distance as large as that of the cell's totals over some years."""
    spent = simulate(simulated, draws=DRAWS, seed=31, engine=engine)["expenditure_usd"]
    totals = spent.isel(year=years).sum(("year", "category"))
    expected = aggregate(told, years, int(told["members"].sum()), top=12 * float(totals.mean()))
    assert float(totals.max()) < expected.values[-1]
    return float(stats.kstest(totals.values.ravel(), expected.cdf).pvalue)


@pytest.mark.parametrize("engine", ["members", "pooled"])
@pytest.mark.parametrize("years", [slice(0, 1), TWO_YEARS], ids=["a year", "two years"])
@pytest.mark.parametrize("name", COHORTS)
def test_total_cost_of_a_homogeneous_cell(name, years, engine):
    assert chance_of_totals(COHORTS[name], COHORTS[name], years, engine) > ERROR_RATE


@pytest.mark.parametrize("members", [120, 900])
def test_total_cost_of_a_large_cell_in_one_sum(members):
    """Hundreds of claims of a category and year are one look-up between tabulated numbers of claims."""
    told = cohort(VISIT, STAY, shared=1.2, members=members)
    spent = simulate(told, draws=DRAWS, seed=31, engine="pooled")["expenditure_usd"].isel(year=TWO_YEARS)
    totals = spent.sum(("year", "category")).values.ravel()
    expected = aggregate(told, TWO_YEARS, members, top=3 * float(totals.mean()), points=1 << 18)
    assert stats.kstest(totals, expected.cdf).pvalue > ERROR_RATE
    assert stats.kstest(1.01 * totals, expected.cdf).pvalue < ERROR_RATE


@pytest.mark.parametrize(
    ("name", "variable", "factor"),
    [
        ("no frailty", "utilization_rate", 1.02),
        ("no frailty", "body_sigma", 1.3),
        ("own gamma frailty", "overdispersion", 1.2),
        ("own gamma frailty", "own_persistence", 0.4),
        ("shared and own frailty, two categories", "overdispersion", 1.5),
    ],
)
def test_a_planted_error_shows_in_the_totals(name, variable, factor):
    told = COHORTS[name]
    changed = told.assign({variable: told[variable] * factor})
    assert chance_of_totals(changed, told, TWO_YEARS) < ERROR_RATE


def test_the_transform_has_the_moments_of_closed_form():
    """A check of the check: mean and variance of one member's two years."""
    told = only_one(COHORTS["shared and own frailty, two categories"])
    of_one = aggregate(told, TWO_YEARS, 1, top=1e6, points=1 << 17)
    rate, usd = (told[n].isel(cell=0, year=TWO_YEARS).values for n in ("utilization_rate", "mean_cost_usd"))
    spent, sigma = rate * usd, told["body_sigma"].values
    v, shared, rho = told["shared_weight"].values, 1.2, 0.6
    own = told["overdispersion"].values - v**2 * shared
    of_claims = (rate * usd**2 * np.exp(sigma**2)).sum()
    of_shared = shared * ((spent @ v) @ np.array([[1, rho], [rho, 1]]) @ (spent @ v))
    of_own = sum(own[j] * ((spent[:, j] ** 2).sum() + 2 * [0.6, 0.0][j] * spent[:, j].prod()) for j in range(2))
    mean = of_one.probability @ of_one.values
    assert of_one.probability.sum() == pytest.approx(1, abs=1e-9)
    assert mean == pytest.approx(spent.sum(), rel=1e-4)
    assert of_one.probability @ (of_one.values - mean) ** 2 == pytest.approx(of_claims + of_shared + of_own, rel=1e-3)


# ----------------------------------------------------------------------------------------------------------- counts
def classes(counts: Any, distribution: Any) -> float:
    """Chance of a chi-squared statistic as large as that of counts against a distribution of scipy."""
    edges = np.unique(distribution.ppf(np.linspace(0.0005, 0.9995, 60)))
    observed = np.bincount(np.searchsorted(edges, counts), minlength=len(edges) + 1)
    return float(stats.chisquare(observed, len(counts) * np.diff(distribution.cdf(edges), prepend=0, append=1)).pvalue)


def one_year_counts(told: xr.Dataset) -> Any:
    return simulate(told, draws=DRAWS, seed=77)["utilization"].isel(year=0, stratum=0).values


@pytest.mark.parametrize("per_member", [0.02, 3.0, 31.99, 32.0, 70.3, 130.0])
def test_counts_without_frailty_are_poisson(per_member):
    """Below and above the largest mean that is drawn from a table at once."""
    told = cohort_of(assumptions([service(utilization_per_1000=1000 * per_member, mean_cost_usd=0)]), cells(1))
    counts = one_year_counts(told)[:, 0]
    assert classes(counts, stats.poisson(per_member)) > ERROR_RATE
    assert classes(counts, stats.poisson(per_member * 1.05 + 0.01)) < ERROR_RATE


@pytest.mark.parametrize("per_member", [0.3, 3.0, 40.0])
def test_counts_with_a_gamma_factor_are_negative_binomial_for_any_number_of_members(per_member):
    """A sum of gammas of one scale is gamma: members together are one member of a larger shape."""
    visit = service(utilization_per_1000=1000 * per_member, overdispersion=2.0, persistence=0.3)
    counts = one_year_counts(cohort_of(assumptions([visit]), cells(MEMBERS)))[:, 0]
    pooled = stats.nbinom(MEMBERS / 2.0, 1 / (1 + 2.0 * per_member))
    assert classes(counts, pooled) > ERROR_RATE
    assert classes(counts, stats.nbinom(MEMBERS / 2.4, 1 / (1 + 2.4 * per_member))) < ERROR_RATE


def test_counts_that_share_one_factor_are_negative_binomial_together():
    fully = {"overdispersion": 1.5, "shared_weight": 1.0}
    services = [service(**fully), service("stay", utilization_per_1000=500, **fully)]
    told = assumptions(services, shared_frailty={"variance": 1.5, "persistence": 0.7})
    counts = one_year_counts(cohort_of(told, cells(4)))
    assert classes(counts.sum(axis=1), stats.nbinom(4 / 1.5, 1 / (1 + 1.5 * 3.5))) > ERROR_RATE


# -------------------------------------------------------------------------------------------------- large claimants
FLOOR = 1_500.0
THRESHOLDS = (1_500.0, 3_000.0, 6_000.0, 12_000.0)


@pytest.fixture(scope="module")
def of_one_member() -> Aggregate:
    return aggregate(cohort(VISIT, STAY, shared=1.2), slice(0, 1), 1, top=400_000.0, points=1 << 17)


def excess_misfits(told: xr.Dataset, of_one: Aggregate) -> list[float]:
    """Distance of claimants' number and cost beyond each threshold from expectation, in standard errors."""
    listed = simulate(told, draws=DRAWS, seed=5)
    usd = listed["claimant_usd"].values[listed["claimant_year"].values == 0]
    member_years = DRAWS * MEMBERS
    z = []
    for threshold in THRESHOLDS:
        for power in (0, 1):
            beyond = float(((usd - threshold)[usd > threshold] ** power).sum()) / member_years
            above = of_one.values > threshold + of_one.step / 2 * (power == 0)
            weight = np.where(above, np.maximum(of_one.values - threshold, 0.0) ** power, 0.0)
            mean = of_one.probability @ weight
            error = np.sqrt((of_one.probability @ weight**2 - mean**2) / member_years)
            z.append(float((beyond - mean) / error))
    return z


def test_claimants_beyond_a_threshold_cost_what_the_transform_of_a_member_expects(of_one_member):
    z = excess_misfits(cohort(VISIT, STAY, shared=1.2, floor=FLOOR), of_one_member)
    assert len(z) == 8
    assert np.abs(z).max() < special.ndtri(1 - ERROR_RATE / 2 / len(z)), z


def test_a_planted_error_shows_in_the_excess(of_one_member):
    told = cohort(VISIT, STAY, shared=1.2, floor=FLOOR)
    assert np.abs(excess_misfits(told.assign(body_sigma=told["body_sigma"] * 1.1), of_one_member)).max() > BOUND
    assert np.abs(excess_misfits(told.assign(shared_weight=told["shared_weight"] * 0.4), of_one_member)).max() > BOUND
