"""Emergency visits per 1,000 person-years, from the simulated claims; a low rate is good."""

from __future__ import annotations

from typing import ClassVar, Literal

from vbcsim.experience.categories import EMERGENCY
from vbcsim.experience.measure import RatePerThousand

__all__ = ["EdVisits"]


class EdVisits(RatePerThousand):
    """Emergency visits without admission per 1,000 person-years (HEDIS EDU, not adjusted for risk)."""

    reference: ClassVar[str] = "HEDIS Emergency Department Utilization; the rate is that of the services' table"
    default_categories: ClassVar[tuple[str, ...]] = EMERGENCY

    kind: Literal["ed_visits"]
    """Word of the family."""
