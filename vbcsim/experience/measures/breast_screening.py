"""Breast cancer screening: women of 50 to 74 years with a mammogram in two years."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from vbcsim.experience.measure import Proportion

__all__ = ["BreastScreening"]


class BreastScreening(Proportion):
    """Share of women of 50 to 74 years with a mammogram in the last two years (HEDIS BCS).

    All together 77 % and the best tenth 85 %, the 50th and 90th percentile of ACOs in 2021, among whom the standard
    deviation was 9.3 points. Rates by equity stratum and the share of members must be stated: none was found.
    """

    reference: ClassVar[str] = "CMS Shared Savings Program public-use file 2021"
    default_rate: ClassVar[Mapping[str, float]] = {"all": 0.77}
    default_limit: ClassVar[float | None] = 0.85
    default_group_sd: ClassVar[float] = 0.093

    kind: Literal["breast_screening"]
    """Word of the family."""
