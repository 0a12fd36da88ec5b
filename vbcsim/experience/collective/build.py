"""The collective model as a dataset: what decides its claims, in the place of a cohort."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
from pydantic import TypeAdapter

from vbcsim.core.dataset import label
from vbcsim.experience.collective.spec import Collective, Risk

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["build_collective", "is_collective", "risks_of"]

_MODEL = "risk_model"


def is_collective(cohort: xr.Dataset) -> bool:
    """Whether a cohort dataset holds risks in place of members."""
    return _MODEL in cohort


def build_collective(collective: Collective, base: tuple[int, ...], performance: tuple[int, ...]) -> xr.Dataset:
    """The risks of a scenario by year: exposure, level of amounts, expected growth, and each risk's distributions.

    :param base: base years; performance: performance years.
    :returns: ``risk_exposure(year, stratum)``, ``severity_index(year, stratum)``, ``prospective_index(year)`` relative
        to the last base year, ``risk_model(stratum)`` as JSON, ``claimant_floor_usd(stratum)``.
    """
    import xarray as xr

    years, risks = (*base, *performance), collective.risks
    reference = performance[0] if collective.dollars_of is None else collective.dollars_of
    since = np.array(years) - reference
    exposure = np.array([risk.units(years) for risk in risks.values()]).T
    level = np.array([(1.0 + risk.growth) ** since for risk in risks.values()]).T
    weights = np.array([_weight(risk, units) for risk, units in zip(risks.values(), exposure.T, strict=True)])
    mixed = (level * weights).sum(axis=1)
    last = years.index(base[-1])
    names = list(risks)
    data = {
        "risk_exposure": (("year", "stratum"), exposure),
        "severity_index": (("year", "stratum"), level),
        "prospective_index": ("year", mixed / mixed[last] if mixed[last] > 0.0 else np.ones(len(years))),
        _MODEL: ("stratum", [_text(risk) for risk in risks.values()]),
        "claimant_floor_usd": ("stratum", list(collective.floors_usd().values())),
    }
    coords = {
        "year": list(years),
        "period": ("year", ["base"] * len(base) + ["performance"] * len(performance)),
        "stratum": names,
        "line_of_business": ("stratum", names),
        "category": names,
    }
    sources = {name: "; ".join(dict.fromkeys(risk.source for risk in risks.values())) for name in ("", _MODEL)}
    return label(xr.Dataset(data, coords, {"months": 12.0}), sources)


def _weight(risk: Risk, units: np.ndarray) -> float:
    """Weight of a risk in the growth of all: its expected cost where amounts have a mean, else its number of claims."""
    amount = risk.severity.expectation()
    return float(units.mean()) * risk.frequency.expectation() * (amount if np.isfinite(amount) else 1.0)


def _text(risk: Risk) -> str:
    """What decides the claims of a risk, and nothing of where it comes from."""
    kept = {"frequency", "severity", "deductible_usd", "limit_usd"}
    return json.dumps(risk.model_dump(mode="json", include=kept, exclude_none=True), sort_keys=True)


def risks_of(cohort: xr.Dataset) -> dict[str, Risk]:
    """The risks that a dataset of ``build_collective`` holds, by name."""
    read = TypeAdapter(Risk).validate_python
    names, texts = cohort["stratum"].values, cohort[_MODEL].values
    return {
        str(name): read(json.loads(str(text)) | {"source": "dataset"}) for name, text in zip(names, texts, strict=True)
    }
