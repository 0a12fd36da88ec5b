"""Rate book: a benchmark from published rates for each person, whatever the group itself used to cost."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from vbcsim.contract.book import Book, view_of
from vbcsim.contract.line import LineMaker
from vbcsim.contract.term import Amount
from vbcsim.contract.value import IndexLine, phrase
from vbcsim.core.units import Usd


class RateBook(LineMaker):
    """Published cost per person-year by stratum, grown to the performance year, times risk score and person-years."""

    formula: ClassVar[str] = "sum over strata of per_capita x risk x person-years, x growth"
    reference: ClassVar[str] = "42 CFR 425.656: regional expenditures; ACO REACH rate book"
    unit: ClassVar[str] = "usd"
    needs_view: ClassVar[bool] = True

    per_capita_usd: Usd | Annotated[dict[str, Usd], Field(min_length=1)]
    """Cost of a person-year of risk 1 in the last base year, one for all or by stratum [USD]."""
    growth: IndexLine = "regional_index"
    """Line of growth since the last base year."""
    risk_adjusted: bool = True
    """Whether each stratum's rate is multiplied by its risk score."""

    def make(self, book: Book) -> Amount:
        """The benchmark of the performance years [USD]."""
        view = view_of(book, "rate_book")
        rows = view.performance
        rate = view.per_stratum(self.per_capita_usd, "per_capita_usd") * view.person_years[:, rows]
        by_stratum = rate * view.risk_score[:, rows] if self.risk_adjusted else rate
        return by_stratum.sum(axis=-1) * book[self.growth]

    def sentence(self) -> str:
        """In plain words."""
        given = self.per_capita_usd
        parts = given.items() if isinstance(given, dict) else [("everybody", given)]
        rates = ", ".join(f"{phrase(usd, 'usd')} ({stratum.replace('_', ' ')})" for stratum, usd in parts)
        risk = ", times the risk score" if self.risk_adjusted else ""
        return f"Published cost per person-year of {rates}{risk}, grown with the {self.growth}, times person-years."
