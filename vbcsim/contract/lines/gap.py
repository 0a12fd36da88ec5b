"""Gap: how far groups lie behind a reference group in a measure."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import Field

from vbcsim.contract.book import Book
from vbcsim.contract.line import LineMaker
from vbcsim.contract.term import Amount
from vbcsim.contract.value import Line, NonNegativeValue, phrase
from vbcsim.contract.wording import joined


class Gap(LineMaker):
    """Weighted mean distance of groups behind the reference; negative where they are ahead of it.

    Small groups are measured with noise; a gap of lines that carry their sampling error carries it too.
    """

    formula: ClassVar[str] = "sum of weight x (reference - group) / sum of weight"
    reference: ClassVar[str] = "pay-for-equity contracts on measures stratified by race, ethnicity and language"
    unit: ClassVar[str] = "same"

    behind: Line
    """Line of the measure in the reference group."""
    groups: Annotated[dict[Line, NonNegativeValue], Field(min_length=1)]
    """Line of the measure in each group -> its weight, such as its denominator [number]."""
    lower_is_better: bool = False
    """Whether a low value of the measure is good, as of poor control or readmission."""

    def make(self, book: Book) -> Amount:
        """The gap by draw and year, in the measure's unit; zero where no group has weight."""
        best = book[self.behind]
        distance: Any = 0.0
        weights: Any = 0.0
        for line, given in self.groups.items():
            share = book.value(given)
            distance = distance + share * (book[line] - best if self.lower_is_better else best - book[line])
            weights = weights + share
        return distance / (weights + (weights == 0.0))

    def sentence(self) -> str:
        """In plain words."""
        groups = joined(f"{line} (weight {phrase(weight, 'number')})" for line, weight in self.groups.items())
        return f"How far {groups} lie behind {self.behind}{', where low is good' if self.lower_is_better else ''}."
