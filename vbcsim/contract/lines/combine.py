"""Combine: several lines or numbers made into one by sum, product, greatest or least, within bounds."""

from __future__ import annotations

from functools import reduce
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from vbcsim.contract.book import Book
from vbcsim.contract.line import LineMaker
from vbcsim.contract.term import Amount
from vbcsim.contract.value import AmountValue, phrase
from vbcsim.contract.wording import joined

_WAYS: dict[str, Any] = {"sum": np.add, "product": np.multiply, "greatest": np.maximum, "least": np.minimum}


class Combine(LineMaker):
    """The larger of two adjustments, the product of two conditions, a sum of fees: with an optional floor and cap."""

    formula: ClassVar[str] = "min(max(sum | product | greatest | least of the parts, at_least), at_most)"
    reference: ClassVar[str] = "42 CFR 425.652(a)(8): the larger of the regional and the prior-savings adjustment"
    unit: ClassVar[str] = "same"

    how: Literal["sum", "product", "greatest", "least"]
    """How the parts become one."""
    of: Annotated[tuple[AmountValue, ...], Field(min_length=1)]
    """Lines, numbers or tables."""
    at_least: AmountValue | None = None
    """Floor of the result, in its own unit."""
    at_most: AmountValue | None = None
    """Cap of the result, in its own unit."""

    def make(self, book: Book) -> Amount:
        """The combined line, in the unit of its parts."""
        line = reduce(_WAYS[self.how], (book.value(part) for part in self.of))
        if self.at_least is not None:
            line = np.maximum(line, book.value(self.at_least))
        if self.at_most is not None:
            line = np.minimum(line, book.value(self.at_most))
        return np.broadcast_to(line, np.broadcast_shapes(np.shape(line), (1, len(book.years))))

    def sentence(self) -> str:
        """In plain words."""
        return self.sentence_in("number")

    def sentence_in(self, unit: str) -> str:
        """In plain words, plain numbers in the unit of those who read the line; parts of a product are plain rates."""
        bounds = [f"at least {phrase(self.at_least, unit)}"] if self.at_least is not None else []
        bounds += [f"at most {phrase(self.at_most, unit)}"] if self.at_most is not None else []
        parts = [phrase(part, _unit_of_part(part, unit, self.how)) for part in self.of]
        two = len(parts) == 2
        said = {
            "sum": " plus ".join(parts),
            "product": " times ".join(parts),
            "greatest": f"the {'larger' if two else 'largest'} of {joined(parts)}",
            "least": f"the {'smaller' if two else 'smallest'} of {joined(parts)}",
        }
        text = parts[0] if len(parts) == 1 else said[self.how]
        return f"{text[0].upper()}{text[1:]}{f', but {joined(bounds)}' if bounds else ''}."


def _unit_of_part(part: Any, unit: str, how: str) -> str:
    """The unit of a part: that of the whole; a small number that dollars are multiplied by is no dollars."""
    figures = part.values() if isinstance(part, dict) else (part,)
    small = all(isinstance(figure, float) and abs(figure) < 100.0 for figure in figures)
    return "number" if how == "product" and unit in ("usd", "amount") and small else unit
