"""Frailty from the moments of counts: overdispersion, shared part, persistence of the shared and of the own part.

Five kinds of parameters, on scales without bounds: log overdispersion; logit of the share of it that the shared factor
brings; logit of the persistence of the own part; logarithm of the shared factor's variance; logit of its persistence.
The first three by category. Second moments do not tell the shared factor's variance apart from the categories' weights;
the shares of person-years without a service, of each category and of any, depend on the shape of the factors and do.

The estimate minimizes squared distances of moments, each weighed by what it rests on, plus squared distances from a
start (the shipped table's figures, or a middle of categories) in widths. Its error comes from Godambe's information
(1960; the sandwich of Huber 1967 and Hansen 1982), with the moments' covariance over families, so that correlated
moments do not count twice, and from the start's width. The weight of the data, Z, is 1 less the share of the start's
variance that is left: Buehlmann's where a figure stands alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from vbcsim.assumptions.spec import Service, SharedFrailty
from vbcsim.calibrate.fact_moments import Moments
from vbcsim.calibrate.fit.products import Products

__all__ = ["Frailty", "NoService", "Start", "frailty_of", "start_frailty"]

Floats = NDArray[np.float64]

_WIDTHS: Final = {"overdispersion": 0.7, "share": 1.2, "persistence": 1.2, "variance": 0.7}
"""How far a shipped figure may be off on its scale: those of ``calibrate facts``; judgement."""
_WEAK: Final = 3.0
"""So many times wider is a start that no table gives."""
_MOST_SHARED: Final = 0.98
_LARGEST_WEIGHT: Final = 0.95
_NEAR: Final = (0.03, 0.01)
"""Shares without a service count as if their standard errors were at least these: of a category (the tolerance of such
a fact), and of any service. Without such a limit they, being the surest figures of all, would rule the variances."""
_WITHOUT_TABLE: Final = {"overdispersion": 4.0, "weight": 0.7, "persistence": 0.5, "variance": 2.5, "shared": 0.8}
"""Where a category starts that no table describes: a middle of categories in the shipped tables."""


@dataclass(frozen=True, eq=False)
class Start:
    """Where the parameters start, by category, and how wide; the last two are those of the shared factor."""

    place: Floats
    width: Floats
    shipped: tuple[bool, ...]
    """Whether a table gives the figures of each category, then of the shared factor."""


@dataclass(frozen=True, eq=False)
class NoService:
    """Shares of whole person-years without a service: of each category, and of any; shape (J + 1,)."""

    expected: Floats
    """Expected services of kinds of person-years, shape (C, J)."""
    part: Floats
    """Share of each kind, shape (C,)."""
    share: Floats
    influence: Floats
    """How far each group of families moves the shares, shape (G, J + 1)."""


@dataclass(frozen=True, eq=False)
class Frailty:
    """Estimated parameters with standard deviations and the weight of the data, arrays by category."""

    overdispersion: Floats
    weight: Floats
    persistence: Floats
    variance: float
    shared_persistence: float
    error: dict[str, Floats]
    """Standard deviations, by the fields of the tables; the shared factor's last."""
    credibility: dict[str, Floats]
    fitted: Floats
    """What the parameters make of every moment, the shares without a service last."""


def start_frailty(services: list[Service | None], shared: SharedFrailty | None) -> Start:
    """The start of each category: its row of a table, or a middle of categories."""
    usual = _WITHOUT_TABLE
    variance = usual["variance"] if shared is None else float(shared.variance)
    place, width = [], []
    for row in services:
        over = usual["overdispersion"] if row is None else max(float(row.overdispersion), 0.05)
        weight = usual["weight"] if row is None else float(row.shared_weight)
        lasting = usual["persistence"] if row is None else float(row.persistence)
        share = min(max(weight**2 * variance / over, 0.01), 0.95)
        place += [np.log(over), _logit(share), _logit(min(max(lasting, 0.02), 0.98))]
        wide = _WEAK if row is None else 1.0
        width += [wide * _WIDTHS[k] for k in ("overdispersion", "share", "persistence")]
    kept = usual["shared"] if shared is None else min(max(float(shared.persistence), 0.02), 0.98)
    wide = _WEAK if shared is None else 1.0
    place += [np.log(max(variance, 0.1)), _logit(kept)]
    width += [wide * _WIDTHS["variance"], wide * _WIDTHS["persistence"]]
    told = (*(row is not None for row in services), shared is not None)
    return Start(np.array(place), np.array(width), told)


