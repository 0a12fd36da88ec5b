"""Attributed members: whose months, years or lives count under the contract."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from vbcsim.contract.book import Book, view_of
from vbcsim.contract.line import LineMaker
from vbcsim.contract.term import Amount
from vbcsim.contract.value import FractionValue, phrase
from vbcsim.core.errors import BadInput, did_you_mean


class Attributed(LineMaker):
    """Person-years or member-months of some strata, times the part that stays attributed.

    Gives the months of a member class, for a fee of its own, and the member-months of a contract of less than a year.
    """

    formula: ClassVar[str] = "kept x sum over strata of person-years (x months)"
    reference: ClassVar[str] = "42 CFR 425.400-402: assignment; contract definitions of attributed member-months"
    unit: ClassVar[str] = "months"
    needs_view: ClassVar[bool] = True

    strata: Annotated[tuple[str, ...], Field(min_length=1)] | None = None
    """Strata that count; all where left out."""
    counted: Literal["member_months", "person_years"] = "member_months"
    """What is counted."""
    months: Annotated[int, Field(ge=1, le=12)] = 12
    """Months of the year that count, for member-months."""
    kept: FractionValue = 1.0
    """Part of the members who stay attributed [share]."""

    def make(self, book: Book) -> Amount:
        """Member-months or person-years by year."""
        view = view_of(book, "attributed")
        names = self.strata or view.strata
        strange = [name for name in names if name not in view.strata]
        if strange:
            near = did_you_mean(strange[0], view.strata)
            raise BadInput("attributed.strata", f"no stratum {strange[0]}{near}; there are {', '.join(view.strata)}")
        people = view.person_years[:, view.performance][..., [view.strata.index(name) for name in names]]
        counted = people.sum(axis=-1) * (self.months if self.counted == "member_months" else 1.0)
        return counted * book.value(self.kept)

    def sentence(self) -> str:
        """In plain words."""
        whose = "everybody" if self.strata is None else ", ".join(name.replace("_", " ") for name in self.strata)
        year = f", {self.months} months a year" if self.counted == "member_months" and self.months != 12 else ""
        kept = "" if self.kept == 1.0 else f", of which {phrase(self.kept)} stay attributed"
        return f"{self.counted.replace('_', ' ').capitalize()} of {whose}{year}{kept}."
