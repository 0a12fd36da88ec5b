"""Layers of one amount under distorted chances, and quantiles of an amount."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from vbcsim.calibrate.exhibits.compound import Compound
from vbcsim.calibrate.exhibits.spec import Case
from vbcsim.outcomes.distribution import Estimate, mean, quantile

__all__ = ["LAYERS"]


def _layer(model: Compound, case: Case, low: float) -> float:
    """Integral over the layer of the distorted chance that the amount passes x."""
    from scipy.integrate import quad

    (part,), distort = model.parts, _distortion(case.options)
    high = _upper(case, low)
    edges = np.geomspace(max(low, 1.0), high, 6) if low == 0.0 else np.linspace(low, high, 3)
    cuts = [low, *edges[1 if low else 0 :]]
    pieces = (
        quad(lambda x: distort(float(part.covered_sf(np.array(x)))), a, b, epsabs=0.0, epsrel=1e-10)[0]
        for a, b in pairwise(cuts)
    )
    return float(sum(pieces))


def _upper(case: Case, low: float) -> float:
    return float(case.options["to"][case.at.index(low)])


def _distortion(options: Mapping[str, Any]) -> Callable[[float], float]:
    """No distortion; the proportional hazard s^r; or Wang's Phi(Phi^-1(s) + shift)."""
    from scipy.special import ndtr, ndtri

    if "hazard" in options:
        return lambda s: s ** float(options["hazard"])
    if "wang" in options:
        return lambda s: float(ndtr(ndtri(s) + float(options["wang"])))
    return lambda s: s


def _simulated(model: Compound, case: Case, low: float) -> Estimate:
    """The layer of every claim, summed by draw; of a model with one claim a draw."""
    experience = model.experience
    usd = np.minimum(np.maximum(experience["claimant_usd"].values - low, 0.0), _upper(case, low) - low)
    in_year = experience["claimant_year"].values == experience.sizes["year"] - 1
    by_draw = np.bincount(experience["claimant_draw"].values[in_year], usd[in_year], model.simulated)
    return mean(by_draw.astype(np.float64))


def _quantile(model: Compound, level: float) -> float:
    (part,) = model.parts
    return part.level * float(part.risk.severity.isf(np.array([1.0 - level]), np.array([0.5]))[0])


LAYERS: Mapping[str, Mapping[str, Callable[[Compound, Case, float], float | Estimate]]] = {
    "layer": {"formula": _layer, "simulated": _simulated},
    "amount_quantile": {
        "formula": lambda m, _c, p: _quantile(m, p),
        "simulated": lambda m, _c, p: quantile(np.sort(m.drawn("expenditure_usd")), p),
    },
}
"""Figures of one amount: a layer from ``at`` to ``options.to``, a quantile."""
