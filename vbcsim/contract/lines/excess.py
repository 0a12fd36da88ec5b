"""Excess: cost above an attachment point, person by person, up to a limit; the line that stop-loss pays on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator

from vbcsim.contract.book import Book, view_of
from vbcsim.contract.line import LineMaker
from vbcsim.contract.term import Amount
from vbcsim.contract.truncation import Truncation
from vbcsim.contract.view import View
from vbcsim.core.units import Usd


class Excess(Truncation, LineMaker):
    """Sum over persons of min(max(cost - attachment, 0), limit), by performance year; exact from large claimants."""

    formula: ClassVar[str] = "sum over persons of min(max(cost - attachment, 0), limit)"
    reference: ClassVar[str] = "specific stop-loss: per-person deductible and limit"
    unit: ClassVar[str] = "usd"
    needs_view: ClassVar[bool] = True

    limit_usd: Usd | None = None
    """Most that is paid for one person in the reference year, growing with it; unlimited where left out."""

    @model_validator(mode="after")
    def _has_room(self) -> Self:
        if self.limit_usd == 0.0:
            raise ValueError("limit_usd is 0: nothing could be paid; leave it out for no limit")
        return self

    def make(self, book: Book) -> Amount:
        """What exceeds the thresholds, within the limit [USD]."""
        view = view_of(book, "excess")
        over = self.thresholds_usd(view, view.performance)
        upto = over + self._limits_usd(view) if self.limit_usd is not None else None
        return view.excess_usd(view.performance, over, upto, what="excess").sum(axis=-1)

    def lowest_thresholds_usd(self, years: tuple[int, ...], base: tuple[int, ...]) -> Mapping[str, float]:
        """Lowest threshold of the performance years [USD]."""
        return self.lowest_usd(years, base, years)

    def _limits_usd(self, view: View) -> NDArray[np.float64]:
        """Limit by (performance year, stratum), growing as the threshold does [USD]."""
        return self.model_copy(update={"threshold_usd": self.limit_usd}).thresholds_usd(view, view.performance)

    def sentence(self) -> str:
        """In plain words."""
        most = "" if self.limit_usd is None else f", at most ${self.limit_usd:,.0f} a person"
        return f"What people's cost exceeds their threshold by, with {self.words()}{most}."
