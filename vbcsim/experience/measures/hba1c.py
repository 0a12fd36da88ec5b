"""HbA1c poor control: members with diabetes above 9 %; a low rate is good."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from vbcsim.experience.measure import Proportion

__all__ = ["Hba1c"]


class Hba1c(Proportion):
    """Share of members with diabetes whose last HbA1c was above 9 % or was not taken (HEDIS HBD, poor control).

    All together 11.2 % and the best tenth 7.0 %, the 50th and 10th percentile of ACOs in 2021, among whom the standard
    deviation was 6.7 points. By race the published rates of Blue Cross Blue Shield of Massachusetts (report of 2022).
    The denominator is 7 % of commercial and 25 % of Medicare members (judgement).
    """

    reference: ClassVar[str] = (
        "CMS Shared Savings Program public-use file 2021; Blue Cross Blue Shield of Massachusetts, equity report 2022"
    )
    lower_is_better: ClassVar[bool] = True
    default_share: ClassVar[Mapping[str, float]] = {
        "commercial": 0.07,
        "medicare": 0.25,
        "medicare_advantage": 0.25,
    }
    default_rate: ClassVar[Mapping[str, float]] = {
        "all": 0.112,
        "white": 0.239,
        "black": 0.257,
        "hispanic": 0.319,
        "asian": 0.218,
    }
    default_limit: ClassVar[float | None] = 0.070
    default_group_sd: ClassVar[float] = 0.067

    kind: Literal["hba1c"]
    """Word of the family."""
