"""Binomial counts by inversion: one uniform number, one count, for arrays of any shape.

The count is the smallest k whose distribution function reaches the uniform number. It rises with the uniform number,
the number of trials and the probability, so runs that share their uniform numbers differ only by what differs.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["binomial"]

Floats = NDArray[np.float64]


def binomial(trials: ArrayLike, probability: ArrayLike, uniform: ArrayLike) -> Floats:
    """Binomial counts; the three broadcast against one another.

    The search starts at the Cornish-Fisher quantile, where the distribution function is the regularised incomplete beta
    function, and goes on by its steps; it ends within one or two.

    :param trials: whole numbers, not negative.
    :param probability: between 0 and 1.
    :param uniform: strictly between 0 and 1.
    """
    from scipy.special import bdtr

    n, p, u = np.broadcast_arrays(*(np.asarray(x, dtype=np.float64) for x in (trials, probability, uniform)))
    found = np.where(p >= 1.0, n, 0.0)
    # Odds beyond these are certainty for any number of trials that is counted.
    chance = (n > 0) & (p > 1e-300) & (p < 1.0)
    if not chance.any():
        return found
    n, p, u = n[chance], p[chance], u[chance]
    k = _near(n, p, u)
    reached = np.asarray(bdtr(k, n.astype(np.int64), p))
    mass = _mass(k, n, p)
    found[chance] = _settle(k, reached, mass, n, p, u)
    return found


def _near(n: Floats, p: Floats, u: Floats) -> Floats:
    """The Cornish-Fisher quantile, a whole number from 0 to n."""
    from scipy.special import ndtri

    z = ndtri(u)
    sd = np.sqrt(n * p * (1.0 - p))
    guess = n * p + sd * z + (1.0 - 2.0 * p) * (z * z - 1.0) / 6.0
    return np.clip(np.floor(guess), 0.0, n)


def _mass(k: Floats, n: Floats, p: Floats) -> Floats:
    """Probability of exactly k."""
    from scipy.special import gammaln, xlog1py, xlogy

    log = gammaln(n + 1.0) - gammaln(k + 1.0) - gammaln(n - k + 1.0) + xlogy(k, p) + xlog1py(n - k, -p)
    return np.asarray(np.exp(log))


def _settle(k: Floats, reached: Floats, mass: Floats, n: Floats, p: Floats, u: Floats) -> Floats:
    """The smallest count whose distribution function reaches u, from a count nearby with its mass and distribution."""
    odds = p / (1.0 - p)
    going = np.flatnonzero((reached < u) & (k < n))
    while going.size:
        mass[going] *= odds[going] * (n[going] - k[going]) / (k[going] + 1.0)
        k[going] += 1.0
        reached[going] += mass[going]
        going = going[(reached[going] < u[going]) & (k[going] < n[going])]
    going = np.flatnonzero((k > 0.0) & (reached - mass >= u))
    while going.size:
        reached[going] -= mass[going]
        mass[going] *= k[going] / ((n[going] - k[going] + 1.0) * odds[going])
        k[going] -= 1.0
        going = going[(k[going] > 0.0) & (reached[going] - mass[going] >= u[going])]
    return k
