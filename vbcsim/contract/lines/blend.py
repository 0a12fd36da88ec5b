"""Blend: lines weighted by shares, such as a historical and a regional benchmark."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Self

from pydantic import Field, model_validator

from vbcsim.contract.book import Book
from vbcsim.contract.line import LineMaker
from vbcsim.contract.term import Amount
from vbcsim.contract.value import FractionValue, Line, phrase_of


class Blend(LineMaker):
    """Sum of lines, each times its share; shares may change by year, as where a regional part is phased in."""

    formula: ClassVar[str] = "sum of share x line"
    reference: ClassVar[str] = "42 CFR 425.652(b): blended national and regional growth; ACO REACH blended benchmark"
    unit: ClassVar[str] = "same"

    of: Annotated[dict[Line, FractionValue], Field(min_length=2)]
    """Line -> share; plain shares sum to one."""

    @model_validator(mode="after")
    def _sum_to_one(self) -> Self:
        plain = [share for share in self.of.values() if isinstance(share, float)]
        if len(plain) == len(self.of) and abs(sum(plain) - 1.0) > 1e-6:
            raise ValueError(f"the shares sum to {sum(plain):g}; they must sum to 1")
        return self

    def make(self, book: Book) -> Amount:
        """The blended line, in the unit of its parts."""
        total: Any = 0.0
        for line, share in self.of.items():
            total = total + book.value(share) * book[line]
        return total

    def sentence(self) -> str:
        """In plain words."""
        return f"{' plus '.join(phrase_of(share, line) for line, share in self.of.items())}."
