"""Incurred-to-paid completion: chain ladder by month of service and months until payment, with Mack's standard error.

    f_k = sum_i C(i, k+1) / sum_i C(i, k),   ultimate(i) = C(i, last) x product of the f_k still to come

C(i, k) is what was paid of services of month i by the end of the k-th month after it. The error of an ultimate is
Mack's: sum over the steps still to come of sigma_k^2 / f_k^2 x (1 / C(i, k) + 1 / sum of C(., k)), where sigma_k^2
measures how far single months lie from f_k. The reference is the month of the last payment in the files; what is paid
after the longest delay that was seen counts as nothing (tail factor 1).

Source: Mack, "Distribution-free calculation of the standard error of chain ladder reserve estimates", ASTIN Bulletin
23 (1993).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

__all__ = ["Completion", "completion_of", "year_factors"]

Floats = NDArray[np.float64]

_FEWEST_MONTHS: Final = 6
"""Fewer months of service than these tell no pattern of payment."""
_LONGEST: Final = 36
"""Months of delay that are followed."""


@dataclass(frozen=True, eq=False)
class Completion:
    """How complete the payments are; arrays by month of service."""

    pharmacy: bool
    valuation: date
    """Month of the last payment."""
    months: tuple[date, ...]
    paid_usd: Floats
    ultimate_usd: Floats
    error_usd: Floats
    """Standard error of the ultimate (Mack)."""
    steps: Floats
    """Development factor from each month of delay to the next."""

    @property
    def factor(self) -> Floats:
        """Ultimate over paid, 1 where nothing was paid."""
        return np.divide(self.ultimate_usd, self.paid_usd, out=np.ones_like(self.paid_usd), where=self.paid_usd > 0)

    @property
    def relative_error(self) -> Floats:
        """Standard error over the ultimate."""
        return np.divide(
            self.error_usd, self.ultimate_usd, out=np.zeros_like(self.paid_usd), where=self.ultimate_usd > 0
        )


def completion_of(triangle: pl.DataFrame, pharmacy: bool) -> Completion | None:
    """The completion of medical or pharmacy claims; none where dates of payment are missing or the history is short.

    :param triangle: pharmacy, incurred, paid (months) and cents.
    """
    own = triangle.filter(pl.col("pharmacy") == pharmacy)
    if not own.height:
        return None
    valuation = own["paid"].max()
    first, last = own["incurred"].min(), own["incurred"].max()
    assert isinstance(valuation, date)
    assert isinstance(first, date)
    assert isinstance(last, date)
    count = _months_between(first, last) + 1
    if count < _FEWEST_MONTHS:
        return None
    paid = _cumulative(own, first, count, valuation)
    known = np.array([min(_months_between(first, valuation) - i, paid.shape[1] - 1) for i in range(count)])
    steps, sigma = _steps(paid, known)
    ultimate, error = _ultimates(paid, known, steps, sigma)
    now = paid[np.arange(count), np.maximum(known, 0)]
    months = tuple(_later(first, i) for i in range(count))
    return Completion(pharmacy, valuation, months, now, ultimate, error, steps)


def _months_between(first: date, last: date) -> int:
    return (last.year - first.year) * 12 + last.month - first.month


def _later(first: date, months: int) -> date:
    place = first.month - 1 + months
    return date(first.year + place // 12, place % 12 + 1, 1)


def _cumulative(own: pl.DataFrame, first: date, count: int, valuation: date) -> Floats:
    """Cumulative dollars by month of service and months of delay, shape (month, delay)."""
    width = min(_LONGEST, _months_between(first, valuation)) + 1
    amounts = np.zeros((count, width))
    for incurred, paid, cents in own.select("incurred", "paid", "cents").iter_rows():
        # Paid before the service is paid at once; after the longest delay counts as paid at that delay.
        delay = min(max(_months_between(incurred, paid), 0), width - 1)
        amounts[_months_between(first, incurred), delay] += cents / 100.0
    return np.asarray(amounts.cumsum(axis=1))


def _steps(paid: Floats, known: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Development factors and Mack's sigma squared for every step."""
    width = paid.shape[1]
    factors, sigma = np.ones(width - 1), np.zeros(width - 1)
    for k in range(width - 1):
        seen = (known >= k + 1) & (paid[:, k] > 0)
        if not seen.any():
            continue
        before, after = paid[seen, k], paid[seen, k + 1]
        factors[k] = after.sum() / before.sum()
        if seen.sum() > 1:
            sigma[k] = float((before * (after / before - factors[k]) ** 2).sum() / (seen.sum() - 1))
        elif k > 1:
            # One month alone tells no spread: Mack's rule, the least of what the steps before it suggest.
            sigma[k] = min(sigma[k - 1] ** 2 / sigma[k - 2] if sigma[k - 2] > 0 else 0.0, sigma[k - 1], sigma[k - 2])
    return factors, sigma


def _ultimates(paid: Floats, known: NDArray[np.int64], steps: Floats, sigma: Floats) -> tuple[Floats, Floats]:
    """Ultimate of every month of service and its standard error."""
    count, width = paid.shape
    ultimate, error = np.zeros(count), np.zeros(count)
    for i in range(count):
        at = max(int(known[i]), 0)
        value, variance = paid[i, at], 0.0
        for k in range(at, width - 1):
            pool = paid[(known >= k + 1), k].sum()
            if value > 0 and pool > 0:
                variance += sigma[k] / steps[k] ** 2 * (1.0 / value + 1.0 / pool)
            value *= steps[k]
        ultimate[i], error[i] = value, abs(value) * np.sqrt(variance)
    return ultimate, error


def year_factors(
    months: pl.DataFrame, found: Mapping[bool, Completion | None]
) -> dict[tuple[int, int], tuple[float, float]]:
    """Completion of each year and category: factor and relative error, each month weighted by what was paid.

    :param months: month, category_code, pharmacy and cents of the lines that count.
    """
    by_month = {
        pharmacy: dict(zip(c.months, zip(c.factor, c.relative_error, strict=True), strict=True))
        for pharmacy, c in found.items()
        if c is not None
    }
    sums: dict[tuple[int, int], list[float]] = {}
    for month, category, pharmacy, cents in months.select("month", "category_code", "pharmacy", "cents").iter_rows():
        factor, error = by_month.get(pharmacy, {}).get(month, (1.0, 0.0))
        entry = sums.setdefault((month.year, category), [0.0, 0.0, 0.0])
        entry[0] += cents
        entry[1] += cents * factor
        # Months share the factors that are still to come: their errors add up rather than cancel.
        entry[2] += abs(cents) * factor * error
    return {key: (done / now, wrong / abs(done)) for key, (now, done, wrong) in sums.items() if now > 0 and done > 0}
