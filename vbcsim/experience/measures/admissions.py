"""Admissions per 1,000 person-years, from the simulated claims; a low rate is good."""

from __future__ import annotations

from typing import ClassVar, Literal

from vbcsim.experience.categories import INPATIENT
from vbcsim.experience.measure import RatePerThousand

__all__ = ["Admissions"]


class Admissions(RatePerThousand):
    """Hospital stays per 1,000 person-years (HEDIS AHU, not adjusted for risk)."""

    reference: ClassVar[str] = "HEDIS Acute Hospital Utilization; the rate is that of the services' table"
    default_categories: ClassVar[tuple[str, ...]] = INPATIENT

    kind: Literal["admissions"]
    """Word of the family."""
