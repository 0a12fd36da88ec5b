"""Cost of one service: lognormal body, Pareto tail, as the model draws it; the splice is chosen by likelihood.

For each share of services that the tail could have, the splice is that quantile of the costs, the tail's index is
Hill's estimate (1975), and the body's spread the maximum of the likelihood of a lognormal that has the same quantile at
the splice. The share with the largest likelihood less a charge for its two further parameters (Schwarz 1978) is taken,
or none. Where only yearly totals are known, persons with one service of the category in the year show single costs; if
they have less than half of all services, the body's spread is set so that totals vary, given the number of services, as
they do: Var(total | n) = n x mean^2 x cv^2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from vbcsim.calibrate.claims.person_years import PersonYears
from vbcsim.calibrate.fit.levels import Levels

__all__ = ["FEWEST", "WIDTHS", "Severity", "Threshold", "of_singles", "severity_of", "single_costs", "with_spread"]

Floats = NDArray[np.float64]

FEWEST: Final = 30
"""Fewer costs than these tell nothing."""
_TAILS: Final = (0.005, 0.01, 0.02, 0.05, 0.1)
"""Shares of services that the tail may have."""
_FEWEST_IN_TAIL: Final = 25
_LEAST_INDEX: Final = 1.2
_LARGEST_SIGMA: Final = 3.0
WIDTHS: Final = {"body_sigma": 0.25, "tail_probability": 0.7, "tail_index": 0.4}
"""How far a shipped figure may be off, on the logarithm: those of ``calibrate facts``; judgement."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """One place where the tail could begin."""

    tail_probability: float
    over_mean: float
    """The splice as a multiple of the mean cost."""
    services: int
    """Costs beyond it."""
    tail_index: float
    error: float
    body_sigma: float
    log_likelihood: float


@dataclass(frozen=True)
class Severity:
    """Spread of the cost of one service as the data have it, with standard errors."""

    body_sigma: float
    tail_probability: float
    tail_index: float
    error: dict[str, float]
    costs: int
    """Single costs that it stands on."""
    largest: float
    """Largest cost seen, as a multiple of the mean."""
    thresholds: tuple[Threshold, ...]
    """What each place of the splice would give; the first is none."""
    how: str
    """``single costs``, ``persons with one service`` or ``totals given counts``."""


def severity_of(data: PersonYears, levels: Levels, j: int) -> Severity | None:
    """Spread of the cost of a service of category j; none where the data tell too little."""
    costs, how = single_costs(data, levels, j)
    found = of_singles(costs, how)
    if found is None or data.claims is not None:
        return found
    services = data.services[:, j].astype(np.float64)
    if len(costs) >= 0.5 * services.sum():
        return found
    used = services > 0
    mean = levels.expected_usd[used, j]
    # In units of the mean cost of the row's cell and year: (total - n)^2 is on average n x cv^2.
    apart = (data.usd[used, j] / (mean / services[used]) - services[used]) ** 2
    count = float(services.sum())
    squared = float(apart.sum()) / count
    family = levels.family[used]
    influence = np.bincount(family, apart - squared * services[used]) / count
    return with_spread(found, squared, float(np.sqrt((influence**2).sum())))


def single_costs(data: PersonYears, levels: Levels, j: int) -> tuple[Floats, str]:
    """Costs of single services of category j relative to the mean of their cell and year, and how they were seen."""
    if data.claims is not None:
        own = data.claims.category == j
        row = data.claims.row[own]
        mean = levels.expected_usd[row, j] / np.maximum(data.services[row, j], 1)
        return np.divide(data.claims.usd[own], mean, out=np.zeros(len(row)), where=mean > 0), "single costs"
    alone = (data.services[:, j] == 1) & (data.usd[:, j] > 0)
    return data.usd[alone, j] / levels.expected_usd[alone, j], "persons with one service"


def of_singles(costs: Floats, how: str = "single costs") -> Severity | None:
    """Spread from costs of single services relative to their mean; none where there are fewer than 30."""
    x = np.sort(costs[costs > 0])
    if len(x) < FEWEST or x[0] == x[-1]:
        return None
    tried = [_without_tail(x), *(t for p in _TAILS if (t := _with_tail(x, p)) is not None)]
    charge = np.log(len(x))
    best = max(tried, key=lambda t: t.log_likelihood - (charge if t.tail_probability > 0 else 0.0))
    n, p = len(x), best.tail_probability
    error = {
        "body_sigma": best.body_sigma / float(np.sqrt(2.0 * max(n - best.services, 1))),
        "tail_probability": float(np.sqrt(p * (1.0 - p) / n)),
        "tail_index": best.error,
    }
    index = best.tail_index if p > 0 else 3.0
    return Severity(best.body_sigma, p, index, error, n, float(x[-1] / x.mean()), tuple(tried), how)


def with_spread(found: Severity, squared_cv: float, error: float) -> Severity:
    """The same tail with a body so wide that the squared coefficient of variation is as given."""
    from scipy.optimize import brentq

    def excess(sigma: float) -> float:
        return spread(sigma, found.tail_probability, max(found.tail_index, 2.05)) - squared_cv

    low, high = 0.02, _LARGEST_SIGMA
    if excess(low) >= 0:
        sigma = low
    elif excess(high) <= 0:
        sigma = high
    else:
        sigma = float(brentq(excess, low, high, xtol=1e-4))
    slope = max((excess(sigma * 1.01) - excess(sigma * 0.99)) / (0.02 * sigma), 1e-9)
    errors = found.error | {"body_sigma": min(error / slope, 1.0)}
    return Severity(
        sigma,
        found.tail_probability,
        found.tail_index,
        errors,
        found.costs,
        found.largest,
        found.thresholds,
        "totals given counts",
    )


def spread(sigma: float, tail_probability: float, tail_index: float) -> float:
    """Squared coefficient of variation of the cost of one service without a maximum; the index is above 2."""
    from vbcsim.random.tables import SplicedCost

    cost = SplicedCost(sigma, tail_probability, tail_index)
    everything = np.array([0.0]), np.array([1.0])
    first, second = (float(cost.moment(k, *everything)[0]) for k in (1, 2))
    return second / first**2 - 1.0


def _without_tail(x: Floats) -> Threshold:
    log = np.log(x)
    sigma = float(log.std())
    likelihood = float(-len(x) * (np.log(sigma) + 0.5) - log.sum())
    return Threshold(0.0, np.inf, 0, np.inf, 0.0, min(sigma, _LARGEST_SIGMA), likelihood)


def _with_tail(x: Floats, p: float) -> Threshold | None:
    """The likelihood of a tail with this share; none where too few costs lie in it. Constants are left out alike."""
    from scipy.optimize import minimize_scalar
    from scipy.special import ndtri

    count = round(p * len(x))
    if count < _FEWEST_IN_TAIL:
        return None
    splice = float(x[-count - 1])
    body, tail = np.log(x[:-count] / splice), np.log(x[-count:] / splice)
    if tail.sum() <= 0:
        return None
    index = max((count - 1) / float(tail.sum()), _LEAST_INDEX)
    at = float(-ndtri(p))

    def misfit(log_sigma: float) -> float:
        sigma = np.exp(log_sigma)
        return float(len(body) * log_sigma + 0.5 * ((body / sigma + at) ** 2).sum())

    found = minimize_scalar(misfit, bounds=(np.log(0.02), np.log(_LARGEST_SIGMA)), method="bounded")
    sigma = float(np.exp(found.x))
    half = 0.5 * np.log(2.0 * np.pi)  # the lognormal's constant, which the other branch leaves out
    inside = -float(found.fun) - np.log(x[:-count]).sum()
    beyond = count * (np.log(p) + np.log(index) + half) - float(((index + 1.0) * tail).sum()) - count * np.log(splice)
    over = splice / float(x.mean())
    return Threshold(p, over, count, index, index / float(np.sqrt(count)), sigma, inside + float(beyond))
