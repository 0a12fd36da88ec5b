"""Market comparator: how the market grew without the group's own members, as a sample shows it."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from vbcsim.contract.book import Book, view_of
from vbcsim.contract.line import LineMaker
from vbcsim.contract.term import Amount
from vbcsim.contract.value import IndexLine, Line, phrase


class MarketComparator(LineMaker):
    """Growth of the market since the last base year, the group's own panel taken out and sampling error put in.

    Left in, a panel is measured partly against itself: with an own share s, a true saving shows as (1 - s) of itself.
    The comparator is itself a sample; ``noise`` is a line of mean 1 that says how far it lies from the truth in each
    draw.
    """

    formula: ClassVar[str] = "(index - own_share x own growth) / (1 - own_share) x noise"
    reference: ClassVar[str] = (
        "market-comparator total cost of care contracts; 42 CFR 425.652(a)(5) on the ACO's own share"
    )
    unit: ClassVar[str] = "number"
    needs_view: ClassVar[bool] = True

    index: IndexLine = "regional_index"
    """Line of growth of the whole market since the last base year."""
    own_share: Annotated[float, Field(ge=0.0, le=0.95)] = 0.0
    """The group's part of the market's members [share]."""
    noise: Line | None = None
    """Line of the comparator's sampling error, mean 1; none where left out."""

    def make(self, book: Book) -> Amount:
        """Growth of the market without the group since the last base year [number]."""
        growth = book[self.index]
        if self.own_share > 0.0:
            growth = (growth - self.own_share * self._own_growth(book)) / (1.0 - self.own_share)
        return growth if self.noise is None else growth * book[self.noise]

    def _own_growth(self, book: Book) -> Amount:
        """Growth of the group's own cost per person-year since the last base year."""
        view = view_of(book, "market_comparator")
        per_capita = view.by_stratum_usd.sum(axis=-1) / view.person_years.sum(axis=-1)
        return np.asarray(per_capita[:, view.performance] / per_capita[:, view.base[-1], np.newaxis])

    def sentence(self) -> str:
        """In plain words."""
        own = f" without the group's own {phrase(self.own_share)}" if self.own_share > 0.0 else ""
        noise = "" if self.noise is None else f", with the sampling error {self.noise}"
        return f"Growth of the {self.index}{own}{noise}."
