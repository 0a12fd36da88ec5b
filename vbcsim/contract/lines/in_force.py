"""In force: one line up to a year, another from it on, such as a benchmark that is replaced on renewal."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

import numpy as np
from pydantic import Field

from vbcsim.contract.book import Book
from vbcsim.contract.line import LineMaker
from vbcsim.contract.term import Amount
from vbcsim.contract.value import Line
from vbcsim.core.errors import BadInput
from vbcsim.core.units import Year


class InForce(LineMaker):
    """The line in force in each performance year: the one whose first year is the latest that is not later."""

    formula: ClassVar[str] = "the line whose first year is the latest not after t"
    reference: ClassVar[str] = "contracts whose terms change on renewal"
    unit: ClassVar[str] = "same"

    years: Annotated[dict[Year, Line], Field(min_length=1)]
    """First year -> line in force from it on."""

    def make(self, book: Book) -> Amount:
        """The line in force by draw and year."""
        if book.years[0] < min(self.years):
            raise BadInput("in_force", f"no line in force in {book.years[0]}: the first is of {min(self.years)}")
        first = np.array([max(year for year in self.years if year <= now) for now in book.years])
        found: Any = 0.0
        for year, line in sorted(self.years.items()):
            found = np.where(first == year, book[line], found)
        return np.asarray(found, dtype=np.float64)

    def sentence(self) -> str:
        """In plain words."""
        return f"{', '.join(f'the {line} from {year}' for year, line in sorted(self.years.items())).capitalize()}."
