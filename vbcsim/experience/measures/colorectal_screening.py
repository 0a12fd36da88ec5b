"""Colorectal cancer screening: members of 45 to 75 years who are up to date."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from vbcsim.experience.measure import Proportion

__all__ = ["ColorectalScreening"]


class ColorectalScreening(Proportion):
    """Share of members of 45 to 75 years with a colonoscopy, stool test or the like in time (HEDIS COL).

    All together 76 % and the best tenth 85 %, the 50th and 90th percentile of ACOs in 2021, among whom the standard
    deviation was 10.8 points. By race: 6, 9 and 8 points below White members for Black, Hispanic and Asian members, a
    judgement, for no published rates were found. The denominator is 38 % of commercial and 45 % of Medicare members.
    """

    reference: ClassVar[str] = "CMS Shared Savings Program public-use file 2021; gaps and denominators: judgement"
    default_share: ClassVar[Mapping[str, float]] = {
        "commercial": 0.38,
        "medicare": 0.45,
        "medicare_advantage": 0.45,
    }
    default_rate: ClassVar[Mapping[str, float]] = {
        "all": 0.76,
        "white": 0.76,
        "black": 0.70,
        "hispanic": 0.67,
        "asian": 0.68,
    }
    default_limit: ClassVar[float | None] = 0.85
    default_group_sd: ClassVar[float] = 0.108

    kind: Literal["colorectal_screening"]
    """Word of the family."""
