"""Ratio: lines over other lines, such as savings over the benchmark or cost over the market's."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Self

import numpy as np
from pydantic import BeforeValidator, Field, model_validator

from vbcsim.contract.book import Book
from vbcsim.contract.line import LineMaker
from vbcsim.contract.term import Amount
from vbcsim.contract.value import Line, as_tuple
from vbcsim.contract.wording import joined

Lines = Annotated[tuple[Line, ...], BeforeValidator(as_tuple)]


class Ratio(LineMaker):
    """Lines, less others, over the sum of further lines; nought where there is nothing to divide by.

    A savings rate is ``{of: benchmark, less: expenditure, to: benchmark}``.
    """

    formula: ClassVar[str] = "(sum(of) - sum(less)) / sum(to)"
    reference: ClassVar[str] = "savings rate of 42 CFR 425.604(b): benchmark less expenditure, over the benchmark"
    unit: ClassVar[str] = "rate"

    of: Annotated[Lines, Field(min_length=1)]
    """Lines that are added up."""
    less: Lines = ()
    """Lines that are taken off."""
    to: Annotated[Lines, Field(min_length=1)]
    """Lines that are divided by, added up."""

    @model_validator(mode="after")
    def _something_is_left(self) -> Self:
        if set(self.of) <= set(self.less):
            raise ValueError(f"{joined(self.of)} is taken off itself; nothing would be left to divide")
        return self

    def make(self, book: Book) -> Amount:
        """The ratio by draw and year [share of one]."""
        above: Any = _total(book, self.of) - _total(book, self.less)
        below = _total(book, self.to)
        return np.asarray(above / np.where(below == 0.0, 1.0, below) * (below != 0.0), dtype=np.float64)

    def sentence(self) -> str:
        """In plain words."""
        off = f" less {joined(self.less)}" if self.less else ""
        return f"The {joined(self.of)}{off}, over the {joined(self.to)}."


def _total(book: Book, lines: tuple[str, ...]) -> Any:
    total: Any = 0.0
    for line in lines:
        total = total + book[line]
    return total
