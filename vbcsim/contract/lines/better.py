"""Better: on how many measures a group lies ahead of a reference, such as the market or the year before."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

import numpy as np
from pydantic import Field

from vbcsim.contract.book import Book
from vbcsim.contract.line import LineMaker
from vbcsim.contract.term import Amount
from vbcsim.contract.value import Clause, Line, NonNegativeValue, phrase
from vbcsim.contract.wording import joined


class Compared(Clause):
    """One measure and what it is held against."""

    measure: Line
    """Line of the measure."""
    than: NonNegativeValue
    """The reference, in the measure's own unit: a number, one by year, or a line [number]."""
    lower_is_better: bool = False
    """Whether a low value of the measure is good, as of readmission."""


class Better(LineMaker):
    """Number of measures that are ahead of their reference by more than a margin.

    "Better on 18 of 25 measures" is this line at 18. Measures of one group move together, so that many at once are
    ahead, or behind, by chance.
    """

    formula: ClassVar[str] = "sum over measures of 1 where measure - than > margin, or than - measure where low is good"
    reference: ClassVar[str] = "league tables of medical homes: better than the market on so many of 25 NCQA measures"
    unit: ClassVar[str] = "number"

    measures: Annotated[tuple[Compared, ...], Field(min_length=1)]
    """The measures, each with its reference."""
    margin: NonNegativeValue = 0.0
    """How far ahead counts as better, in the measures' unit [number]."""

    def make(self, book: Book) -> Amount:
        """The number of measures by draw and year."""
        margin = book.value(self.margin)
        ahead: Any = np.zeros((1, len(book.years)))
        for one in self.measures:
            lead = book[one.measure] - book.value(one.than)
            ahead = ahead + ((-lead if one.lower_is_better else lead) > margin)
        return np.asarray(ahead, dtype=np.float64)

    def sentence(self) -> str:
        """In plain words."""
        names = joined(
            f"{one.measure} (against {phrase(one.than, 'number')}{', low is good' if one.lower_is_better else ''})"
            for one in self.measures
        )
        by = "" if self.margin == 0.0 else f" by more than {phrase(self.margin, 'number')}"
        return f"On how many of these measures the group is ahead{by}: {names}."
