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
    The comparator is itself a sample: in each draw it lies off the truth by ``error_sd`` times a standard normal number
    that the experience gives, or by a line ``noise`` of mean 1.
    """

    formula: ClassVar[str] = (
        "(index - own_share x own growth) / (1 - own_share) x (1 + error_sd x comparator_error) x noise"
    )
    reference: ClassVar[str] = (
        "market-comparator total cost of care contracts; 42 CFR 425.652(a)(5) on the ACO's own share"
    )
    unit: ClassVar[str] = "number"
    needs_view: ClassVar[bool] = True

    index: IndexLine = "regional_index"
    """Line of growth of the whole market since the last base year."""
    own_share: Annotated[float, Field(ge=0.0, le=0.95)] = 0.0
    """The group's part of the market's members [share]."""
    error_sd: Annotated[float, Field(ge=0.0, le=0.5)] = 0.0
    """Standard error of the comparator's growth, from the size of its sample [share]."""
    noise: Line | None = None
    """Line of a further error, mean 1; none where left out."""

    def lines(self) -> tuple[str, ...]:
        """The index, the noise, and the error that the experience gives where it counts."""
        return (*super().lines(), *(("comparator_error",) if self.error_sd > 0.0 else ()))

    def make(self, book: Book) -> Amount:
        """Growth of the market without the group since the last base year [number]."""
        growth = book[self.index]
        if self.own_share > 0.0:
            growth = (growth - self.own_share * self._own_growth(book)) / (1.0 - self.own_share)
        if self.error_sd > 0.0:
            growth = growth * (1.0 + self.error_sd * book["comparator_error"])
        return growth if self.noise is None else growth * book[self.noise]

    def _own_growth(self, book: Book) -> Amount:
        """Growth of the group's own cost per person-year since the last base year."""
        view = view_of(book, "market_comparator")
        per_capita = view.by_stratum_usd.sum(axis=-1) / view.person_years.sum(axis=-1)
        return np.asarray(per_capita[:, view.performance] / per_capita[:, view.base[-1], np.newaxis])

    def sentence(self) -> str:
        """In plain words."""
        own = f" without the group's own {phrase(self.own_share)}" if self.own_share > 0.0 else ""
        error = f", with a sampling error of {phrase(self.error_sd)}" if self.error_sd > 0.0 else ""
        noise = "" if self.noise is None else f", times the {self.noise}"
        return f"Growth of the {self.index}{own}{error}{noise}."
