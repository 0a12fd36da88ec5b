"""Screening for social needs: members who were asked about housing, food, transport and the like."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from vbcsim.experience.measure import Proportion

__all__ = ["SdohScreening"]


class SdohScreening(Proportion):
    """Share of members screened for social needs in the year.

    The rate must be stated: none was found. Every member counts where no share is stated. Groups differ by a standard
    deviation of 14 points, as in screening for depression (judgement).
    """

    reference: ClassVar[str] = "no published rates were found; spread between groups: judgement"
    default_share: ClassVar[Mapping[str, float]] = {"all": 1.0}
    default_group_sd: ClassVar[float] = 0.14

    kind: Literal["sdoh_screening"]
    """Word of the family."""
