"""Small cohorts for the tests of the engine: plain by default, every layer of uncertainty switched on by name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import xarray as xr

from vbcsim.assumptions.spec import Assumptions, Service
from vbcsim.cohort.build import build_cohort
from vbcsim.cohort.spec import CohortSpec

SOURCE = "made up for a test"
NO_FLOOR = 1e13
"""A claimant floor that nobody passes."""


def service(category: str = "visit", **changed: Any) -> Service:
    """A service category: three services a year of 100 USD; no frailty and no trend unless changed."""
    usual: dict[str, Any] = {
        "category": category,
        "service": "service",
        "utilization_per_1000": 3000.0,
        "mean_cost_usd": 100.0,
        "overdispersion": 0.0,
        "shared_weight": 0.0,
        "persistence": 0.0,
        "body_sigma": 0.5,
        "source": SOURCE,
    }
    return Service(**{**usual, **changed})


def assumptions(services: Sequence[Service], **sections: Any) -> Assumptions:
    """Assumptions without frailty, shocks and noise; a section given by name replaces the fields that it holds."""
    usual: dict[str, dict[str, Any]] = {
        "shared_frailty": {"variance": 0.0, "persistence": 0.0},
        "market_trend": {"national_shock_sd": 0.0, "regional_shock_sd": 0.0},
        "provider_group": {"effect_sd": 0.0, "persistence": 0.0},
        "risk_score": {"coding_growth": 0.0},
        "quality": {"mean": 0.8, "sd": 0.0},
        "provider_revenue": {"own_share": 0.25},
    }
    named = {name: {"source": SOURCE} | fields | sections.pop(name, {}) for name, fields in usual.items()}
    floor = sections.pop("floor_usd", NO_FLOOR)
    return Assumptions(services=tuple(services), large_claimants={"floor_usd": floor}, **named, **sections)


def cells(*members: int, **changed: Sequence[Any]) -> list[dict[str, Any]]:
    """A cell, and a stratum of its own, for each number of members; ``changed`` gives fields, a value per cell."""
    return [
        {"cell": f"c{i}", "risk_tier": f"r{i}", "members": n} | {name: values[i] for name, values in changed.items()}
        for i, n in enumerate(members)
    ]


def cohort_of(
    told: Assumptions,
    of_cells: Sequence[dict[str, Any]],
    base: Sequence[int] = (2021, 2022),
    performance: Sequence[int] = (2023,),
    **changed: Any,
) -> xr.Dataset:
    """The cohort dataset of these assumptions and cells; ``changed`` gives fields of ``CohortSpec``."""
    spec = CohortSpec(**{"cells": of_cells, "strata": ("risk_tier",), "source": SOURCE, **changed})
    return build_cohort(spec, told, base, performance)
