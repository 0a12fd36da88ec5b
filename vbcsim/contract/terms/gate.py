"""Gate: nothing is paid on one side unless enough standards are met."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Self

from pydantic import BeforeValidator, Field, model_validator

from vbcsim.contract.term import Amount, BookLike, Side, Term, times
from vbcsim.contract.value import Line, NonNegativeValue, as_tuple, standards


class Gate(Term):
    """Keeps the amount on one side only where lines reach a level: all of them, or as many as ``needed``."""

    formula: ClassVar[str] = "a where at least `needed` of the lines are >= at_least, else 0"
    reference: ClassVar[str] = "42 CFR 425.512: the quality performance standard"
    decides: ClassVar[bool] = True

    on: Annotated[tuple[Line, ...], BeforeValidator(as_tuple), Field(min_length=1)]
    """Line or lines that are tested; a standard met or not is a line of 1 and 0."""
    at_least: NonNegativeValue = 1.0
    """Level each line must reach, in the line's own unit."""
    needed: Annotated[int, Field(ge=1)] | None = None
    """How many lines must reach it; all where left out."""
    side: Side = "savings"
    """Which amounts the gate can stop."""

    @model_validator(mode="after")
    def _can_be_met(self) -> Self:
        if self.needed is not None and self.needed > len(self.on):
            raise ValueError(f"{self.needed} lines are needed and {len(self.on)} named; the gate could never open")
        return self

    def apply(self, amount: Amount, book: BookLike) -> Amount:
        """The amount where the gate is open, zero on its side where it is shut [USD]."""
        level = book.value(self.at_least)
        if len(self.on) == 1:
            return times(amount, book[self.on[0]] >= level, self.side)
        passed: Any = 0.0
        for line in self.on:
            passed = passed + (book[line] >= level)
        return times(amount, passed >= float(self.needed or len(self.on)), self.side)

    def sentence(self) -> str:
        """In plain words."""
        what = {"savings": "Pay savings", "losses": "Collect losses", "both": "Pay or collect anything"}[self.side]
        return f"{what} only where {standards(self.on, self.at_least, self.needed)}."
