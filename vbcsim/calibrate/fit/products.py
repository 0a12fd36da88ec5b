"""Moments of counts that tell the frailty: products of residuals of two categories, in one year and years apart.

With N the number of services and m the expected number, E[(N_i - m_i)(N_j - m_j)] = m_i m_j C_ij within a year (less
the Poisson variance m_i where i = j) and m_i m'_j C_ij(h) between years h apart, where C is the covariance of the
frailties. The ratio of sums therefore estimates C whatever the law of the frailty is; a likelihood would need that law,
and with a law that is not quite so it misses the variance, on which the risk of a contract rests. Rows have no weights:
where the overdispersion differs between cells, the sum over persons still has its variance.

Sums are kept by groups of families, which are independent: errors follow without resampling.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["GROUPS", "Products", "products"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

GROUPS: Final = 1000
"""Families are put together by chance into at most so many groups."""
_LONGEST: Final = 4
"""Years apart beyond which nothing is asked."""


@dataclass(frozen=True, eq=False)
class Products:
    """Estimated covariances of frailties, in one vector of K: pairs of categories by years apart."""

    first: Ints
    second: Ints
    """Categories of each moment, ``first <= second``."""
    apart: Ints
    """Years apart of each moment."""
    value: Floats
    """Estimates, shape (K,); zero where nothing was seen."""
    seen: Floats
    """Sum of products of expected numbers: what an estimate rests on, shape (K,)."""
    influence: Floats
    """How far each group of families moves each estimate, shape (G, K); mean zero."""
    powers: Floats
    """Sums over rows of m_i m_j, m_i m_j (m_i + m_j) and m_i^2 m_j^2, shape (3, K)."""
    level: Floats
    """How far each group of families moves the level of each category, as a share of it, shape (G, J)."""
    group: Ints
    """Group of families of every row, shape (N,)."""

    @property
    def error(self) -> Floats:
        """Standard errors over groups of families, shape (K,)."""
        return np.asarray(np.sqrt((self.influence**2).sum(axis=0)))

    def at_least(self, covariance: Floats) -> Products:
        """The same with no error below what chance makes of it where frailties of gamma law have these covariances.

        Of a rare service that came twice to one person, or to none, the scatter in the data says nothing of what might
        have come. With N Poisson of mean mF, F gamma of mean 1 and variance a, and G = F - 1: the variance of
        (N_i - m_i)(N_j - m_j) is m_i m_j E[F^2] + m_i m_j (m_i + m_j) E[G^2 F] + m_i^2 m_j^2 (E[G^4] - a^2), and of
        (N - m)^2 - N twice the first two parts and the third.
        """
        a = np.maximum(covariance, 0.0)
        twice = np.where((self.first == self.second) & (self.apart == 0), 2.0, 1.0)
        one, two, three = self.powers
        variance = twice * ((1.0 + a) * one + (a + 2.0 * a**2) * two) + (2.0 * a**2 + 6.0 * a**3) * three
        floor = np.sqrt(np.divide(variance, self.seen**2, out=np.zeros_like(one), where=self.seen > 0))
        error = self.error
        wider = np.maximum(np.divide(floor, error, out=np.ones_like(error), where=error > 0), 1.0)
        influence = self.influence * wider
        # Where nothing scattered at all, the whole error is given to the first group.
        influence[0] = np.where(error > 0, influence[0], floor)
        return replace(self, influence=influence)


def products(services: Floats, expected: Floats, person: Ints, year: Ints, family: Ints, seed: int) -> Products:
    """Covariances of the frailties of all categories, in one year and up to four years apart.

    :param services: numbers of services, shape (N, J); ``expected`` likewise.
    """
    residual = services - expected
    families = int(family.max()) + 1
    groups = min(families, GROUPS)
    group = np.random.default_rng(seed).permutation(families)[family] % groups
    first, second = np.triu_indices(services.shape[1])
    pairs = _pairs(person, year)
    found = [_lag(residual, expected, services if h == 0 else None, a, b, group, groups) for h, (a, b) in pairs.items()]
    top, bottom = (np.concatenate([f[k][:, first, second] for f in found], axis=1) for k in range(2))
    powers = np.concatenate([f[2][:, first, second] for f in found], axis=1)
    seen = bottom.sum(axis=0)
    value = np.divide(top.sum(axis=0), seen, out=np.zeros_like(seen), where=seen > 0)
    influence = np.divide(top - value * bottom, seen, out=np.zeros_like(top), where=seen > 0)
    total = expected.sum(axis=0)
    own = np.stack([np.bincount(group, column, minlength=groups) for column in residual.T], axis=1)
    level = np.divide(own, total, out=np.zeros_like(own), where=total > 0)
    each, other, apart = np.tile(first, len(found)), np.tile(second, len(found)), np.repeat(list(pairs), len(first))
    # Expected numbers are estimated from the same persons: who uses much raises them too.
    influence -= value * (level[:, each] + level[:, other])
    spread = np.sqrt(groups / max(groups - 1, 1))
    return Products(each, other, apart, value, seen, spread * influence, powers, spread * level, group)


def _lag(
    residual: Floats, expected: Floats, poisson: Floats | None, a: Ints, b: Ints, group: Ints, groups: int
) -> tuple[Floats, Floats, Floats]:
    """Products of residuals and of expected numbers by group, shape (G, J, J), and powers of these, (3, J, J).

    ``a`` and ``b`` are rows of the same persons; ``poisson`` is what is taken off the diagonal within a year.
    """
    order = np.argsort(group[a], kind="stable")
    a, b = a[order], b[order]
    ends = np.searchsorted(group[a], np.arange(groups + 1))
    j = residual.shape[1]
    top, bottom = np.zeros((groups, j, j)), np.zeros((groups, j, j))
    for g, (low, high) in enumerate(pairwise(ends)):
        if low == high:
            continue
        rows, later = a[low:high], b[low:high]
        top[g], bottom[g] = residual[rows].T @ residual[later], expected[rows].T @ expected[later]
        if poisson is not None:
            top[g] -= np.diag(poisson[rows].sum(axis=0))
    m, n = expected[a], expected[b]
    powers = np.stack([m.T @ n, (m * m).T @ n + m.T @ (n * n), (m * m).T @ (n * n)])
    return _symmetric(top), _symmetric(bottom), _symmetric(powers)


def _symmetric(values: Floats) -> Floats:
    return 0.5 * (values + np.swapaxes(values, 1, 2))


def _pairs(person: Ints, year: Ints) -> dict[int, tuple[Ints, Ints]]:
    """Rows of the same person by years apart: the row of the earlier and of the later year."""
    order = np.lexsort((year, person))
    everyone = np.arange(len(person))
    found: dict[int, list[tuple[Ints, Ints]]] = {0: [(everyone, everyone)]}
    for step in range(1, _LONGEST + 1):
        a, b = order[:-step], order[step:]
        same = person[a] == person[b]
        a, b = a[same], b[same]
        for h in range(step, _LONGEST + 1):
            own = year[b] - year[a] == h
            if own.any():
                found.setdefault(h, []).append((a[own], b[own]))
    return {
        h: (np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts]))
        for h, parts in sorted(found.items())
    }