def frailty_of(found: Products, none: NoService | None, start: Start) -> Frailty:
    """The frailty that comes nearest to the moments and the start.

    Moments have at least the errors that chance makes, first under the start, then under what was found with those.
    """
    from scipy.optimize import least_squares

    place = start.place
    for _ in range(2):
        expected = _Problem(found, None, start).model(place)
        problem = _Problem(found.at_least(expected), none, start)
        place = np.asarray(least_squares(problem.residuals, place, xtol=1e-5, ftol=1e-7, max_nfev=60, x_scale="jac").x)
    slopes = problem.slopes(place)
    weighed = slopes / problem.scale[:, None] ** 2
    curvature = slopes.T @ weighed
    scores = problem.influence(place) @ weighed
    information = curvature @ np.linalg.pinv(scores.T @ scores, rcond=1e-10, hermitian=True) @ curvature
    covariance = np.asarray(np.linalg.inv(information + np.diag(start.width**-2.0)), dtype=np.float64)
    return _result(problem, place, covariance)


def _result(problem: _Problem, place: Floats, covariance: Floats) -> Frailty:
    start, n = problem.start, problem.categories
    left = np.minimum(np.diag(covariance) / start.width**2, 1.0)
    fields = _fields(place)
    slopes = np.stack(
        [(_fields(place + step) - _fields(place - step)) / 2e-4 for step in 1e-4 * np.eye(len(place))], axis=1
    )
    # Data tell the product of a weight and the shared factor's standard deviation; the weight's error is at that of the
    # factor as written, which goes without one: drawn apart, the two would move what is known.
    slopes[1 : 3 * n : 3, -2] = 0.0
    error = np.sqrt(np.maximum(np.einsum("fp,pq,fq->f", slopes, covariance, slopes), 0.0))
    names = ("overdispersion", "shared_weight", "persistence")
    z = 1.0 - left
    return Frailty(
        overdispersion=fields[0 : 3 * n : 3],
        weight=fields[1 : 3 * n : 3],
        persistence=fields[2 : 3 * n : 3],
        variance=float(fields[-2]),
        shared_persistence=float(fields[-1]),
        error={name: error[k : 3 * n : 3] for k, name in enumerate(names)} | {"shared": error[-2:]},
        credibility={name: z[k : 3 * n : 3] for k, name in enumerate(names)} | {"shared": z[-2:]},
        fitted=problem.model(place),
    )


def _fields(place: Floats) -> Floats:
    """Fields of the tables, in the order of the parameters: overdispersion, weight and persistence by category."""
    out = np.empty_like(place)
    over, share = np.exp(place[0:-2:3]), _MOST_SHARED * _expit(place[1:-2:3])
    variance = float(np.exp(place[-2]))
    out[0:-2:3], out[2:-2:3] = over, _expit(place[2:-2:3])
    out[1:-2:3] = np.minimum(np.sqrt(share * over / variance), _LARGEST_WEIGHT)
    out[-2], out[-1] = variance, _expit(place[-1])
    return out


