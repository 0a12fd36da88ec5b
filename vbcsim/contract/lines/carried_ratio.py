"""Carried ratio: a loss ratio that carries what lay beyond its range in earlier years."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Self

import numpy as np
from pydantic import Field, model_validator

from vbcsim.contract.book import Book, every_year
from vbcsim.contract.line import LineMaker
from vbcsim.contract.term import Amount
from vbcsim.contract.value import NonNegativeValue, UsdLine, phrase


class CarriedRatio(LineMaker):
    """Cost over premium, with the part of earlier years that lay above (deficit) or below (credit) a sliding scale.

    A sliding-scale commission read from this line makes up in later years for losses beyond its range.
    """

    formula: ClassVar[str] = (
        "r_t = (of_t + c_(t-1)) / to_t, c_t = (max(r_t - above, 0) - max(below - r_t, 0)) x to_t x carried"
    )
    reference: ClassVar[str] = "carry-forward of sliding scales: Clark, Basics of Reinsurance Pricing (CAS 2014)"
    unit: ClassVar[str] = "rate"

    of: UsdLine = "expenditure"
    """Line of cost [USD]."""
    to: UsdLine = "premium"
    """Line of premium [USD]."""
    above: NonNegativeValue | None = None
    """Ratio above which cost is carried to the next year; no deficit is carried where left out [number]."""
    below: NonNegativeValue | None = None
    """Ratio below which the room is carried to the next year; no credit is carried where left out [number]."""
    carried: Annotated[float, Field(ge=0.0, le=1.0)] = 1.0
    """Part of what lay beyond that is carried [share]."""

    @model_validator(mode="after")
    def _carries_something(self) -> Self:
        if self.above is None and self.below is None:
            raise ValueError("above and below are left out, so nothing is carried; give one, or use ratio")
        return self

    def make(self, book: Book) -> Amount:
        """The ratio by draw and year [share of one]."""
        cost, premium = book[self.of] + 0.0 * book[self.to], book[self.to] + 0.0 * book[self.of]
        above = None if self.above is None else every_year(book, self.above)
        below = None if self.below is None else every_year(book, self.below)
        carried: Any = 0.0
        ratios = []
        for k in range(len(book.years)):
            ratio = (cost[..., k] + carried) / premium[..., k]
            beyond: Any = 0.0
            if above is not None:
                beyond = beyond + np.maximum(ratio - above[..., k], 0.0)
            if below is not None:
                beyond = beyond - np.maximum(below[..., k] - ratio, 0.0)
            carried = beyond * premium[..., k] * self.carried
            ratios.append(ratio)
        return np.stack(ratios, axis=-1)

    def sentence(self) -> str:
        """In plain words."""
        parts = [f"above {phrase(self.above, 'rate')}"] if self.above is not None else []
        parts += [f"below {phrase(self.below, 'rate')}"] if self.below is not None else []
        some = "" if self.carried == 1.0 else f"{phrase(self.carried)} of "
        return f"The {self.of} over the {self.to}, with {some}what lay {' or '.join(parts)} carried to the next year."
