"""Depression screening: members who were asked, and followed up where it was needed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from vbcsim.experience.measure import Proportion

__all__ = ["Depression"]


class Depression(Proportion):
    """Share of members from 12 years on who were screened for depression, with a follow-up plan where positive.

    All together 77 % and the best tenth 91 %, the 50th and 90th percentile of ACOs in 2021; the standard deviation of
    14 points is that of a normal with the 10th and 90th percentile. Rates by equity stratum must be stated: none was
    found. Every member counts where no share is stated.
    """

    reference: ClassVar[str] = "CMS Shared Savings Program public-use file 2021"
    default_share: ClassVar[Mapping[str, float]] = {"all": 1.0}
    default_rate: ClassVar[Mapping[str, float]] = {"all": 0.77}
    default_limit: ClassVar[float | None] = 0.91
    default_group_sd: ClassVar[float] = 0.14

    kind: Literal["depression"]
    """Word of the family."""
