"""The pooled engine has the distribution of the members engine: two samples on a grid of cohorts, and closed forms.

Every figure of a draw that a contract can read is compared by its mean (in standard errors of the difference) and by
its distribution (two-sample Kolmogorov-Smirnov). Were the two engines alike, one seed in a million would fail any of
the comparisons of a test; planted errors show what they can see. The two engines take different seeds.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xarray as xr
from scipy import special, stats

from tests.cohorts import SOURCE, assumptions, cells, cohort_of, service
from tests.statistics.experience_theory import stratum_moments
from vbcsim.experience.simulate import simulate

DRAWS = 20_000
ERROR_RATE = 1e-6
FLOOR = 4_000.0
THRESHOLDS = (4_000.0, 6_000.0, 12_000.0)


def services() -> list[Any]:
    """Many small claims, few large ones, own and shared frailty, a tail."""
    return [
        service(overdispersion=1.2, shared_weight=0.6, persistence=0.5, utilization_trend=0.05),
        service("stay", utilization_per_1000=400, mean_cost_usd=1500, overdispersion=1.0, shared_weight=1.0,
                body_sigma=0.9, tail_probability=0.01, tail_index=2.6, price_trend=0.04),
        service("scan", utilization_per_1000=1500, mean_cost_usd=300, overdispersion=0.9, persistence=1.0),
    ]  # fmt: skip


TOLD = assumptions(services(), shared_frailty={"variance": 1.0, "persistence": 0.6}, floor_usd=FLOOR)
YEARS = {"base": (2020, 2021), "performance": (2023,)}
TURNOVER = {"exit_rate_per_month": 0.02, "growth_per_year": 0.05, "last_year_use_relativity": 2.5, "source": SOURCE}
GRID = {
    "members one by one": (cells(1, 1), {}),
    "a few, of even and uneven frailty": (cells(12, 8, frailty_relativity=[1.0, 0.25]), {}),
    "many": (cells(150), {}),
    "who come and go": (cells(25, 10), {"turnover": TURNOVER}),
}


def figures(experience: xr.Dataset, centre: Any) -> dict[str, Any]:
    """Figures by draw, first axis draw: totals, products over years, excess, claimants, claimants year upon year.

    :param centre: about which products are taken, by stratum, year and category: one for both engines.
    """
    draws = experience.sizes["draw"]
    spent = experience["expenditure_usd"].transpose("draw", "stratum", "year", "category").values
    used = experience["utilization"].transpose("draw", "stratum", "year", "category").values
    year_by_stratum = (draws, experience.sizes["stratum"], experience.sizes["year"])
    where = tuple(experience[f"claimant_{name}"].values for name in ("draw", "stratum", "year"))
    found = {"expenditure": spent, "utilization": used, "total": spent.sum(axis=3)}
    for threshold in THRESHOLDS:
        beyond = np.maximum(experience["claimant_usd"].values - threshold, 0.0)
        for name, weight in (("excess", beyond), ("claimants", (beyond > 0).astype(float))):
            of_draw = np.zeros(year_by_stratum)
            np.add.at(of_draw, where, weight)
            found[f"{name} above {threshold:g}"] = of_draw
    claimants = found[f"claimants above {FLOOR:g}"]
    found["claimants in two years"] = claimants[:, :, 1:] * claimants[:, :, :-1]
    found["claimants in all years"] = claimants.prod(axis=2)
    off = found["total"] - centre.sum(axis=-1)
    found["covariance of years"] = off[:, :, [0, 0, 1]] * off[:, :, [1, 2, 2]]
    by_category = spent[:, :, 0] - centre[:, 0]
    found["covariance of categories"] = by_category[:, :, [0, 0, 1]] * by_category[:, :, [1, 2, 2]]
    found["members"] = np.broadcast_to(
        experience["person_years"].values, (draws, *experience["person_years"].shape[-2:])
    )
    return {name: values.reshape(draws, -1) for name, values in found.items()}


def misfits(one: xr.Dataset, other: xr.Dataset) -> dict[str, float]:
    """The worst of each figure's comparisons, as a share of the bound of the test: above 1 fails."""
    both = (e["expenditure_usd"].mean("draw").transpose("stratum", "year", "category").values for e in (one, other))
    centre = sum(both) / 2
    of_both = zip(figures(one, centre).items(), figures(other, centre).values(), strict=True)
    samples = {name: (a, b) for (name, a), b in of_both}
    comparisons = 2 * sum(a.shape[1] for a, _ in samples.values())
    bound = special.ndtri(1 - ERROR_RATE / 2 / comparisons)
    worst = {}
    for name, (a, b) in samples.items():
        error = np.sqrt(a.var(axis=0) / len(a) + b.var(axis=0) / len(b))
        apart = np.abs(a.mean(axis=0) - b.mean(axis=0))
        z = np.divide(apart, error, out=np.where(apart > 0, np.inf, 0.0), where=error > 0)
        chance = [float(stats.ks_2samp(a[:, i], b[:, i], method="asymp").pvalue) for i in range(a.shape[1])]
        of_shape = -special.ndtri(max(min(chance), 1e-300) / 2)
        worst[name] = max(float(z.max()), of_shape) / bound
    return worst


