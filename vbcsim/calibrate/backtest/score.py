"""How good forecasts are, given what came: calibration, coverage, sharpness.

A forecast is a set of draws. PIT: where the outcome lies among them, uniform for a calibrated forecast (Dawid 1984);
with an atom, spread over it at random. CRPS: the mean distance from the outcome less half the mean distance between
draws (Gneiting & Raftery, "Strictly proper scoring rules", JASA 102, 2007), in the outcome's unit, less is better; of a
single number it is the absolute error.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "LEVELS",
    "Bin",
    "Coverage",
    "Estimated",
    "brier",
    "coverage",
    "crps",
    "crps_normal",
    "mean_of",
    "pit",
    "reliability",
]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

LEVELS = (0.5, 0.8, 0.9, 0.98)
"""Central intervals whose coverage is told."""
_BINS = (0.0, 0.02, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.98, 1.0)


class Estimated(NamedTuple):
    """A mean over ACOs and its standard error, ACOs taken as independent."""

    value: float
    error: float


class Coverage(NamedTuple):
    """Of intervals of a level, the share that held the outcome."""

    level: float
    covered: Estimated


@dataclass(frozen=True, slots=True)
class Bin:
    """ACOs of nearly the same forecast chance: what was said and what came."""

    acos: int
    said: float
    """Mean forecast chance."""
    came: Estimated


def mean_of(values: Floats | Flags) -> Estimated:
    """Mean and standard error."""
    n = len(values)
    if n == 0:
        return Estimated(float("nan"), float("nan"))
    return Estimated(float(np.mean(values)), float(np.std(values, ddof=1) / np.sqrt(n)) if n > 1 else float("nan"))


def pit(draws: Floats, outcome: Floats, uniform: Floats) -> Floats:
    """Where each outcome lies among its draws (ACO, draw); ``uniform`` (ACO,) spreads it over draws that equal it."""
    below = (draws < outcome[:, None]).mean(axis=1)
    equal = (draws == outcome[:, None]).mean(axis=1)
    return np.asarray(below + uniform * equal)


def coverage(values: Floats) -> tuple[Coverage, ...]:
    """Coverage of central intervals, from the PIT."""
    return tuple(Coverage(level, mean_of(np.abs(values - 0.5) <= level / 2)) for level in LEVELS)


def crps(draws: Floats, outcome: Floats) -> Floats:
    """CRPS of each forecast (ACO, draw), without bias from the number of draws."""
    ordered = np.sort(draws, axis=1)
    n = draws.shape[1]
    rank = 2.0 * np.arange(1, n + 1) - n - 1.0
    between = (ordered * rank).sum(axis=1) * 2.0 / (n * (n - 1.0)) if n > 1 else np.zeros(len(draws))
    return np.asarray(np.abs(draws - outcome[:, None]).mean(axis=1) - 0.5 * between)


def crps_normal(mean: Floats | float, sd: Floats | float, outcome: Floats) -> Floats:
    """CRPS of a normal forecast, in closed form."""
    from scipy.special import ndtr

    z = (outcome - mean) / sd
    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    return np.asarray(sd * (z * (2 * ndtr(z) - 1) + 2 * density - 1 / np.sqrt(np.pi)))


def brier(chance: Floats, came: Flags) -> Estimated:
    """Mean squared distance of a chance from what came; half a coin's is 0.25."""
    return mean_of((chance - came) ** 2)


def reliability(chance: Floats, came: Flags) -> tuple[Bin, ...]:
    """What was said and what came, by forecast chance; empty bins are left out."""
    at = np.clip(np.searchsorted(_BINS, chance, side="right") - 1, 0, len(_BINS) - 2)
    found = []
    for k in range(len(_BINS) - 1):
        own = at == k
        if own.any():
            said = float(chance[own].mean())
            # The error that the forecast itself implies: what a calibrated one would leave.
            error = float(np.sqrt((chance[own] * (1 - chance[own])).sum()) / own.sum())
            found.append(Bin(int(own.sum()), said, Estimated(float(came[own].mean()), error)))
    return tuple(found)
