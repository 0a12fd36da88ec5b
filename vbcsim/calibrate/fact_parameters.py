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

from vbcsim.calibrate.facts import Fact
from vbcsim.calibrate.population import Population

__all__ = ["Parameter", "apply", "parameters_of"]

Floats = NDArray[np.float64]

_MOST_SHARED: Final = 0.98
"""Largest share of a category's overdispersion that the shared factor may bring; the rest is the category's own."""
_LIMITS: Final = {
    "overdispersion": (0.05, 500.0),
    "shared_weight": (0.02, 0.95),
    "persistence": (0.01, 0.99),
    "body_sigma": (0.1, 2.0),
    "tail_probability": (1e-4, 0.1),
    "tail_index": (1.6, 12.0),
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
_MATTERS: Final = 0.03
"""Share of all cost from which a category that no fact names is solved as well."""
_SEVERITY: Final = frozenset({"severity_log_sd", "severity_cv", "cost_cv"})
_TAILS: Final = frozenset({"top_share", "tail_index", "quantile_over_mean", "exceed_per_million", "severity_cv"})
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
    """The parameters of a population that facts could tell, with its own values as the start.

    A category's overdispersion, weight of the shared factor and persistence are free where a fact names it or it costs
    enough to matter for facts about all cost; the body of its cost likewise; its tail where the table has one, a fact
    tells of tails, and it costs more still.
    """
    named = {c for fact in facts for group in fact.categories for c in group}
    severe = {c for f in facts if f.kind in _SEVERITY for group in f.categories for c in group}
    cost = population.shares @ (population.rates * population.costs)
    tails = any(f.kind in _TAILS for f in facts)
    found: list[Parameter] = []
    for service, share in zip(population.services, cost / max(float(cost.sum()), 1e-300), strict=True):
        names = ["overdispersion", "shared_weight", "persistence"]
        names = names if service.category in named or share > _MATTERS else []
        body = service.body_sigma > 0 and (service.category in severe or share > _MATTERS)
        names = [*names, "body_sigma"] if body else names
        tail = tails and service.tail_probability > 0 and share > 2 * _MATTERS
        names = [*names, "tail_probability", "tail_index"] if tail else names
        found += [Parameter(n, (service.category,), float(getattr(service, n)), _WIDTHS[n]) for n in names]
    frailty = population.frailty
    found.append(Parameter("variance", (), frailty.variance, _WIDTHS["variance"]))
    found.append(Parameter("persistence", (), frailty.persistence, _WIDTHS["persistence"]))
    return tuple(found)


def apply(population: Population, parameters: Sequence[Parameter], free: Floats) -> Population:
    """The population with the parameters at these places; weights are cut where the shared part would be too large."""
    rows: dict[str, dict[str, Any]] = {}
    frailty: dict[str, float] = {}
    for parameter, place in zip(parameters, free, strict=True):
        value = parameter.value(float(place))
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
        if row.get("tail_index", services[category].tail_index) <= 2.01 and services[category].maximum_usd is None:
            row["maximum_usd"] = _CAPPED * services[category].mean_cost_usd
    return population.changed(rows, frailty)
