"""Closed forms of the members model: moments of cells, and the transform of a member's cost over two years.

Written from the model (docs/explanation/experience.md), not from the program: only rates and mean costs are read from
the cohort, and the cost of a service is the lognormal of scipy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy import stats

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Moments:
    """Mean and covariance of a stratum's figures, years and categories in one axis (year-major)."""

    mean: Floats
    covariance: Floats


def stratum_moments(cohort: xr.Dataset, stratum: int) -> tuple[Moments, Moments]:
    """Counts and costs [USD] of a stratum in a draw; market and group stand at their expectation."""
    cohort = only_one(cohort)
    counts, costs = [], []
    for cell in np.flatnonzero(cohort["cell_stratum"].values == stratum):
        n = int(cohort["members"][cell])
        rate = (cohort["utilization_rate"][cell] * cohort["expected_group_effect"]).values.ravel()
        usd = cohort["mean_cost_usd"][cell].values.ravel()
        of_frailty = frailty_covariance(cohort, int(cell))
        of_counts = np.diag(rate) + np.outer(rate, rate) * of_frailty
        # E[X^2] of a lognormal of mean m is m^2 exp(sigma^2); what frailty adds sees only the means.
        second = usd**2 * np.exp(np.tile(cohort["body_sigma"].values, cohort.sizes["year"]) ** 2)
        of_costs = np.diag(rate * second) + np.outer(rate * usd, rate * usd) * of_frailty
        counts.append(Moments(n * rate, n * of_counts))
        costs.append(Moments(n * rate * usd, n * of_costs))
    return _sum(counts), _sum(costs)


def _sum(parts: list[Moments]) -> Moments:
    """Moments of a sum of independent parts."""
    return Moments(
        np.sum([p.mean for p in parts], axis=0),
        np.sum([p.covariance for p in parts], axis=0),
    )


def only_one(cohort: xr.Dataset) -> xr.Dataset:
    """The cohort without dims of which it has one: world, profile, provider group."""
    return cohort.squeeze([dim for dim in ("world", "profile", "group") if dim in cohort.dims])


def frailty_covariance(cohort: xr.Dataset, cell: int) -> Floats:
    """Covariance of a member's frailty between any two (year, category).

    relativity x (v v' V rho^h + [same category] (overdispersion - v^2 V) x (1 in the same year, else what lasts)).
    """
    cohort = only_one(cohort)
    years = cohort["year"].values
    gap = np.abs(np.subtract.outer(years, years))
    v, shared = cohort["shared_weight"].values, float(cohort["shared_variance"])
    own = cohort["overdispersion"].values - v**2 * shared
    between = shared * float(cohort["shared_persistence"]) ** gap
    lasting = np.where(gap[..., None] == 0, 1.0, cohort["own_persistence"].values)
    n = len(years) * len(v)
    by_shared = np.einsum("tu,j,l->tjul", between, v, v).reshape(n, n)
    by_own = np.einsum("tuj,j,jl->tjul", lasting, own, np.eye(len(v))).reshape(n, n)
    return float(cohort["frailty_relativity"][cell]) * (by_shared + by_own)


@dataclass(frozen=True)
class Aggregate:
    """Distribution of a total cost on a grid of equal steps [USD]."""

    step: float
    probability: Floats

    @property
    def values(self) -> Floats:
        """The grid."""
        return self.step * np.arange(len(self.probability))

    def cdf(self, usd: Any) -> Floats:
        """Distribution function; a step of the grid stands for the interval around it."""
        edges = np.concatenate([[0.0], self.values[1:] + self.step / 2])
        return np.interp(usd, edges, np.cumsum(self.probability))

    def excess(self, threshold: float, power: int = 1) -> float:
        """E[max(total - threshold, 0) ** power]."""
        return float(self.probability @ np.maximum(self.values - threshold, 0.0) ** power)


def aggregate(cohort: xr.Dataset, years: slice, members: int, top: float, points: int = 1 << 15) -> Aggregate:
    """Total cost of members of the first cell over one year or two that follow one another, below ``top`` USD.

    The transform of a Poisson count of costs given the frailty is exp(frailty x claims); the shared factor of two
    years is gamma masses that live in the first, in both and in the second, with weights 1 - rho, rho, 1 - rho.
    """
    ds = only_one(cohort).isel(year=years, cell=0)
    step = top / points
    claims = np.array(
        [
            [float(ds["utilization_rate"][t, j]) * (_cost_transform(ds, t, j, step, points) - 1) for j in _range(ds)]
            for t in range(ds.sizes["year"])
        ]
    )
    k = np.sqrt(float(ds["frailty_relativity"]))
    v, shared = ds["shared_weight"].values, float(ds["shared_variance"])
    rho = float(ds["shared_persistence"])
    by_shared = k * np.einsum("j,tjx->tx", v, claims)
    log = (1 - k) * claims.sum(axis=(0, 1))
    if len(claims) == 1:
        log = log + _log_gamma(by_shared[0], shared, 1.0)
    else:
        log = log + _log_gamma(by_shared[0] + by_shared[1], shared, rho)
        log = log + _log_gamma(by_shared[0], shared, 1 - rho) + _log_gamma(by_shared[1], shared, 1 - rho)
    for j in _range(ds):
        own = 0.0 if v[j] == 1 else (float(ds["overdispersion"][j]) - v[j] ** 2 * shared) / (1 - v[j]) ** 2
        lasting = float(ds["own_persistence"][j])
        of_own = k * (1 - v[j]) * claims[:, j]
        log = log + _log_gamma(of_own.sum(axis=0), own, lasting)
        log = log + sum(_log_gamma(year, own, 1 - lasting) for year in of_own)
    return Aggregate(step, np.maximum(np.fft.irfft(np.exp(members * log), points), 0.0))


def _range(ds: xr.Dataset) -> range:
    return range(ds.sizes["category"])


def _log_gamma(x: Any, variance: float, weight: float) -> Any:
    """log E exp(x G), G the part ``weight`` of a gamma factor of mean 1 and the given variance."""
    return weight * x if variance == 0 else -weight / variance * np.log1p(-variance * x)


def _cost_transform(ds: xr.Dataset, t: int, j: int, step: float, points: int) -> Any:
    """Transform of the cost of one service, its distribution rounded to the grid."""
    sigma, mean = float(ds["body_sigma"][j]), float(ds["mean_cost_usd"][t, j])
    edges = step * (np.arange(points + 1) - 0.5)
    cdf = stats.lognorm(sigma, scale=mean * np.exp(-(sigma**2) / 2)).cdf(edges)
    return np.fft.rfft(np.diff(cdf))
