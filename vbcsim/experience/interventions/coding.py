"""Coding: diagnoses recorded more completely. Scores rise; nobody uses more or less."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from vbcsim.core.uncertain import Distribution, Uncertain
from vbcsim.core.units import Fraction, Rate
from vbcsim.experience.figures import words
from vbcsim.experience.intervention import Intervention

__all__ = ["Coding"]

_GROWTH = Distribution("normal", (0.0175, 0.005))


class Coding(Intervention):
    """The mean risk score of those engaged rises by a part of itself every year; use and prices stay as they are.

    Prior: 1.75 % a year, sd 0.5 % (judgement on the 1.5 to 2 % a year by which Medicare Advantage scores outgrow
    fee-for-service). It adds to the ``coding_growth`` of the assumptions, which everybody has.
    """

    reference: ClassVar[str] = (
        "judgement on MedPAC 2023 and 2024: Medicare Advantage scores 20.1 % above fee-for-service"
    )

    kind: Literal["coding"]
    """Word of the family."""
    score_per_year: Uncertain[Rate] = Field(default_factory=lambda: _GROWTH)
    """Growth of the score of those engaged per year, share of the score; may be a distribution."""
    grows_for: Annotated[int, Field(ge=1, le=50)] = 10
    """Years after which the score is as high as complete coding makes it."""
    decay: Fraction = 0.0
    """Part of the effect that is lost every year once it fades; none: what is known stays coded."""

    @model_validator(mode="after")
    def _of_whole_cells(self) -> Self:
        if self.target.last_year is not None:
            raise ValueError("coding raises the scores of whole cells; leave out target.last_year")
        return self

    def strength(self, year: int) -> float:
        """Years of growth so far."""
        fading = (1.0 - self.decay) ** max(0, year - self.fades_after)
        return float(min(max(year, 0), self.grows_for)) * fading

    def score_growth(self) -> float:
        """Growth of the score per year."""
        return self.score_per_year

    def _effect_words(self) -> list[str]:
        return [f"risk score {words(self.score_per_year)} a year for {self.grows_for} years"]