@pytest.mark.slow
@pytest.mark.parametrize("name", GRID)
def test_both_engines_agree_in_every_figure(name):
    rows, changed = GRID[name]
    cohort = cohort_of(TOLD, rows, **YEARS, **changed)
    members = simulate(cohort, draws=DRAWS, seed=11, engine="members")
    pooled = simulate(cohort, draws=DRAWS, seed=12, engine="pooled")
    found = misfits(members, pooled)
    assert len(found) == 14
    assert max(found.values()) < 1, found


@pytest.fixture(scope="module")
def plain() -> xr.Dataset:
    return cohort_of(TOLD, cells(150), **YEARS)


@pytest.fixture(scope="module")
def of_members(plain) -> xr.Dataset:
    return simulate(plain, draws=DRAWS, seed=11, engine="members")


PLANTED = {
    "rates 1 % too high": ({"utilization_rate": 1.01}, "utilization"),
    "prices 1 % too high": ({"mean_cost_usd": 1.01}, "total"),
    "a shared persistence of 0.3 for 0.6": ({"shared_persistence": 0.5}, "covariance of years"),
    "a wider body": ({"body_sigma": 1.08}, "excess above 4000"),
}


@pytest.mark.slow
@pytest.mark.parametrize("error", PLANTED)
def test_a_planted_error_is_seen(plain, of_members, error):
    factors, figure = PLANTED[error]
    changed = plain.assign({name: plain[name] * factor for name, factor in factors.items()})
    found = misfits(of_members, simulate(changed, draws=DRAWS, seed=12, engine="pooled"))
    assert found[figure] > 1, found


@pytest.mark.slow
def test_totals_have_the_mean_and_covariance_of_closed_form():
    """Three cells in two strata, five hundred members and more: counts and costs over years and categories."""
    made = [
        service(utilization_per_1000=3000, overdispersion=1.2, shared_weight=0.6, persistence=0.5, price_trend=0.04),
        service("stay", utilization_per_1000=700, mean_cost_usd=900, overdispersion=1.0, shared_weight=1.0),
        service("scan", utilization_per_1000=1500, mean_cost_usd=300, overdispersion=0.9, persistence=1.0),
    ]
    rows = cells(300, 150, 80, frailty_relativity=[1.0, 0.25, 1.0], utilization_relativity=[1.0, 2.0, 0.7])
    rows[1]["risk_tier"] = rows[0]["risk_tier"]
    told = assumptions(made, shared_frailty={"variance": 1.0, "persistence": 0.6}, floor_usd=15_000.0)
    cohort = cohort_of(told, rows, **YEARS, retention=0.95)
    draws = 30_000
    experience = simulate(cohort, draws=draws, seed=5, engine="pooled")
    z = []
    for s in range(cohort.sizes["stratum"]):
        for name, expected in zip(("utilization", "expenditure_usd"), stratum_moments(cohort, s), strict=True):
            off = experience[name].values[:, :, s].reshape(draws, -1) - expected.mean
            i, j = np.triu_indices(len(expected.mean))
            for sample in (off, off[:, i] * off[:, j] - expected.covariance[i, j]):
                z.append(np.abs(sample.mean(axis=0)) / (sample.std(axis=0) / np.sqrt(draws)))
    every = np.concatenate(z)
    assert len(every) == 2 * 2 * (9 + 45)
    assert every.max() < special.ndtri(1 - ERROR_RATE / 2 / len(every))


@pytest.mark.parametrize(("members", "per_member"), [(8, 0.3), (200, 3.0), (20_000, 0.5)])
def test_counts_of_a_row_are_negative_binomial(members, per_member):
    """A gamma factor of variance 2: together the members are one of a larger shape, whatever their number."""
    visit = service(utilization_per_1000=1000 * per_member, overdispersion=2.0, persistence=0.3, mean_cost_usd=1.0)
    cohort = cohort_of(assumptions([visit]), cells(members))
    counts = simulate(cohort, draws=40_000, seed=77, engine="pooled")["utilization"].values[:, 0, 0, 0]

    def chance(law: Any) -> float:
        edges = np.unique(law.ppf(np.linspace(0.0005, 0.9995, 60)))
        observed = np.bincount(np.searchsorted(edges, counts), minlength=len(edges) + 1)
        expected = len(counts) * np.diff(law.cdf(edges), prepend=0, append=1)
        return float(stats.chisquare(observed, expected).pvalue)

    assert chance(stats.nbinom(members / 2.0, 1 / (1 + 2.0 * per_member))) > ERROR_RATE
    assert chance(stats.nbinom(members / 2.4, 1 / (1 + 2.4 * per_member))) < ERROR_RATE


def test_what_is_missed_stays_within_its_bound():
    """The bound against what the members engine lists, and the pooled engine does not."""
    cohort = cohort_of(TOLD, cells(400), **YEARS)
    draws = 4_000
    members, pooled = (simulate(cohort, draws=draws, seed=n, engine=e) for n, e in ((3, "members"), (4, "pooled")))
    bound = pooled.attrs["neglected_claimants_per_draw"]
    every = members.sizes["claimant"] / draws
    assert 0 < bound < 0.02 * every
    counts = [np.bincount(e["claimant_draw"].values, minlength=draws) for e in (members, pooled)]
    error = np.sqrt(sum(c.var() for c in counts) / draws)
    assert every - pooled.sizes["claimant"] / draws < bound + 5 * error
    assert pooled.attrs["by_member_cells"] == 0
    assert pooled.attrs["neglected_excess_usd"] >= 0
