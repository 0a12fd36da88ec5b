"""Facts that the model's moments give in closed form, so that a solver needs no simulation for them.

With weights v, shared factor S (variance s2, autocorrelation r) and own factors Z, the frailties of two categories have
covariance ``v_i v_j s2`` (times r a year apart), plus the own part on the diagonal (times the category's persistence).
Counts are Poisson given the frailty; chances of no event are Laplace transforms of gamma variables.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from vbcsim.assumptions.spec import Service
from vbcsim.calibrate.facts import Fact
from vbcsim.calibrate.population import Population

__all__ = ["CLOSED", "Moments", "closed_form"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Moments:
    """The arrays from which closed forms are made: cells C, categories J."""

    categories: tuple[str, ...]
    share: Floats
    rate: Floats
    cost: Floats
    scale: Floats
    """Square root of the cells' frailty relativity: a cell's frailty is 1 - scale + scale x frailty."""
    weight: Floats
    own: Floats
    """Variance of the own factor Z."""
    lasting: Floats
    variance: float
    persistence: float
    spread: Floats
    """Squared coefficient of variation of the cost of one service."""
    log_sd: Floats
    """Standard deviation of the logarithm of the cost of one service."""

    @classmethod
    def of(cls, population: Population) -> Moments:
        """Moments of a population."""
        services = population.services
        over = np.array([s.overdispersion for s in services])
        weight = np.array([s.shared_weight for s in services])
        rest = over - weight**2 * population.frailty.variance
        own = np.zeros_like(rest)
        np.divide(rest, (1.0 - weight) ** 2, out=own, where=weight < 1.0)
        severity = np.array([_severity(s) for s in services])
        return cls(
            categories=population.categories,
            share=population.shares,
            rate=population.rates,
            cost=population.costs,
            scale=np.sqrt(np.array([c.frailty_relativity for c in population.cells])),
            weight=weight,
            own=np.maximum(own, 0.0),
            lasting=np.array([s.persistence for s in services]),
            variance=population.frailty.variance,
            persistence=population.frailty.persistence,
            spread=severity[:, 0],
            log_sd=severity[:, 1],
        )

    def covariance(self, later: bool = False) -> Floats:
        """Covariance of the frailties of categories, in one year or (``later``) between one and the next; (J, J)."""
        shared = np.outer(self.weight, self.weight) * self.variance * (self.persistence if later else 1.0)
        own = (1.0 - self.weight) ** 2 * self.own * (self.lasting if later else 1.0)
        return np.asarray(shared + np.diag(own))

    def count_variance(self, g: list[int], later: bool = False) -> tuple[float, float]:
        """Mean count of a group of categories, and its variance (or covariance with next year's count)."""
        return self._sums(self.rate[:, g], g, later, self.rate[:, g])

    def cost_variance(self, g: list[int], later: bool = False) -> tuple[float, float]:
        """Mean yearly cost of a group of categories, and its variance (or covariance with next year's cost)."""
        usd = self.rate[:, g] * self.cost[:, g]
        return self._sums(usd, g, later, usd * self.cost[:, g] * (1.0 + self.spread[g]))

    def _sums(self, level: Floats, g: list[int], later: bool, noise: Floats) -> tuple[float, float]:
        mean = level.sum(axis=1)
        within = np.einsum("ci,cj,ij->c", level, level, self.covariance(later)[np.ix_(g, g)]) * self.scale**2
        if not later:
            within = within + noise.sum(axis=1)
        overall = float(self.share @ mean)
        return overall, float(self.share @ within + self.share @ mean**2 - overall**2)

    def no_event(self, g: list[int]) -> Floats:
        """Chance of no event of the group in a year, by cell."""
        return np.exp(self._log_no_event(g))

    def _log_no_event(self, g: list[int]) -> Floats:
        rate, scale = self.rate[:, g], self.scale[:, None]
        log = -((1.0 - scale) * rate).sum(axis=1)
        log -= _log_gamma_laplace((scale * rate * self.weight[g]).sum(axis=1), self.variance)
        return np.asarray(log - _log_gamma_laplace(scale * rate * (1.0 - self.weight[g]), self.own[g]).sum(axis=1))

    def next_after_none(self, g: list[int]) -> Floats:
        """Expected count of next year, times the chance of no event this year, by cell."""
        rate, scale = self.rate[:, g], self.scale[:, None]
        together = (scale * rate * self.weight[g]).sum(axis=1)[:, None]
        alone = scale * rate * (1.0 - self.weight[g])
        shared = self.persistence / (1.0 + self.variance * together) + 1.0 - self.persistence
        own = self.lasting[g] / (1.0 + self.own[g] * alone) + 1.0 - self.lasting[g]
        frailty = self.weight[g] * shared + (1.0 - self.weight[g]) * own
        return np.asarray((rate * (1.0 - scale + scale * frailty)).sum(axis=1) * self.no_event(g))


def closed_form(moments: Moments, fact: Fact) -> float:
    """The figure of a fact, of a kind in ``CLOSED``."""
    return float(_FORMS[fact.kind](moments, fact))


def _log_gamma_laplace(t: Floats, variance: Floats | float) -> Floats:
    """-log E exp(-t X) for X gamma of mean 1 and this variance."""
    safe = np.where(np.asarray(variance) > 1e-12, variance, 1.0)
    return np.asarray(np.where(np.asarray(variance) > 1e-12, np.log1p(safe * t) / safe, t))


def _severity(s: Service) -> tuple[float, float]:
    """Squared coefficient of variation and standard deviation of the logarithm of the cost of one service."""
    bounded = s.maximum_usd is not None and s.mean_cost_usd > 0
    multiple = s.maximum_usd / s.mean_cost_usd if bounded else np.inf
    return _spread(float(s.body_sigma), float(s.tail_probability), float(s.tail_index), float(multiple))


@lru_cache(maxsize=65536)
def _spread(sigma: float, tail_probability: float, tail_index: float, maximum: float) -> tuple[float, float]:
    """As ``_severity``, from the table that an engine draws from; not kept: a solver asks for thousands."""
    from vbcsim.random.tables import CELL_BITS, cost_table, table_moments

    table = cost_table.__wrapped__(sigma, tail_probability, tail_index, maximum)
    first, variance = table_moments(table)
    cells = 1 << CELL_BITS
    width = np.repeat(2.0 ** -(np.arange(len(table) // cells) + 1.0), cells) / cells
    log = np.log(np.maximum(table[:, 0], 1e-300))
    centre = float(width @ log)
    return variance / first**2, float(width @ (log - centre) ** 2) ** 0.5


def _group(moments: Moments, fact: Fact) -> list[int]:
    if not fact.categories:
        return list(range(len(moments.categories)))
    return [moments.categories.index(c) for c in fact.categories[0]]


def _mean_cost_pmpm(m: Moments, fact: Fact) -> float:
    return m.cost_variance(_group(m, fact))[0] / 12.0


def _mean_cost_per_service(m: Moments, fact: Fact) -> float:
    g = _group(m, fact)
    return m.cost_variance(g)[0] / m.count_variance(g)[0]


def _utilization(m: Moments, fact: Fact) -> float:
    return 1000.0 * m.count_variance(_group(m, fact))[0]


def _cost_share(m: Moments, fact: Fact) -> float:
    return m.cost_variance(_group(m, fact))[0] / m.cost_variance(list(range(len(m.categories))))[0]


def _cost_cv(m: Moments, fact: Fact) -> float:
    mean, variance = m.cost_variance(_group(m, fact))
    return float(np.sqrt(variance)) / mean


def _zero_share(m: Moments, fact: Fact) -> float:
    return float(m.share @ m.no_event(_group(m, fact)))


def _group_sd(m: Moments, fact: Fact) -> float:
    assert fact.at is not None
    return _cost_cv(m, fact) / float(np.sqrt(fact.at))


def _cost_correlation(m: Moments, fact: Fact) -> float:
    g = _group(m, fact)
    return m.cost_variance(g, later=True)[1] / m.cost_variance(g)[1]


def _count_correlation(m: Moments, fact: Fact) -> float:
    g = _group(m, fact)
    return m.count_variance(g, later=True)[1] / m.count_variance(g)[1]


def _next_rate_over_all(m: Moments, fact: Fact) -> float:
    """For persons with at least one event (``at`` 1)."""
    g = _group(m, fact)
    mean = m.rate[:, g].sum(axis=1)
    some = float(m.share @ (1.0 - m.no_event(g)))
    return float(m.share @ _either(m, g, mean)) / some / float(m.share @ mean)


def _either(m: Moments, g: list[int], mean: Floats) -> Floats:
    return mean - m.next_after_none(g)


def _overdispersion(m: Moments, fact: Fact) -> float:
    g = _group(m, fact)
    rate = m.rate[:, g]
    over = np.einsum("ci,cj,ij->c", rate, rate, m.covariance()[np.ix_(g, g)]) * m.scale**2
    return float(m.share @ over) / float(m.share @ rate.sum(axis=1) ** 2)


def _severity_log_sd(m: Moments, fact: Fact) -> float:
    return float(np.mean(m.log_sd[_group(m, fact)]))


_FORMS: Final[dict[str, Callable[[Moments, Fact], float]]] = {
    "mean_cost_pmpm": _mean_cost_pmpm,
    "mean_cost_per_service": _mean_cost_per_service,
    "utilization_per_1000": _utilization,
    "cost_share": _cost_share,
    "cost_cv": _cost_cv,
    "zero_share": _zero_share,
    "group_sd": _group_sd,
    "cost_correlation": _cost_correlation,
    "count_correlation": _count_correlation,
    "next_rate_over_all": _next_rate_over_all,
    "overdispersion": _overdispersion,
    "severity_log_sd": _severity_log_sd,
}
CLOSED: Final = frozenset(_FORMS)
"""Kinds with a closed form (``next_rate_over_all`` for one event; ``severity_log_sd`` for a single category)."""
