"""Equity adjustment: dollars a member-month, more for underserved strata and less for others."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from vbcsim.contract.book import Book, view_of
from vbcsim.contract.line import LineMaker
from vbcsim.contract.term import Amount
from vbcsim.contract.value import FractionValue, phrase
from vbcsim.core.errors import BadInput, did_you_mean


class EquityAdjustment(LineMaker):
    """Dollars to add to a benchmark: a signed rate for each member-month of a stratum, nothing for strata not named."""

    formula: ClassVar[str] = "sum over strata of rate_pmpm x 12 x person-years, x phased_in"
    reference: ClassVar[str] = "ACO REACH health equity benchmark adjustment (+$30 and -$6 in 2023)"
    unit: ClassVar[str] = "usd"
    needs_view: ClassVar[bool] = True

    rate_pmpm: Annotated[dict[str, Annotated[float, Field(ge=-1000.0, le=1000.0)]], Field(min_length=1)]
    """Stratum -> rate, of either sign [USD per member per month]."""
    phased_in: FractionValue = 1.0
    """Part of the rate in force [share]."""

    def make(self, book: Book) -> Amount:
        """The adjustment by draw and year [USD]."""
        view = view_of(book, "equity_adjustment")
        strange = [name for name in self.rate_pmpm if name not in view.strata]
        if strange:
            near = did_you_mean(strange[0], view.strata)
            raise BadInput("rate_pmpm", f"no stratum {strange[0]}{near}; there are {', '.join(view.strata)}")
        rates = view.per_stratum({name: self.rate_pmpm.get(name, 0.0) for name in view.strata}, "rate_pmpm")
        people = view.person_years[:, view.performance]
        return 12.0 * (people * rates).sum(axis=-1) * book.value(self.phased_in)

    def sentence(self) -> str:
        """In plain words."""
        parts = ", ".join(
            f"{'-' if rate < 0 else '+'}${abs(rate):.2f} ({stratum.replace('_', ' ')})"
            for stratum, rate in self.rate_pmpm.items()
        )
        phased = "" if self.phased_in == 1.0 else f", phased in at {phrase(self.phased_in)}"
        return f"For each member-month {parts}{phased}."
