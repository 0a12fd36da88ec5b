"""Rate: any further measure, with its figures stated."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from vbcsim.core.units import Fraction
from vbcsim.experience.measure import Proportion, Rates, Shares

__all__ = ["RateMeasure"]


class RateMeasure(Proportion):
    """A share of members for which no default is known, such as one of the many measures of a medical home."""

    reference: ClassVar[str] = "as the scenario states"
    default_group_sd: ClassVar[float] = 0.0

    kind: Literal["rate"]
    """Word of the family."""
    share: Shares
    """Share of the chosen members in the denominator, or shares by line of business."""
    rate: Rates
    """Rate of the last base year, or rates by equity stratum."""
    group_sd: Annotated[Fraction, Field(le=0.4)]
    """Standard deviation between provider groups, in the unit of the rate."""
    low: bool = False
    """Whether a low rate is good."""

    @property
    def low_is_good(self) -> bool:
        """Whether a low rate is good."""
        return self.low
