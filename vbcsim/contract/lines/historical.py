"""Historical benchmark: what the group's own base years cost, trended, adjusted and updated to the performance year."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from vbcsim.contract.book import Book, view_of
from vbcsim.contract.line import LineMaker
from vbcsim.contract.term import Amount
from vbcsim.contract.truncation import Truncation
from vbcsim.contract.value import RateValue, phrase
from vbcsim.contract.view import View
from vbcsim.core.errors import BadInput
from vbcsim.core.units import Fraction, Rate

Blend = Annotated[dict[Literal["national", "regional", "prospective"], Fraction], Field(min_length=1)]


class Historical(LineMaker):
    """Benchmark from base years, stratum by stratum, in dollars of the performance year.

    Per capita, in each stratum: the weighted mean over base years of truncated expenditure per person-year, each
    trended and risk-adjusted to the last base year; times one plus the adjustment; times growth of the update blend
    from the last base year; times the growth of the risk score within its caps. The benchmark is the sum over strata
    of that times the performance year's person-years.
    """

    formula: ClassVar[str] = (
        "sum over strata of [sum over base years b of weight_b x cost_b/person-years_b x trend_b x risk_last/risk_b] "
        "x (1 + adjustment) x update x min(risk/risk_last, 1 + risk_up) x person-years"
    )
    reference: ClassVar[str] = "42 CFR 425.601, 425.602, 425.652"
    needs_view: ClassVar[bool] = True

    weights: Annotated[tuple[Fraction, ...], Field(min_length=1)]
    """Weights of the base years, oldest first; they sum to one."""
    trend: Blend
    """Shares of the indices that carry each base year to the last one; they sum to one."""
    update: Blend
    """Shares of the indices that carry the last base year to the performance year; they sum to one."""
    truncation: Truncation | None = None
    """Per-person truncation of base-year cost; none where left out."""
    risk_adjusted: bool = True
    """Whether benchmarks follow the risk score."""
    risk_up: Rate | None = 0.03
    """Cap on growth of the risk score from the last base year [rate]; null for none."""
    risk_down: Rate | None = None
    """Cap on its fall [rate, positive]; null for none."""
    adjustment: RateValue = 0.0
    """Regional or prior-savings adjustment of the historical benchmark [rate]."""

    @model_validator(mode="after")
    def _sum_to_one(self) -> Self:
        for name, shares in (("weights", self.weights), ("trend", self.trend), ("update", self.update)):
            total = sum(shares.values() if isinstance(shares, dict) else shares)
            if abs(total - 1.0) > 1e-6:
                raise ValueError(f"{name} sum to {total:g}; they must sum to 1")
        return self

    def make(self, book: Book) -> Amount:
        """The benchmark of the performance years [USD]."""
        view = view_of(book, "historical")
        if len(self.weights) != view.base.size:
            raise BadInput(
                "historical.weights", f"{len(self.weights)} weights for {view.base.size} base years; give as many"
            )
        per_capita = self._base_per_capita(view)[:, np.newaxis] * self._risk_growth(view)
        years = view.performance
        total = (per_capita * view.person_years[years]).sum(axis=-1)
        update = _growth(view, self.update)[:, years]
        return total * update * (1.0 + book.value(self.adjustment))

    def _base_per_capita(self, view: View) -> Amount:
        """Historical benchmark per person-year by (draw, stratum), in dollars of the last base year [USD]."""
        whole = view.by_stratum_usd[:, view.base]
        cost = whole if self.truncation is None else self.truncation.truncated_usd(view, view.base)
        last, growth = view.base[-1], _growth(view, self.trend)
        total = np.zeros((1, len(view.strata)))
        for k, (weight, year) in enumerate(zip(self.weights, view.base, strict=True)):
            people = view.person_years[year]
            per_capita = np.where(people > 0.0, cost[:, k] / np.where(people > 0.0, people, 1.0), 0.0)
            risk = view.risk_score[:, last] / view.risk_score[:, year] if self.risk_adjusted else 1.0
            total = total + weight * per_capita * risk / growth[:, year, np.newaxis]
        return total

    def _risk_growth(self, view: View) -> Amount:
        """Growth of the risk score from the last base year, within its caps, by (draw, year, stratum)."""
        if not self.risk_adjusted:
            return np.ones((1, 1, 1))
        ratio = view.risk_score[:, view.performance] / view.risk_score[:, view.base[-1], np.newaxis]
        if self.risk_up is not None:
            ratio = np.minimum(ratio, 1.0 + self.risk_up)
        return ratio if self.risk_down is None else np.maximum(ratio, 1.0 - self.risk_down)

    def lowest_thresholds_usd(self, years: tuple[int, ...], base: tuple[int, ...]) -> Mapping[str, float]:
        """Lowest threshold of the base years [USD]."""
        return {} if self.truncation is None else self.truncation.lowest_usd(years, base, base)

    def sentence(self) -> str:
        """In plain words."""
        weights = "/".join(f"{100 * weight:g}" for weight in self.weights)
        cut = f", {self.truncation.words()}" if self.truncation else ""
        risk = (
            f", risk growth capped at {phrase(self.risk_up)}" if self.risk_adjusted and self.risk_up is not None else ""
        )
        adjusted = f", adjusted by {phrase(self.adjustment)}" if self.adjustment != 0.0 else ""
        return (
            f"Base-year cost per person by stratum, weighted {weights}{cut}, trended by {_blend(self.trend)} and "
            f"updated by {_blend(self.update)}{risk}{adjusted}, times person-years."
        )


def _growth(view: View, blend: dict[Literal["national", "regional", "prospective"], float]) -> Amount:
    """Growth of a blend of indices from the last base year, (draw, year)."""
    last = view.base[-1]
    total = np.zeros((1, 1))
    for name, share in blend.items():
        if name not in view.indices:
            raise BadInput("historical", f"the experience has no {name} index; use {', '.join(view.indices)}")
        index = view.indices[name]
        total = total + share * index / index[:, last, np.newaxis]
    return total


def _blend(blend: dict[Literal["national", "regional", "prospective"], float]) -> str:
    return " + ".join(f"{100 * share:g}% {name}" for name, share in blend.items())
