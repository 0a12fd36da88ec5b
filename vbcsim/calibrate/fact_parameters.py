"""What a calibration solves: the parameters of a population's frailty and severity as a vector of free numbers.

Every parameter moves on a scale without bounds (logarithm, or logit between two limits), has a start and a width: how
far the start may be wrong before any fact is read. Where facts say little, the solution stays near the start.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from vbcsim.assumptions.spec import Service
from vbcsim.calibrate.facts import Fact
from vbcsim.calibrate.population import Population

__all__ = ["Parameter", "apply", "parameters_of"]

Floats = NDArray[np.float64]

_MOST_SHARED: Final = 0.98
"""Largest share of a category's overdispersion that the shared factor may bring; the rest is the category's own."""
_LIMITS: Final = {
    "overdispersion": (0.05, 200.0),
    "shared_weight": (0.02, 0.95),
    "persistence": (0.01, 0.99),
    "body_sigma": (0.1, 2.5),
    "tail_probability": (1e-4, 0.1),
    "tail_index": (1.8, 12.0),
    "variance": (0.1, 30.0),
}
_WIDTHS: Final = {
    "overdispersion": 0.7,
    "shared_weight": 1.0,
    "persistence": 1.2,
    "body_sigma": 0.25,
    "tail_probability": 0.7,
    "tail_index": 0.4,
    "variance": 0.7,
}
_CAPPED: Final = 200.0
"""A maximum, as a multiple of the mean cost, for tails so heavy that the variance would not exist."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A column of one or several categories, or (without categories) a field of the shared frailty."""

    field: str
    categories: tuple[str, ...]
    start: float
    width: float

    @property
    def label(self) -> str:
        """``overdispersion inpatient``, ``shared variance``."""
        return f"{self.field} {' '.join(self.categories)}" if self.categories else f"shared {self.field}"

    def free(self, value: float) -> float:
        """The place of a value on the scale without bounds."""
        low, high = _LIMITS[self.field]
        inside = min(max(value, low * 1.001), high * 0.999)
        return float(np.log(inside - low) - np.log(high - inside)) if high <= 1.0 else float(np.log(inside))

    def value(self, free: float) -> float:
        """The value at a place of the scale."""
        low, high = _LIMITS[self.field]
        if high <= 1.0:
            return float(low + (high - low) / (1.0 + np.exp(-free)))
        return float(np.clip(np.exp(free), low, high))

    @property
    def bounds(self) -> tuple[float, float]:
        """Limits on the scale without bounds."""
        low, high = _LIMITS[self.field]
        return (-8.0, 8.0) if high <= 1.0 else (float(np.log(low)), float(np.log(high)))


def parameters_of(population: Population, facts: Sequence[Fact]) -> tuple[Parameter, ...]:
    """The parameters of a population, with its own values as the start.

    Each category has its overdispersion, weight of the shared factor and persistence. The body of the cost of a
    service is free for each category with cost; tails are free where the table has one.
    """
    found: list[Parameter] = []
    for service in population.services:
        names = ["overdispersion", "shared_weight", "persistence"]
        names += ["body_sigma"] if service.mean_cost_usd > 0 and service.body_sigma > 0 else []
        names += ["tail_probability", "tail_index"] if _has_tail(service, facts) else []
        found += [Parameter(n, (service.category,), float(getattr(service, n)), _WIDTHS[n]) for n in names]
    frailty = population.frailty
    found.append(Parameter("variance", (), frailty.variance, _WIDTHS["variance"]))
    found.append(Parameter("persistence", (), frailty.persistence, _WIDTHS["persistence"]))
    return tuple(found)


def _has_tail(service: Service, facts: Sequence[Fact]) -> bool:
    tells = {"top_share", "tail_index", "quantile_over_mean", "exceed_per_million", "severity_cv"}
    return service.tail_probability > 0 and any(f.kind in tells for f in facts)


def apply(population: Population, parameters: Sequence[Parameter], free: Floats) -> Population:
    """The population with the parameters at these places; weights are cut where the shared part would be too large."""
    rows: dict[str, dict[str, Any]] = {}
    frailty: dict[str, float] = {}
    for parameter, place in zip(parameters, free, strict=True):
        value = round(parameter.value(float(place)), 6)
        for category in parameter.categories:
            rows.setdefault(category, {})[parameter.field] = value
        if not parameter.categories:
            frailty[parameter.field] = value
    variance = frailty.get("variance", population.frailty.variance)
    services = {s.category: s for s in population.services}
    for category, row in rows.items():
        over = row.get("overdispersion", services[category].overdispersion)
        weight = row.get("shared_weight", services[category].shared_weight)
        row["shared_weight"] = float(min(weight, np.sqrt(_MOST_SHARED * over / variance)))
        if row.get("tail_index", services[category].tail_index) <= 2.0 and services[category].maximum_usd is None:
            row["maximum_usd"] = _CAPPED * services[category].mean_cost_usd
    return population.changed(rows, frailty)
