"""Per-person truncation by stratum, shared by the expenditure line and by benchmarks built from history."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vbcsim.contract.value import Clause
from vbcsim.contract.view import View
from vbcsim.contract.wording import number_words
from vbcsim.core.units import Rate, Usd, Year

__all__ = ["Truncation"]

Rows = NDArray[np.int64]
"""Indices of years in a view."""


class Truncation(Clause):
    """A threshold on each person's yearly cost: one for all strata or one for each, growing by a yearly rate.

    The threshold in year t is threshold_usd x (1 + growth)^(t - year).
    """

    threshold_usd: Usd | dict[str, Usd]
    """Threshold on one person's cost in the reference year, for all or by stratum [USD a year]."""
    year: Year | None = None
    """Reference year of the threshold; the last base year where left out."""
    growth: Rate = 0.0
    """Yearly growth of the threshold [rate]."""

    def thresholds_usd(self, view: View, rows: Rows) -> NDArray[np.float64]:
        """Threshold by (year, stratum) for the years at ``rows`` of a view [USD]."""
        reference = self.year if self.year is not None else view.years[int(view.base[-1]) if view.base.size else 0]
        factor = (1.0 + self.growth) ** (np.array(view.years)[rows] - reference)
        return np.asarray(factor[:, np.newaxis] * view.per_stratum(self.threshold_usd, "threshold_usd"))

    def truncated_usd(self, view: View, rows: Rows) -> NDArray[np.float64]:
        """Cost below the threshold, (draw, year, stratum) for the years at ``rows`` of a view [USD].

        Raises BadInput where a threshold is below the large-claimant floor.
        """
        excess = view.excess_usd(rows, self.thresholds_usd(view, rows), what="truncation")
        return np.asarray(view.by_stratum_usd[:, rows] - excess)

    def lowest_usd(self, years: tuple[int, ...], base: tuple[int, ...], within: tuple[int, ...]) -> dict[str, float]:
        """Lowest threshold ``within`` some years of a study, by stratum (``*`` = every stratum) [USD]."""
        if not within:
            return {}
        reference = self.year if self.year is not None else (base[-1] if base else years[0])
        factor = min((1.0 + self.growth) ** (year - reference) for year in within)
        given = self.threshold_usd if isinstance(self.threshold_usd, dict) else {"*": self.threshold_usd}
        return {stratum: factor * usd for stratum, usd in given.items()}

    def words(self) -> str:
        """In plain words."""
        given = self.threshold_usd
        if isinstance(given, dict):
            usd = ", ".join(f"${amount:,.0f} ({stratum.replace('_', ' ')})" for stratum, amount in given.items())
        else:
            usd = f"${given:,.0f}"
        year = "the last base year" if self.year is None else f"{self.year}"
        grows = f", growing {number_words(self.growth, 'rate')} a year" if self.growth else ""
        return f"each person's yearly cost cut off at {usd} (dollars of {year}{grows})"
