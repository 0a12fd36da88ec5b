"""What all members of a draw share: market growth, the provider group's own effect, quality, risk scores.

Each layer has its own stream, addressed by draw and year, so any of them can be frozen without moving the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vbcsim.random.streams import Stream
from vbcsim.random.twin import normals

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["Systemic", "autoregressive", "draw_systemic", "random_walk"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Systemic:
    """Layers by draw and year (risk score also by stratum), and the multipliers that members feel."""

    national_index: Floats
    regional_index: Floats
    group_effect: Floats
    quality_score: Floats
    risk_score: Floats
    comparator_error: Floats
    rate_multiplier: Floats
    cost_multiplier: Floats


def draw_systemic(cohort: xr.Dataset, seed: int, draws: int) -> Systemic:
    """Draw every systemic layer for draws 0..draws-1."""
    years = cohort["year"].values
    reference = int(np.flatnonzero(cohort["period"].values == "base")[-1])
    draw = np.arange(draws)[:, None]
    period = np.arange(len(years))[None, :]

    def shocks(stream: Stream) -> Floats:
        return normals(seed, stream, draw=draw, period=period)

    expected = cohort["expected_market_index"].values
    national = random_walk(shocks(Stream.NATIONAL_TREND), years, float(cohort["national_shock_sd"]), reference)
    regional = random_walk(shocks(Stream.REGIONAL_TREND), years, float(cohort["regional_shock_sd"]), reference)
    sd = float(cohort["group_effect_sd"])
    course = autoregressive(shocks(Stream.PROVIDER_GROUP), years, float(cohort["group_effect_persistence"]))
    group = cohort["expected_group_effect"].values * np.exp(sd * course - sd**2 / 2)
    return Systemic(
        national_index=expected * national,
        regional_index=expected * national * regional,
        group_effect=group,
        quality_score=_quality(cohort, shocks(Stream.QUALITY), years),
        risk_score=_risk_score(cohort, seed, draws),
        comparator_error=shocks(Stream.COMPARATOR),
        rate_multiplier=np.ascontiguousarray(group),
        cost_multiplier=np.ascontiguousarray(national * regional),
    )


def random_walk(shocks: Floats, years: NDArray[np.int64], sd: float, reference: int) -> Floats:
    """Growth against its expectation, exp of a random walk that is 0 in the reference year; mean 1 in every year."""
    steps = np.zeros_like(shocks)
    steps[:, 1:] = sd * np.sqrt(np.diff(years)) * shocks[:, 1:]
    walk = np.cumsum(steps, axis=1)
    walk -= walk[:, [reference]]
    return np.exp(walk - 0.5 * sd**2 * np.abs(years - years[reference]))


def autoregressive(shocks: Floats, years: NDArray[np.int64], persistence: float) -> Floats:
    """A stationary standard normal course with autocorrelation ``persistence`` to the power of the years between."""
    course = np.empty_like(shocks)
    course[:, 0] = shocks[:, 0]
    for t in range(1, shocks.shape[1]):
        carry = persistence ** int(years[t] - years[t - 1])
        course[:, t] = carry * course[:, t - 1] + np.sqrt(1.0 - carry**2) * shocks[:, t]
    return course


def _quality(cohort: xr.Dataset, shocks: Floats, years: NDArray[np.int64]) -> Floats:
    """Beta-distributed scores with the assumed mean and standard deviation."""
    from scipy.special import betaincinv, ndtr

    mean, sd = float(cohort["quality_mean"]), float(cohort["quality_sd"])
    if sd == 0.0 or mean in (0.0, 1.0):
        return np.full(shocks.shape, mean)
    size = mean * (1.0 - mean) / sd**2 - 1.0
    course = autoregressive(shocks, years, float(cohort["quality_persistence"]))
    return np.asarray(betaincinv(mean * size, (1.0 - mean) * size, ndtr(course)))


def _risk_score(cohort: xr.Dataset, seed: int, draws: int) -> Floats:
    """Mean score by draw, year and stratum: the cells' expected scores weighted by members, with noise."""
    n_strata = cohort.sizes["stratum"]
    members = cohort["members"].values.astype(np.float64)
    stratum = cohort["cell_stratum"].values
    expected = np.zeros((cohort.sizes["year"], n_strata))
    for s in range(n_strata):
        own = stratum == s
        expected[:, s] = members[own] @ cohort["expected_risk_score"].values[own] / members[own].sum()
    sd = float(cohort["risk_score_noise_sd"])
    z = normals(
        seed,
        Stream.RISK_SCORE,
        draw=np.arange(draws)[:, None, None],
        period=np.arange(len(expected))[None, :, None],
        event=np.arange(n_strata)[None, None, :],
    )
    return expected[None] * np.exp(sd * z - sd**2 / 2)
