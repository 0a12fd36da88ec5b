"""Rebased benchmark: later years of a contract stand on more recent base years."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, ClassVar, Self

import numpy as np
from pydantic import Field, model_validator

from vbcsim.contract.book import Book, view_of
from vbcsim.contract.history import History
from vbcsim.contract.line import LineMaker
from vbcsim.contract.term import Amount
from vbcsim.core.units import Year


class Rebased(LineMaker):
    """A historical benchmark for each agreement period, in force from its first year on.

    A period's base years all lie before its first year, so no year sees a later one. What a group saves in one period
    lowers the benchmark of the next: the ratchet that prior-savings adjustments lessen.
    """

    formula: ClassVar[str] = "the historical benchmark of the period that the year lies in"
    reference: ClassVar[str] = "42 CFR 425.652: benchmark for each agreement period"
    unit: ClassVar[str] = "usd"
    needs_view: ClassVar[bool] = True

    periods: Annotated[dict[Year, History], Field(min_length=1)]
    """First year of each period -> how its benchmark is made."""

    @model_validator(mode="after")
    def _look_back(self) -> Self:
        for first, history in self.periods.items():
            for year in history.base_years or ():
                if year >= first:
                    raise ValueError(
                        f"the period from {first} stands on {year}, which it has not seen; name earlier years"
                    )
        for early, late in pairwise(sorted(self.periods)):
            if self.periods[late].base_years is None:
                raise ValueError(f"the period from {late} needs its own base_years, as it follows that from {early}")
        return self

    def make(self, book: Book) -> Amount:
        """The benchmark of the period that each performance year lies in [USD]."""
        view = view_of(book, "rebased")
        in_force = [
            max((first for first in self.periods if first <= year), default=min(self.periods)) for year in book.years
        ]
        made = {first: self.periods[first].benchmark_usd(book, view) for first in set(in_force)}
        total = np.zeros((1, len(book.years)))
        for first, benchmark in sorted(made.items()):
            total = np.where(np.array(in_force) == first, benchmark, total)
        return total

    def lowest_thresholds_usd(self, years: tuple[int, ...], base: tuple[int, ...]) -> Mapping[str, float]:
        """Lowest threshold of the base years of any period [USD]."""
        lowest: dict[str, float] = {}
        for history in self.periods.values():
            for stratum, usd in history.lowest_usd(years, base).items():
                lowest[stratum] = min(usd, lowest.get(stratum, usd))
        return lowest

    def sentence(self) -> str:
        """In plain words."""
        return " ".join(f"From {first}: {history.words()}" for first, history in sorted(self.periods.items()))
