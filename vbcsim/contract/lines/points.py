"""Points: a composite score from several measures, each scored on its own ladder."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import Field

from vbcsim.contract.book import Book
from vbcsim.contract.line import LineMaker
from vbcsim.contract.term import Amount
from vbcsim.contract.value import Clause, FractionValue


class Scored(Clause):
    """One measure: its score, usually a table by the measure's line, and its weight."""

    score: FractionValue
    """Score of the measure, 0 to 1: a line, or a table of points by a line [share of full points]."""
    weight: Annotated[float, Field(gt=0.0, le=1e6)] = 1.0
    """Weight of the measure [number]."""


class Points(LineMaker):
    """Weighted mean of the scores of measures: 1 where each has full points.

    A ladder of gates with a straight line between them is a table: ``{by: readmission_rate, bands: [...]}``.
    """

    formula: ClassVar[str] = "sum of weight x score / sum of weight"
    reference: ClassVar[str] = "Alternative Quality Contract: gates 1-5 for each measure; 42 CFR 425.512"
    unit: ClassVar[str] = "fraction"

    measures: Annotated[tuple[Scored, ...], Field(min_length=1)]
    """The measures."""

    def make(self, book: Book) -> Amount:
        """The composite score by draw and year [share of full points]."""
        total: Any = 0.0
        for measure in self.measures:
            total = total + measure.weight * book.value(measure.score)
        return total / sum(measure.weight for measure in self.measures)

    def sentence(self) -> str:
        """In plain words."""
        names = ", ".join(f"{', '.join(m.line_names) or m.score} (weight {m.weight:g})" for m in self.measures)
        return f"Share of full points over {names}."