@dataclass(frozen=True, eq=False)
class _Problem:
    """Moments, start, and how a trial is judged."""

    found: Products
    none: NoService | None
    start: Start

    @property
    def categories(self) -> int:
        return (len(self.start.place) - 2) // 3

    @cached_property
    def observed(self) -> Floats:
        return self.found.value if self.none is None else np.concatenate([self.found.value, self.none.share])

    def influence(self, place: Floats) -> Floats:
        """How far each group of families moves the distance of each moment from what the parameters make of it."""
        if self.none is None:
            return self.found.influence
        fields, n = _fields(place), self.categories
        slopes = [
            (self._nobody(fields, 1.0 + step) - self._nobody(fields, 1.0 - step)) / 2e-4 for step in 1e-4 * np.eye(n)
        ]
        # More services in the data leave fewer without one under the same parameters.
        nobody = self.none.influence - self.found.level @ np.stack(slopes)
        return np.concatenate([self.found.influence, nobody], axis=1)

    @cached_property
    def scale(self) -> Floats:
        """What each moment weighs: by what it rests on, at the overall scatter of its two categories.

        Errors of single moments are not used: a moment that came out small by chance has a small error by chance.
        """
        f = self.found
        seen = np.maximum(f.seen, 1e-300)
        same = f.first == f.second
        scatter = np.ones(self.categories)
        for j in range(self.categories):
            own = same & (f.first == j) & (f.seen > 0)
            if own.any():
                scatter[j] = np.mean(f.error[own] ** 2 * f.seen[own])
        scatter = np.maximum(scatter, 1.0)
        scale = np.sqrt(np.sqrt(scatter[f.first] * scatter[f.second]) / seen)
        if self.none is None:
            return np.asarray(scale)
        error = np.sqrt((self.none.influence**2).sum(axis=0))
        near = np.array([_NEAR[0]] * self.categories + [_NEAR[1]])
        return np.concatenate([scale, np.maximum(error, near)])

    def model(self, place: Floats) -> Floats:
        """What the parameters make of every moment."""
        fields = _fields(place)
        moments = self._moments(fields, np.ones(self.categories))
        f = self.found
        by_lag = np.stack([_covariance(moments, h) for h in range(int(f.apart.max()) + 1)])
        covariance = np.asarray(by_lag[f.apart, f.first, f.second])
        return (
            covariance
            if self.none is None
            else np.concatenate([covariance, self._nobody(fields, np.ones(self.categories))])
        )

    def _nobody(self, fields: Floats, level: Floats) -> Floats:
        """Shares without a service, of each category and of any, with the categories' levels changed."""
        assert self.none is not None
        moments = self._moments(fields, level)
        each = list(range(self.categories))
        return np.array([float(self.none.part @ moments.no_event(g)) for g in (*([j] for j in each), each)])

    def residuals(self, place: Floats) -> Floats:
        apart = (self.model(place) - self.observed) / self.scale
        far = (place - self.start.place) / self.start.width
        return np.concatenate([apart, far, self._pressed(place)])

    def _pressed(self, place: Floats) -> Floats:
        """How far weights would lie above the largest that is allowed."""
        share = _MOST_SHARED * _expit(place[1:-2:3])
        weight = np.sqrt(share * np.exp(place[0:-2:3] - place[-2]))
        return np.asarray(10.0 * np.maximum(weight - _LARGEST_WEIGHT, 0.0))

    def slopes(self, place: Floats) -> Floats:
        steps = 1e-4 * np.eye(len(place))
        return np.stack([(self.model(place + s) - self.model(place - s)) / 2e-4 for s in steps], axis=1)

    def _moments(self, fields: Floats, level: Floats) -> Moments:
        over, weight, lasting = fields[0:-2:3], fields[1:-2:3], fields[2:-2:3]
        variance, persistence = float(fields[-2]), float(fields[-1])
        own = np.maximum(over - weight**2 * variance, 0.0) / (1.0 - weight) ** 2
        n = self.categories
        rate = np.zeros((1, n)) if self.none is None else self.none.expected * level
        none = np.zeros(n)
        return Moments(
            tuple(map(str, range(n))), np.ones(len(rate)), rate, rate, np.ones(len(rate)), weight, own, lasting,
            variance, persistence, none, none,
        )  # fmt: skip


def _covariance(moments: Moments, apart: int) -> Floats:
    """Covariance of the frailties of categories, years apart."""
    shared = np.outer(moments.weight, moments.weight) * moments.variance * moments.persistence**apart
    own = (1.0 - moments.weight) ** 2 * moments.own * (moments.lasting if apart else 1.0)
    return np.asarray(shared + np.diag(own))


def _logit(share: float) -> float:
    return float(np.log(share / (1.0 - share)))


def _expit(x: Floats) -> Floats:
    from scipy.special import expit

    return np.asarray(expit(x))
