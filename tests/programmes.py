"""Small cohorts with interventions and measures, for their tests."""

from __future__ import annotations

from typing import Any

import xarray as xr
from pydantic import TypeAdapter

from tests.cohorts import SOURCE, assumptions, cells, service
from vbcsim.cohort.build import build_cohort
from vbcsim.cohort.spec import CohortSpec
from vbcsim.experience.families import AnyIntervention, AnyMeasure

INTERVENTION: TypeAdapter[Any] = TypeAdapter(AnyIntervention)
MEASURE: TypeAdapter[Any] = TypeAdapter(AnyMeasure)

SERVICES = (
    service("inpatient", utilization_per_1000=300.0, mean_cost_usd=10_000.0),
    service("emergency", utilization_per_1000=600.0, mean_cost_usd=800.0),
    service("professional", utilization_per_1000=8000.0, mean_cost_usd=150.0),
    service("part_b_drugs", utilization_per_1000=500.0, mean_cost_usd=3000.0),
)
CATEGORIES = ["inpatient", "emergency", "professional", "part_b_drugs"]
BASE, PERFORMANCE = (2021, 2022), (2023, 2024, 2025, 2026)
ONE_CELL = tuple(cells(1000))


def intervention(kind: str, **fields: Any) -> Any:
    """An intervention of a kind; half of the target engaged unless said otherwise."""
    return INTERVENTION.validate_python({"kind": kind, "uptake": 0.5, "source": SOURCE, **fields})


def measure(kind: str, **fields: Any) -> Any:
    """A measure of a kind."""
    return MEASURE.validate_python({"kind": kind, "source": SOURCE, **fields})


def cohort(
    interventions: dict[str, Any] | None = None,
    measures: dict[str, Any] | None = None,
    of_cells: Any = ONE_CELL,
    strata: tuple[str, ...] = ("risk_tier",),
    told: Any = None,
    base: Any = BASE,
    performance: Any = PERFORMANCE,
    **changed: Any,
) -> xr.Dataset:
    """The cohort dataset with these interventions and measures."""
    spec = CohortSpec(cells=of_cells, strata=strata, source=SOURCE, **changed)
    return build_cohort(spec, told or assumptions(SERVICES), base, performance, interventions, measures)
