"""Credibility: full, and greatest accuracy over unseen classes or years, as functionals of frequency and severity."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from vbcsim.calibrate.exhibits.compound import Compound
from vbcsim.calibrate.exhibits.spec import Case, Classes
from vbcsim.outcomes.distribution import Estimate

__all__ = ["CLASSES", "CREDIBILITY"]

_PARTS = 20
"""Parts of the draws that a jackknife leaves out in turn."""


def _full(model: Compound, case: Case) -> float:
    """Expected number of claims for full credibility: (z / k)^2 (Var N / E N + Var X / (E X)^2)."""
    (part,) = model.parts
    expected, variance = part.count
    spread = part.amount[1] / part.amount[0] ** 2 if case.options.get("of") != "count" else 0.0
    return (float(case.options["z"]) / float(case.options["k"])) ** 2 * (variance / expected + spread)


def _relative_spread(model: Compound, case: Case, units: float) -> float:
    """z standard deviations of the mean of so many units, over that mean."""
    (part,) = model.parts
    expected, variance = (moment / part.units for moment in part.count)
    one = expected * part.amount[1] + variance * part.amount[0] ** 2
    return float(case.options.get("z", 1.0)) * math.sqrt(one / units) / (expected * part.amount[0])


def _linear_claims(model: Compound, case: Case) -> float:
    """Claims of the last year by Buhlmann-Straub from those of earlier years; the factor of a mixed Poisson unseen."""
    (part,) = model.parts
    frequency: Any = part.risk.frequency
    seen = {int(year): float(n) for year, n in case.options["claims"].items()}
    units, (expected, between) = sum(part.risk.units(seen)), (frequency.factor.expectation(), frequency.factor.var())
    z = units / (units + expected / (frequency.mean * between))
    rate = z * sum(seen.values()) / (units * frequency.mean) + (1.0 - z) * expected
    return float(part.units * frequency.mean * rate)


def _simulated_linear_claims(model: Compound, case: Case) -> Estimate:
    """The same by regression over draws; error by a jackknife over parts of the draws."""
    counts = model.experience["utilization"].sum(["stratum", "category"])
    earlier = counts.sel(year=[int(year) for year in case.options["claims"]]).sum("year").values
    last, at = counts.isel(year=-1).values, float(sum(case.options["claims"].values()))
    part = np.arange(model.simulated) % _PARTS
    every = np.array([_fitted(earlier[part != k], last[part != k], at) for k in range(_PARTS)])
    error = np.sqrt((_PARTS - 1) * every.var())
    return Estimate(np.array(_fitted(earlier, last, at)), np.array(error))


def _fitted(x: Any, y: Any, at: float) -> float:
    slope = np.cov(x, y)[0, 1] / x.var(ddof=1)
    return float(y.mean() + slope * (at - x.mean()))


CREDIBILITY: Mapping[str, Mapping[str, Callable[[Compound, Case, float], float | Estimate]]] = {
    "full_credibility": {"formula": lambda m, c, _: _full(m, c)},
    "relative_spread": {"formula": _relative_spread},
    "linear_claims": {
        "formula": lambda m, c, _: _linear_claims(m, c),
        "simulated": lambda m, c, _: _simulated_linear_claims(m, c),
    },
}
"""Figures of a collective."""


def _moments(portfolio: Classes) -> tuple[float, float, float]:
    """Overall mean, variance of hypothetical means, expected process variance of a year's loss."""
    weights = np.array([one.weight for one in portfolio.classes])
    means = np.array([one.frequency.expectation() * one.severity.expectation() for one in portfolio.classes])
    within = [
        c.frequency.expectation() * c.severity.var() + c.frequency.var() * c.severity.expectation() ** 2
        for c in portfolio.classes
    ]
    overall = float(weights @ means)
    return overall, float(weights @ (means - overall) ** 2), float(weights @ np.array(within))


def _z(portfolio: Classes, case: Case) -> float:
    """Buhlmann's n / (n + EPV / VHM)."""
    _, between, within = _moments(portfolio)
    return float(case.options["years"]) / (float(case.options["years"]) + within / between)


def _premium(portfolio: Classes, case: Case) -> float:
    z, (overall, _, _) = _z(portfolio, case), _moments(portfolio)
    return z * float(case.options["total"]) / float(case.options["years"]) + (1.0 - z) * overall


CLASSES: Mapping[str, Mapping[str, Callable[[Classes, Case, float], float | Estimate]]] = {
    "between": {"formula": lambda p, _c, _: _moments(p)[1]},
    "within": {"formula": lambda p, _c, _: _moments(p)[2]},
    "credibility": {"formula": lambda p, c, _: _z(p, c)},
    "premium": {"formula": lambda p, c, _: _premium(p, c)},
}
"""Figures of a portfolio of unseen classes: variance of hypothetical means, expected process variance, Z, premium."""
