"""How a member's risk score follows the frailty factor that the member's cost follows.

The score of a member of cell c is ``r_c (1 + k_c b (S - 1) + e)``: r_c the cell's score, S the member's shared frailty
factor (mean 1, variance V) of the year that the score tells of, k_c the square root of the cell's frailty relativity,
e noise of the member with variance q. A member's yearly cost C has, given S, the mean ``m_c (1 + k_c w_c (S - 1))``,
with m_c the mean cost of the cell and w_c the mean of the categories' shared weights by cost. A prospective score tells
of the year before, whose factor has correlation p with that of the year; a concurrent one of the year itself, p = 1.
Over the members of a line of business, with E and Cov over cells by members:

- variance of the score: ``sd^2 = Cov(r, r) + E[r^2 k^2] b^2 V + E[r^2] q``
- covariance of score and cost: ``a + b f`` with ``a = Cov(r, m)`` and ``f = E[r m w k^2] V p``
- share of the cost's variance that the score explains: ``R^2 = (a + b f)^2 / (sd^2 Var C)``

A stated sd and R^2 give b, then q. With ``q = 0`` the score is as good as the shared factor allows: that is the most
possible R^2. The variance of cost is that of a year at the levels of the last base year:
``Var C = Var m + E[sum_j rate_j E X_j^2 + k^2 (sum_j m_j^2 (omega_j - v_j^2 V) + (sum_j m_j v_j)^2 V)]``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vbcsim.core.errors import BadInput, Problem

__all__ = ["Members", "ScoreCourse", "relative_square", "score_course"]

Floats = NDArray[np.float64]
_PLACE = "assumptions.risk_score"


@dataclass(frozen=True)
class Members:
    """The members of one line of business, by cell (and category)."""

    number: Floats
    """(C,)"""
    score: Floats
    """(C,) mean score of the cell."""
    rate: Floats
    """(C, J) services of a year."""
    cost: Floats
    """(C, J) mean cost of a service."""
    relative_square: Floats
    """(J,) second moment of the cost of a service over its squared mean."""
    overdispersion: Floats
    """(J,)"""
    shared_weight: Floats
    """(J,)"""
    frailty: Floats
    """(C,) relativity of the frailty's variance."""
    shared_variance: float
    persistence: float
    """Autocorrelation of the shared factor over the years between cost and score (1: the same year)."""


@dataclass(frozen=True)
class ScoreCourse:
    """Members' scores: expected x (1 + slope x (shared factor - 1) + sd x standard normal)."""

    slope: Floats
    """(C,)"""
    member_sd: float


def score_course(members: Members, sd: float, r_squared: float, line: str) -> ScoreCourse:
    """The slope and the noise that give the stated standard deviation and R^2.

    :param line: the line of business, for messages.
    :raises BadInput: where no slope and noise give them; says what is possible.
    """
    k2, v = members.frailty, members.shared_variance
    weight = members.number / members.number.sum()
    usd = members.rate * members.cost
    mean = usd.sum(axis=1)
    shared_usd = usd @ members.shared_weight
    r, r2 = members.score, members.score**2
    covariance = float(weight @ (r * mean) - (weight @ r) * (weight @ mean))
    between = float(weight @ r2 - (weight @ r) ** 2)
    per_slope = float(weight @ (r * shared_usd * k2)) * v * members.persistence
    own = members.overdispersion - members.shared_weight**2 * v
    chance = usd * members.cost @ members.relative_square
    variance = float(weight @ (chance + k2 * (usd**2 @ own + shared_usd**2 * v)))
    variance += float(weight @ mean**2 - (weight @ mean) ** 2)
    if sd**2 < between:
        message = f"{sd:g} is less than the scores of the cells vary ({np.sqrt(between):.4g}) in {line}; raise sd"
        raise BadInput(f"{_PLACE}.sd", message)
    spread = float(weight @ (r2 * k2)) * v
    steepest = np.sqrt((sd**2 - between) / spread) if spread > 0 else 0.0
    scale = sd**2 * variance
    least, most = (_share(covariance + b * per_slope, scale) for b in (0.0, steepest))
    if not least - 1e-12 <= r_squared <= most + 1e-12:
        raise BadInput(Problem(f"{_PLACE}.r_squared", _impossible(r_squared, least, most, line)))
    slope = (np.sqrt(r_squared * scale) - covariance) / per_slope if per_slope > 0 else 0.0
    slope = float(np.clip(slope, 0.0, steepest))
    noise = (sd**2 - between - slope**2 * spread) / float(weight @ r2)
    return ScoreCourse(slope * np.sqrt(k2), float(np.sqrt(max(noise, 0.0))))


def _share(covariance: float, scale: float) -> float:
    return max(covariance, 0.0) ** 2 / scale if scale > 0 else 0.0


def _impossible(given: float, least: float, most: float, line: str) -> str:
    if given > most:
        return (
            f"{given:g} is not possible: with this frailty a score explains at most {most:.4g} of the variance of "
            f"yearly cost in {line}; lower it, or raise the shared frailty (variance, shared_weight, persistence)"
        )
    return (
        f"{given:g} is not possible: the scores of the cells alone explain {least:.4g} of the variance of yearly cost "
        f"in {line}; raise it, or bring the cells' scores closer together"
    )


def relative_square(sigma: float, tail_probability: float, tail_index: float, maximum: float) -> float:
    """Second moment of the cost of a service over its squared mean, from its table."""
    from vbcsim.random.tables import cost_table, table_moments

    mean, variance = table_moments(cost_table(sigma, tail_probability, tail_index, maximum))
    return (variance + mean**2) / mean**2
