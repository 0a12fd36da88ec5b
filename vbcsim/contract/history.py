"""A benchmark from a group's own history: what base years cost, trended, adjusted, and updated to a later year."""

from __future__ import annotations

from typing import Annotated, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from vbcsim.contract.book import Book
from vbcsim.contract.term import Amount
from vbcsim.contract.truncation import Truncation
from vbcsim.contract.value import Clause, Line, NonNegativeValue, RateValue, phrase
from vbcsim.contract.view import View
from vbcsim.contract.wording import joined, number_words
from vbcsim.core.errors import BadInput
from vbcsim.core.units import Fraction, Rate, Year

__all__ = ["Blend", "History", "growth"]

Index = Literal["national", "regional", "prospective"]
Blend = Annotated[dict[Index, Fraction], Field(min_length=1)]
"""Shares of market indices; they sum to one."""
Floats = NDArray[np.float64]


class History(Clause):
    """How base years become a benchmark, stratum by stratum.

    Per capita, in each stratum: the weighted mean over base years of truncated expenditure per person-year, each
    trended and risk-adjusted to the last base year; times growth of the risk score since then, within its caps. Summed
    over strata times person-years, the benchmark is then updated to the performance year and adjusted.
    """

    weights: Annotated[tuple[Fraction, ...], Field(min_length=1)]
    """Weights of the base years, oldest first; they sum to one."""
    trend: Blend
    """Shares of the indices that carry each base year to the last one; they sum to one."""
    update: Blend | Line
    """Shares of the indices that carry the last base year to the performance year, or a line of growth since then."""
    base_years: tuple[Year, ...] | None = None
    """Years that count as base years; those of the study where left out."""
    truncation: Truncation | None = None
    """Per-person truncation of base-year cost; none where left out."""
    risk_adjusted: bool = True
    """Whether benchmarks follow the risk score."""
    risk_up: Rate | None = 0.03
    """Cap on growth of the risk score from the last base year [rate]; null for none."""
    risk_down: Rate | None = None
    """Cap on its fall [rate, positive]; null for none."""
    coding_factor: NonNegativeValue = 1.0
    """Factor that takes coding growth out of the benchmark [number]."""
    adjustment: RateValue = 0.0
    """Regional, prior-savings or equity adjustment [rate]."""

    @model_validator(mode="after")
    def _shares_sum_to_one(self) -> Self:
        for name, shares in (("weights", self.weights), ("trend", self.trend), ("update", self.update)):
            if isinstance(shares, str):
                continue
            total = sum(shares.values() if isinstance(shares, dict) else shares)
            if abs(total - 1.0) > 1e-6:
                raise ValueError(f"{name} sum to {total:g}; they must sum to 1")
        if self.base_years is not None and len(self.base_years) != len(self.weights):
            raise ValueError(f"{len(self.weights)} weights for {len(self.base_years)} base years; give as many")
        return self

    def benchmark_usd(self, book: Book, view: View) -> Amount:
        """The benchmark of the performance years (draw, year) [USD]."""
        base = self._base_rows(view)
        years, last = view.performance, int(base[-1])
        per_capita = self._per_capita_usd(view, base)[:, np.newaxis] * self._risk_growth(view, last)
        total = (per_capita * view.person_years[:, years]).sum(axis=-1)
        adjusted = (1.0 + book.value(self.adjustment)) * book.value(self.coding_factor)
        return total * self._update(book, view, last) * adjusted

    def lowest_usd(self, years: tuple[int, ...], base: tuple[int, ...]) -> dict[str, float]:
        """Lowest truncation threshold of the base years, by stratum [USD]."""
        return {} if self.truncation is None else self.truncation.lowest_usd(years, base, self.base_years or base)

    def _base_rows(self, view: View) -> NDArray[np.int64]:
        """Indices of the base years in the view."""
        if self.base_years is None:
            if len(self.weights) != view.base.size:
                message = f"{len(self.weights)} weights for {view.base.size} base years; give as many"
                raise BadInput("weights", message)
            return view.base
        missing = [year for year in self.base_years if year not in view.years]
        if missing:
            span = f"{view.years[0]}-{view.years[-1]}"
            raise BadInput("base_years", f"{missing[0]} is not among the years of the experience, {span}")
        return np.array([view.years.index(year) for year in self.base_years])

    def _per_capita_usd(self, view: View, base: NDArray[np.int64]) -> Floats:
        """Historical benchmark per person-year by (draw, stratum), in dollars of the last base year [USD]."""
        whole = view.by_stratum_usd[:, base]
        cost = whole if self.truncation is None else self.truncation.truncated_usd(view, base)
        last, trend = base[-1], growth(view, self.trend, int(base[-1]))
        total = np.zeros((1, len(view.strata)))
        for k, (weight, year) in enumerate(zip(self.weights, base, strict=True)):
            people = view.person_years[:, year]
            per_capita = np.where(people > 0.0, cost[:, k] / np.where(people > 0.0, people, 1.0), 0.0)
            risk = view.risk_score[:, last] / view.risk_score[:, year] if self.risk_adjusted else 1.0
            total = total + weight * per_capita * risk / trend[:, year, np.newaxis]
        return total

    def _risk_growth(self, view: View, last: int) -> Floats:
        """Growth of the risk score from the last base year, within its caps, by (draw, year, stratum)."""
        if not self.risk_adjusted:
            return np.ones((1, 1, 1))
        ratio = view.risk_score[:, view.performance] / view.risk_score[:, last, np.newaxis]
        if self.risk_up is not None:
            ratio = np.minimum(ratio, 1.0 + self.risk_up)
        return ratio if self.risk_down is None else np.maximum(ratio, 1.0 - self.risk_down)

    def _update(self, book: Book, view: View, last: int) -> Floats:
        """Growth from the last base year to each performance year, (draw, year)."""
        if not isinstance(self.update, str):
            return growth(view, self.update, last)[:, view.performance]
        line = book[self.update]
        since = np.flatnonzero(view.performance == last)
        return line / line[:, since] if since.size else line

    def words(self) -> str:
        """In plain words."""
        of = f" {self.base_years[0]} to {self.base_years[-1]}" if self.base_years else ""
        cut = f", {self.truncation.words()}" if self.truncation else ""
        if isinstance(self.update, str):
            grown = f"carried to the last base year by {_blend(self.trend)} and from there by the {self.update}"
        elif self.update == self.trend:
            grown = f"carried to the last base year and on to each performance year by {_blend(self.trend)}"
        else:
            grown = f"carried to the last base year by {_blend(self.trend)} and from there by {_blend(self.update)}"
        return (
            f"What the group's own members cost per person-year in the base years{of}, stratum by stratum, "
            f"{self._weights_words()}{cut}; {grown}{self._risk_words()}{self._adjustment_words()}; times person-years."
        )

    def _weights_words(self) -> str:
        if len(self.weights) == 1:
            return "as it was"
        if self.weights[-1] == 1.0:
            return "the last of them only"
        if max(self.weights) - min(self.weights) < 1e-4:
            return "all years alike"
        return f"weighted {joined(number_words(weight, 'fraction') for weight in self.weights)}, oldest first"

    def _risk_words(self) -> str:
        if not self.risk_adjusted:
            return ""
        caps = [f"at most {number_words(self.risk_up, 'rate')} up"] if self.risk_up is not None else []
        caps += [f"at most {number_words(self.risk_down, 'rate')} down"] if self.risk_down is not None else []
        return f"; following the risk score since then{f', {joined(caps)}' if caps else ''}"

    def _adjustment_words(self) -> str:
        adjusted = f"; adjusted by {phrase(self.adjustment)}" if self.adjustment != 0.0 else ""
        return adjusted + (
            f"; times {phrase(self.coding_factor, 'number')} for coding" if self.coding_factor != 1.0 else ""
        )


def growth(view: View, blend: dict[Index, float], last: int) -> Floats:
    """Growth of a blend of indices since the year at index ``last``, (draw, year) over all years of the view."""
    total = np.zeros((1, 1))
    for name, share in blend.items():
        if name not in view.indices:
            raise BadInput("trend", f"the experience has no {name} index; it has {', '.join(view.indices)}")
        index = view.indices[name]
        total = total + share * index / index[:, last, np.newaxis]
    return total


def _blend(blend: dict[Index, float]) -> str:
    """``10% national and 90% regional growth``."""
    names = {"prospective": "announced"}
    if len(blend) == 1:
        return f"{names.get(next(iter(blend)), next(iter(blend)))} growth"
    parts = (f"{number_words(share, 'fraction')} {names.get(name, name)}" for name, share in blend.items())
    return f"{joined(parts)} growth"
