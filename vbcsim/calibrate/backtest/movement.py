"""How an ACO's savings move from one year to the next: fitted to one pair of years, used for another.

Savings s are the logarithm of benchmark over spending. Over the ACOs of a year

    s = mean + lasting effect of the group + members' chance,

with a variance of the effect of ``a + b / people`` and members' chance ``c / people``, where ``c`` is computed from the
shipped Medicare population and not fitted. The next year's effect correlates with this year's by ``kept``, or by
``kept_renewed`` where a new agreement sets the benchmark anew; a person's own costs correlate from year to year, too.
Both years together are bivariate Student t: published changes have far longer tails than a normal has. The next year's
mean differs from this year's by an error of all benchmarks together; which way is not forecast, only how far.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vbcsim.calibrate.backtest.pairs import Pairs
from vbcsim.calibrate.defaults import default
from vbcsim.calibrate.member_chance import COST_CORRELATION, member_variance

__all__ = ["Conditional", "Movement", "conditional", "fit_movement", "shipped_movement"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_DEGREES = (2.5, 60.0)
"""Degrees of freedom of the Student t that are tried; 60 is as good as normal."""
_SHIPPED_DEGREES = 5.0
_SHIPPED_SHIFT = 0.01
_SHIPPED_RENEWED = 0.6


@dataclass(frozen=True)
class Movement:
    """Movement of savings from year to year, and the sizes' growth to draw from."""

    learned_from: str
    """The pairs of years it was fitted to, or ``shipped``."""
    effect: float
    """``a``: variance of the group's effect in a very large ACO."""
    effect_by_people: float
    """``b``: what ``1 / people`` adds to it."""
    kept: float
    """Correlation of the group's effect with the next year's."""
    kept_renewed: float
    """The same across the beginning of a new agreement."""
    degrees: float
    """Degrees of freedom of the Student t."""
    shift: float
    """Standard deviation of the mean's change, common to all ACOs: the error of benchmarks as a whole."""
    growth: Floats
    """(n, 2): changes of the logarithms of benchmark and lives to draw from, as pairs."""


@dataclass(frozen=True)
class Conditional:
    """The forecast of each ACO's savings but for what all share: ``mean + scale x t`` with ``degrees``."""

    mean: Floats
    scale: Floats
    degrees: float


def fit_movement(pairs: Sequence[Pairs]) -> Movement:
    """Maximum likelihood over all pairs of years; each pair has means of its own."""
    from scipy.optimize import minimize

    def loss(x: Floats) -> float:
        found = _read(x)
        return -sum(float(_log_density(found, each).sum()) for each in pairs)

    starts = [np.array([np.log(a), np.log(b), 1.0, 0.0, np.log(5.0)]) for a in (5e-4, 2e-3) for b in (5.0, 20.0)]
    options = {"maxiter": 3000, "xatol": 1e-4, "fatol": 1e-6}
    best = min((minimize(loss, x, method="Nelder-Mead", options=options) for x in starts), key=lambda done: done.fun)
    a, b, kept, renewed, degrees = _read(best.x)
    shifts = np.concatenate([_means(each)[1] - _means(each)[0] for each in pairs])
    return Movement(
        learned_from=" and ".join(each.name for each in pairs),
        effect=a,
        effect_by_people=b,
        kept=kept,
        kept_renewed=renewed,
        degrees=degrees,
        shift=float(np.sqrt((shifts**2).mean())),
        growth=np.concatenate([each.growth for each in pairs]),
    )


def shipped_movement() -> Movement:
    """What the shipped figures of the provider group say, where there is no other pair of years to learn from.

    The growth of sizes is left out: benchmarks and lives are taken to stay. What those figures do not tell (tails, new
    agreements, the error of all benchmarks) is judgement.
    """
    return Movement(
        learned_from="shipped",
        effect=default("group_effect_variance").value,
        effect_by_people=default("group_effect_variance_times_members").value,
        kept=default("group_effect_persistence").value,
        kept_renewed=_SHIPPED_RENEWED,
        degrees=_SHIPPED_DEGREES,
        shift=_SHIPPED_SHIFT,
        growth=np.zeros((1, 2)),
    )


def conditional(movement: Movement, known: Floats, people: Floats, renewed: Flags) -> Conditional:
    """Next year's savings given this year's: (ACO,) arrays; the mean of the year is the mean of ``known``."""
    variance, covariance = _moments(movement, people, renewed)
    away = known - np.median(known)
    slope = covariance / variance
    left = variance - covariance * slope
    # Given the first, the second of a bivariate t is a t of one degree more, wider where the first lies far out.
    of_t = (movement.degrees - 2.0) / movement.degrees
    far = away**2 / (variance * of_t)
    scale = np.sqrt(left * of_t * (movement.degrees + far) / (movement.degrees + 1.0))
    return Conditional(np.median(known) + slope * away, scale, movement.degrees + 1.0)


def _moments(movement: Movement, people: Floats, renewed: Flags) -> tuple[Floats, Floats]:
    """Variance of a year's savings, and their covariance with the next year's."""
    effect = movement.effect + movement.effect_by_people / people
    chance = member_variance() / people
    kept = np.where(renewed, movement.kept_renewed, movement.kept)
    return effect + chance, kept * effect + COST_CORRELATION * chance


def _read(x: Floats) -> tuple[float, float, float, float, float]:
    """Parameters from the optimiser's free numbers."""
    kept, renewed = (float(1.0 / (1.0 + np.exp(-x[i]))) for i in (2, 3))
    degrees = float(np.clip(np.exp(x[4]), *_DEGREES))
    return float(np.exp(x[0])), float(np.exp(x[1])), kept, renewed, degrees


def _means(pairs: Pairs) -> tuple[Floats, Floats]:
    """Medians of the earlier and of the later year: of continued, then of renewed agreements where there are some."""
    kinds = [kind for kind in (~pairs.renewed, pairs.renewed) if kind.sum() >= 10]
    return (
        np.array([np.median(pairs.known[kind]) for kind in kinds]),
        np.array([np.median(pairs.came[kind]) for kind in kinds]),
    )


def _log_density(parameters: tuple[float, float, float, float, float], pairs: Pairs) -> Floats:
    """Log density of both years' savings about their medians."""
    from scipy.special import gammaln

    a, b, kept, renewed, degrees = parameters
    movement = Movement("", a, b, kept, renewed, degrees, 0.0, np.zeros((1, 2)))
    variance, covariance = (v * (degrees - 2.0) / degrees for v in _moments(movement, pairs.people, pairs.renewed))
    x = pairs.known - np.median(pairs.known)
    y = pairs.came - _median_by(pairs.came, pairs.renewed)
    determinant = variance**2 - covariance**2
    form = (variance * (x**2 + y**2) - 2.0 * covariance * x * y) / determinant
    constant = gammaln(degrees / 2 + 1) - gammaln(degrees / 2) - np.log(degrees * np.pi)
    return np.asarray(constant - 0.5 * np.log(determinant) - (degrees / 2 + 1) * np.log1p(form / degrees))


def _median_by(values: Floats, kind: Flags) -> Floats:
    found = np.empty_like(values)
    for each in (kind, ~kind):
        if each.any():
            found[each] = np.median(values[each])
    return found
