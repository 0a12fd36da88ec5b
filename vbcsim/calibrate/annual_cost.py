"""Exact distribution of one member's yearly cost under the model of a scenario, by generating functions.

Given the frailty factors, a member's services are Poisson and their costs independent, so the characteristic function
of the yearly cost is a product of gamma generating functions of the shared and of the own factors; a fast Fourier
transform inverts it on a grid. No simulation: the figures carry no Monte Carlo error.

References: Klugman, Panjer & Willmot, *Loss Models*, on aggregate claims by transform; Barndorff-Nielsen, Lunde,
Shephard & Veraart (2014) on the frailty. Prices and utilization are those of one year: trends, market shocks and the
effect of the provider group are left out, since they move all members together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vbcsim.assumptions.spec import Service, SharedFrailty
from vbcsim.random.tables import CELL_BITS, OCTAVES, cost_table

__all__ = ["AnnualCost", "annual_cost"]

_POINTS = 1 << 15
_POINTS_PER_MEAN = 64
"""The grid reaches 512 times the mean: far beyond any probability that matters to a 99th percentile."""


@dataclass(frozen=True, eq=False)
class AnnualCost:
    """A member's yearly cost on a grid of equal steps."""

    step_usd: float
    probability: NDArray[np.float64]
    """Probability of each multiple of the step, from 0."""

    @property
    def mean_usd(self) -> float:
        """Expected cost [USD a year]."""
        return float(self.probability @ self._values())

    @property
    def cv(self) -> float:
        """Coefficient of variation."""
        mean = self.mean_usd
        second = float(self.probability @ self._values() ** 2)
        return float(np.sqrt(max(second / mean**2 - 1.0, 0.0)))

    def quantile_usd(self, probability: float) -> float:
        """Cost that is not exceeded with the given probability, interpolated within a step [USD]."""
        cumulative = np.cumsum(self.probability)
        at = int(np.searchsorted(cumulative, probability))
        before = cumulative[at - 1] if at else 0.0
        inside = (probability - before) / max(self.probability[at], 1e-300)
        return float(self.step_usd * (at - 0.5 + min(inside, 1.0))) if at else 0.0

    def limited_mean_usd(self, threshold_usd: float) -> float:
        """Expected cost with every member cut off at a threshold [USD a year]."""
        return float(self.probability @ np.minimum(self._values(), threshold_usd))

    def share_above(self, probability: float) -> float:
        """Share of all cost that members above a quantile have in excess of it."""
        return 1.0 - self.limited_mean_usd(self.quantile_usd(probability)) / self.mean_usd

    def share_of_top(self, part: float) -> float:
        """Share of all cost that the most expensive ``part`` of members has (0.01: the top 1 %)."""
        quantile = self.quantile_usd(1.0 - part)
        return self.share_above(1.0 - part) + part * quantile / self.mean_usd

    def _values(self) -> NDArray[np.float64]:
        return np.asarray(self.step_usd * np.arange(len(self.probability)), dtype=np.float64)


def annual_cost(
    services: Sequence[Service], shared: SharedFrailty, utilization: float = 1.0, frailty: float = 1.0
) -> AnnualCost:
    """The yearly cost of a member of a cell.

    ``utilization`` is the cell's relativity of use, ``frailty`` its relativity of the variance of the frailty; a
    relativity of price only scales the result.
    """
    mean_usd = utilization * sum(s.utilization_per_1000 / 1000 * s.mean_cost_usd for s in services)
    step = mean_usd / _POINTS_PER_MEAN
    spread = np.sqrt(frailty)
    steady = np.zeros(_POINTS // 2 + 1, dtype=complex)
    by_shared = np.zeros_like(steady)
    own = np.zeros_like(steady)
    for s in services:
        claims = utilization * s.utilization_per_1000 / 1000 * (_characteristic(s, step) - 1.0)
        # frailty = 1 + spread x (v S + (1 - v) Z - 1): its variance is the relativity times the overdispersion.
        steady += (1.0 - spread) * claims
        by_shared += spread * s.shared_weight * claims
        if s.shared_weight < 1.0:
            left = s.overdispersion - s.shared_weight**2 * shared.variance
            own += _log_gamma_transform(
                spread * (1.0 - s.shared_weight) * claims, max(left, 0.0) / (1.0 - s.shared_weight) ** 2
            )
    transform = np.exp(steady + _log_gamma_transform(by_shared, shared.variance) + own)
    probability = np.maximum(np.fft.irfft(transform, _POINTS), 0.0)
    return AnnualCost(step, probability / probability.sum())


def _log_gamma_transform(x: NDArray[np.complex128], variance: float) -> NDArray[np.complex128]:
    """log E exp(x G) of a gamma variable G with mean 1, for a real part of x that is not positive."""
    return x if variance == 0.0 else np.asarray(-np.log(1.0 - variance * x) / variance)


def _characteristic(service: Service, step_usd: float) -> NDArray[np.complex128]:
    """Transform of the cost of one service on the grid: each cell of its table at two points, its mean preserved."""
    maximum = np.inf if service.maximum_usd is None else service.maximum_usd / service.mean_cost_usd
    table = cost_table(service.body_sigma, service.tail_probability, service.tail_index, maximum)
    width = np.repeat(2.0 ** (-np.arange(OCTAVES) - 1.0), 1 << CELL_BITS) / (1 << CELL_BITS)
    half = table[:, 1] / np.sqrt(12.0)  # two points with the variance of the straight line
    values = np.concatenate([table[:, 0] - half, table[:, 0] + half]) * service.mean_cost_usd / step_usd
    weights = np.concatenate([width, width]) / 2
    below = np.minimum(np.floor(values).astype(np.int64), _POINTS - 2)
    above = np.clip(values - below, 0.0, 1.0)
    grid = np.bincount(below, weights * (1.0 - above), _POINTS) + np.bincount(below + 1, weights * above, _POINTS)
    return np.fft.rfft(grid / grid.sum())
