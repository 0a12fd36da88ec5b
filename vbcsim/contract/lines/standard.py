"""Standard: one where a line reaches a level, zero where it does not; a quality standard met or failed."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Self

import numpy as np
from pydantic import BeforeValidator, Field, model_validator

from vbcsim.contract.book import Book
from vbcsim.contract.line import LineMaker
from vbcsim.contract.term import Amount
from vbcsim.contract.value import Line, NonNegativeValue, as_tuple, standards


class Standard(LineMaker):
    """1 where enough of the lines reach a level, else 0."""

    formula: ClassVar[str] = "1 if at least `needed` of the lines are >= at_least, else 0"
    reference: ClassVar[str] = "42 CFR 425.512(a): quality performance standard"
    unit: ClassVar[str] = "fraction"

    on: Annotated[tuple[Line, ...], BeforeValidator(as_tuple), Field(min_length=1)]
    """Line or lines that are tested."""
    at_least: NonNegativeValue
    """Level to reach, in the line's own unit."""
    needed: Annotated[int, Field(ge=1)] | None = None
    """How many lines must reach it; all where left out."""

    @model_validator(mode="after")
    def _can_be_met(self) -> Self:
        if self.needed is not None and self.needed > len(self.on):
            raise ValueError(
                f"{self.needed} lines are needed and {len(self.on)} named; the standard could never be met"
            )
        return self

    def make(self, book: Book) -> Amount:
        """1 or 0 by draw and year."""
        level = book.value(self.at_least)
        passed: Any = 0.0
        for line in self.on:
            passed = passed + np.where(book[line] >= level, 1.0, 0.0)
        return np.where(passed >= float(self.needed or len(self.on)), 1.0, 0.0)

    def sentence(self) -> str:
        """In plain words."""
        return f"Yes (1) where {standards(self.on, self.at_least, self.needed)}; no (0) elsewhere."
