"""Loss ratio: cost over premium, with what may be added to the one and taken off the other."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Self

from pydantic import BeforeValidator, Field, model_validator

from vbcsim.contract.book import Book
from vbcsim.contract.line import LineMaker
from vbcsim.contract.term import Amount
from vbcsim.contract.value import FractionValue, UsdLine, as_tuple, phrase

Lines = Annotated[tuple[UsdLine, ...], BeforeValidator(as_tuple)]


class LossRatio(LineMaker):
    """Claims and quality improvement over premium less taxes, plus a credibility adjustment for small plans."""

    formula: ClassVar[str] = "sum(cost) / (premium - sum(less)) + credibility"
    reference: ClassVar[str] = "45 CFR 158.221 and 158.230-232; 42 CFR 422.2420, 422.2440, 438.8"
    unit: ClassVar[str] = "fraction"

    cost: Annotated[Lines, Field(min_length=1)]
    """Claims and what counts with them: quality improvement, settlements paid to providers [USD]."""
    premium: UsdLine = "premium"
    """Line of premium [USD]."""
    less: Lines = ()
    """Taxes and fees taken off premium [USD]."""
    credibility: FractionValue = 0.0
    """Points added for size, usually a table by life-years or member-months [share]."""

    @model_validator(mode="after")
    def _premium_is_left(self) -> Self:
        if self.premium in self.less:
            raise ValueError(f"{self.premium} is taken off itself; nothing would be left to divide by")
        return self

    def make(self, book: Book) -> Amount:
        """The adjusted ratio by draw and year [share of premium]."""
        cost: Any = 0.0
        for line in self.cost:
            cost = cost + book[line]
        premium = book[self.premium]
        for line in self.less:
            premium = premium - book[line]
        return cost / premium + book.value(self.credibility)

    def sentence(self) -> str:
        """In plain words."""
        off = "".join(f" less {line}" for line in self.less)
        points = "" if self.credibility == 0.0 else f", plus {phrase(self.credibility)} for size"
        return f"{' + '.join(self.cost).capitalize()} over {self.premium}{off}{points}."
