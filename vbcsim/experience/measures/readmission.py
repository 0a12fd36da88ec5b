"""Readmission: hospital stays that are followed by another within 30 days; a low rate is good."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from vbcsim.core.uncertain import Distribution
from vbcsim.experience.categories import INPATIENT
from vbcsim.experience.measure import SERVICES, Counted, Proportion

__all__ = ["Readmission"]


class Readmission(Counted, Proportion):
    """Share of discharges followed by an unplanned stay within 30 days, for any condition.

    The denominator is the simulated stays of the stratum, so it falls where admissions fall. All together 15.5 % and
    the best tenth 13.9 %, the 50th and 10th percentile of ACOs in 2021; the standard deviation of 1.1 points is that
    of a normal with those and the 90th percentile. Rates by equity stratum must be stated: none was found.
    """

    reference: ClassVar[str] = "CMS Shared Savings Program public-use file 2021"
    lower_is_better: ClassVar[bool] = True
    counted: ClassVar[int] = SERVICES
    default_categories: ClassVar[tuple[str, ...]] = INPATIENT
    default_share: ClassVar[Mapping[str, float]] = {"all": 1.0}
    default_rate: ClassVar[Mapping[str, float]] = {"all": 0.155}
    default_improvement: ClassVar[float] = Distribution("normal", (0.002, 0.001))
    default_limit: ClassVar[float | None] = 0.139
    default_group_sd: ClassVar[float] = 0.011

    kind: Literal["readmission"]
    """Word of the family."""
