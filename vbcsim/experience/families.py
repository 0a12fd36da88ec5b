"""The families of interventions and measures as types of a scenario file: one of the family, told by its ``kind``."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from vbcsim.experience.intervention import Intervention, intervention_family
from vbcsim.experience.measure import Measure, measure_family

__all__ = ["AnyIntervention", "AnyMeasure"]


def _one_of(family: dict[str, Any]) -> Any:
    return Annotated[reduce(or_, family.values()), Field(discriminator="kind")]


if TYPE_CHECKING:
    AnyIntervention = Intervention
    AnyMeasure = Measure
else:
    AnyIntervention = _one_of(dict(intervention_family()))
    AnyMeasure = _one_of(dict(measure_family()))
