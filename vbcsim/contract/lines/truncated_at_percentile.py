"""Expenditure truncated at a percentile of the group's own members, stratum by stratum and year by year."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from vbcsim.contract.book import Book, view_of
from vbcsim.contract.line import LineMaker
from vbcsim.contract.term import Amount
from vbcsim.contract.value import phrase
from vbcsim.contract.view import View
from vbcsim.core.errors import BadInput
from vbcsim.core.units import Fraction


class TruncatedAtPercentile(LineMaker):
    """Winsorized expenditure: the costliest members of each stratum count as if they cost what the next one did.

    The percentile is that of the group's own members in each draw and year. A national percentile is an amount: use
    ``truncated``. Exact while the members above the percentile are all on the large-claimant list.
    """

    formula: ClassVar[str] = "sum over persons of min(cost, k-th largest cost), k = ceil((1 - percentile) x lives)"
    reference: ClassVar[str] = "winsorized episodes and panels: Enhancing Oncology Model; 42 CFR 512.540"
    unit: ClassVar[str] = "usd"
    needs_view: ClassVar[bool] = True

    percentile: Annotated[Fraction, Field(ge=0.5, lt=1.0)]
    """Percentile of members by cost, such as 99% [share of members]."""

    def make(self, book: Book) -> Amount:
        """Expenditure of the performance years [USD]."""
        view = view_of(book, "truncated_at_percentile")
        total = view.by_stratum_usd[:, view.performance].copy()
        for column, year in enumerate(view.performance):
            for stratum in range(len(view.strata)):
                total[:, column, stratum] -= self._above(view, int(year), stratum)
        return total.sum(axis=-1)

    def _above(self, view: View, year: int, stratum: int) -> Amount:
        """What the costliest members cost beyond the k-th largest, by draw [USD]."""
        people = np.broadcast_to(view.person_years[:, year, stratum], view.draws)
        k = np.ceil((1.0 - self.percentile) * people - 1e-9).astype(np.int64)
        if k.max() <= 1:
            return np.zeros(view.draws)
        here = (view.claimant_year == year) & (view.claimant_stratum == stratum)
        draw, usd = view.claimant_draw[here], view.claimant_usd[here]
        order = np.lexsort((-usd, draw))
        draw, usd = draw[order], usd[order]
        counts = np.bincount(draw, minlength=view.draws)
        short = np.flatnonzero((counts < k) & (k > 1))
        if short.size:
            d, floor = short[0], view.claimant_floor_usd[stratum]
            raise BadInput(
                "truncated_at_percentile",
                f"the {phrase(self.percentile)} percentile of {view.strata[stratum]} is below the large-claimant floor "
                f"of ${floor:,.0f} in some draws ({counts[d]} members above it, {k[d]} needed); lower that floor",
            )
        starts = np.cumsum(counts) - counts
        rank = np.arange(len(usd)) - starts[draw]
        cut = k > 1
        kth = np.zeros(view.draws)
        kth[cut] = usd[(starts + k - 1)[cut]]
        top = (rank < k[draw]) & cut[draw]
        beyond = np.bincount(draw[top], weights=usd[top] - kth[draw[top]], minlength=view.draws)
        return np.asarray(beyond, dtype=np.float64)

    def sentence(self) -> str:
        """In plain words."""
        return f"Expenditure with each stratum's costs cut off at percentile {100 * self.percentile:g} of its members."
