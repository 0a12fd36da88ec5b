"""Blood pressure control: members with hypertension below 140/90 mm Hg."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from vbcsim.experience.measure import Proportion

__all__ = ["BloodPressure"]


class BloodPressure(Proportion):
    """Share of members with hypertension whose last reading was below 140/90 (HEDIS CBP).

    All together 75 % and the best tenth 84 %, the 50th and 90th percentile of ACOs in 2021, among whom the standard
    deviation was 8.0 points. By race the published rates of Blue Cross Blue Shield of Massachusetts (report of 2022).
    The denominator is 18 % of commercial and 60 % of Medicare members (judgement).
    """

    reference: ClassVar[str] = (
        "CMS Shared Savings Program public-use file 2021; Blue Cross Blue Shield of Massachusetts, equity report 2022"
    )
    default_share: ClassVar[Mapping[str, float]] = {
        "commercial": 0.18,
        "medicare": 0.60,
        "medicare_advantage": 0.60,
    }
    default_rate: ClassVar[Mapping[str, float]] = {
        "all": 0.75,
        "white": 0.747,
        "black": 0.661,
        "hispanic": 0.690,
        "asian": 0.742,
    }
    default_limit: ClassVar[float | None] = 0.84
    default_group_sd: ClassVar[float] = 0.080

    kind: Literal["blood_pressure"]
    """Word of the family."""
