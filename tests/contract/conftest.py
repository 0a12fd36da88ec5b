"""A toy experience whose members are known one by one, so that every line can be checked against a plain sum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import xarray as xr

YEARS = (2020, 2021, 2022, 2023, 2024)
BASE = 3
STRATA = ("aged", "disabled")
CATEGORIES = ("inpatient", "professional")
FLOOR = {"aged": 20_000.0, "disabled": 10_000.0}


@dataclass(frozen=True)
class Toy:
    """An experience and the members behind it."""

    ds: xr.Dataset
    cost: Any
    """Cost of each member (draw, year, stratum, member, category) [USD]."""

    @property
    def member_usd(self) -> Any:
        """Cost of each member over categories (draw, year, stratum, member) [USD]."""
        return self.cost.sum(axis=-1)


def _claimants(member_usd: Any) -> dict[str, Any]:
    floor = np.array([FLOOR[s] for s in STRATA])
    d, y, s, m = np.nonzero(member_usd > floor[:, np.newaxis])
    return {
        "claimant_usd": ("claimant", member_usd[d, y, s, m]),
        "claimant_draw": ("claimant", d.astype(np.int32)),
        "claimant_year": ("claimant", y.astype(np.int16)),
        "claimant_stratum": ("claimant", s.astype(np.int16)),
        "claimant_floor_usd": ("stratum", floor),
    }


def build_toy(draws: int = 5, members: int = 40, seed: int = 1) -> Toy:
    """A toy experience of ``members`` in each of two strata, three base years and two performance years."""
    rng = np.random.default_rng(seed)
    shape = (draws, len(YEARS), len(STRATA), members, len(CATEGORIES))
    cost = np.round(rng.lognormal(8.0, 1.5, shape), 2)
    person_years = np.stack([np.full(len(YEARS), members * 0.9), np.full(len(YEARS), members * 0.8)], axis=-1)
    index = 1.0 + 0.03 * (np.arange(len(YEARS)) - BASE + 1) + rng.normal(0.0, 0.01, (draws, len(YEARS)))
    regional = index * 1.01
    for series in (index, regional):
        series /= series[:, [BASE - 1]]
    data = {
        "expenditure_usd": (("draw", "year", "stratum", "category"), cost.sum(axis=3)),
        "utilization": (("draw", "year", "stratum", "category"), rng.poisson(50, (*shape[:3], shape[4])).astype(float)),
        "person_years": (("year", "stratum"), person_years),
        "lives": (("year", "stratum"), np.full(person_years.shape, float(members))),
        "risk_score": (("draw", "year", "stratum"), rng.normal(1.0, 0.03, shape[:3])),
        "national_index": (("draw", "year"), index),
        "regional_index": (("draw", "year"), regional),
        "prospective_index": (("year",), 1.04 ** (np.arange(len(YEARS)) - BASE + 1.0)),
        "group_effect": (("draw", "year"), np.ones(shape[:2])),
        "quality_score": (("draw", "year"), rng.uniform(0.3, 1.0, shape[:2])),
        "comparator_error": (("draw", "year"), np.random.default_rng(12).normal(size=shape[:2])),
        "provider_revenue_usd": (("draw", "year"), 0.4 * cost.sum(axis=(2, 3, 4))),
        **_claimants(cost.sum(axis=-1)),
    }
    coords = {
        "draw": np.arange(draws),
        "year": list(YEARS),
        "period": ("year", ["base"] * BASE + ["performance"] * (len(YEARS) - BASE)),
        "stratum": list(STRATA),
        "category": list(CATEGORIES),
    }
    return Toy(xr.Dataset(data, coords=coords, attrs={"experience_hash": "toy", "seed": "1"}), cost)


@pytest.fixture(scope="session")
def toy() -> Toy:
    """Five draws of forty members in each of two strata."""
    return build_toy()
