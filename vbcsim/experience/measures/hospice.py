"""Hospice: members at the end of life who were in hospice care."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from vbcsim.experience.measure import Proportion

__all__ = ["Hospice"]


class Hospice(Proportion):
    """Share of members who died that were in hospice care, three days or more.

    The denominator of Medicare is 4.1 % of members, the mortality from 65 years on (CDC 2019). The rate must be stated,
    and elsewhere the share: none was found. Groups differ by a standard deviation of 5 points (judgement).
    """

    reference: ClassVar[str] = "CDC MMWR 2024: 4,073.8 deaths per 100,000 from 65 years on in 2019; spread: judgement"
    default_share: ClassVar[Mapping[str, float]] = {"medicare": 0.0407, "medicare_advantage": 0.0407}
    default_group_sd: ClassVar[float] = 0.05

    kind: Literal["hospice"]
    """Word of the family."""
