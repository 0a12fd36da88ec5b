"""Risk tiers: persons cut by what they cost in the year before, and what each tier uses in the year that follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vbcsim.calibrate.claims.person_years import Coded, PersonYears
from vbcsim.calibrate.tiers import tiers_of
from vbcsim.experience.people import People

__all__ = ["NEW", "frailty_by_tier", "tiered"]

NEW = "new"
"""The tier of persons who have no year before."""
_WHOLE = 12.0


def tiered(data: PersonYears, cuts: Sequence[float], scores: NDArray[np.float64] | None = None) -> PersonYears:
    """The rows of the last year, the tier put before their stratum: ``tier_2/north``.

    Tiers are cut by the cost of the year before; where there is one year only by its own cost, which tells less of the
    next year than it seems to. With ``scores`` (by number of the person) they are cut by those.
    """
    last = data.years[-1]
    own = data.year == last
    part = data.part(own)
    if scores is not None:
        cost = scores[part.person]
    elif len(data.years) > 1:
        before = data.year == last - 1
        yearly = data.total_usd[before] / data.months[before] * 12.0
        place = {int(p): usd for p, usd in zip(data.person[before], yearly, strict=True)}
        cost = np.array([place.get(int(p), np.nan) for p in part.person])
    else:
        cost = part.total_usd / part.months * 12.0
    tier = _cut(cost, cuts)
    words = np.array([f"tier_{k + 1}" for k in range(len(cuts) + 1)] + [NEW])[tier]
    strata = np.array(part.stratum.labels)[part.stratum.code]
    alone = len(part.stratum.labels) == 1 and part.stratum.labels[0] == "all"
    return replace(part, stratum=Coded.of(words if alone else np.char.add(np.char.add(words, "/"), strata)))


def _cut(cost: NDArray[np.float64], cuts: Sequence[float]) -> NDArray[np.int64]:
    """Tier of each cost, from below; the last number is that of unknown costs."""
    known = ~np.isnan(cost)
    rank = np.empty(int(known.sum()), dtype=np.int64)
    rank[np.argsort(cost[known], kind="stable")] = np.arange(len(rank))
    edges = [round(cut * len(rank)) for cut in cuts]
    tier = np.full(len(cost), len(cuts) + 1, dtype=np.int64)
    tier[known] = np.searchsorted(edges, rank, side="right")
    return tier


def frailty_by_tier(data: PersonYears, cuts: Sequence[float]) -> dict[str, float]:
    """How much the persons of a tier still differ, against everybody; from persons with two whole years."""
    if len(data.years) < 2:
        return {}
    last = data.years[-1]
    whole = data.months >= _WHOLE
    rows = [
        {int(p): k for k, p in zip(np.flatnonzero(mask), data.person[mask], strict=True)}
        for mask in (whole & (data.year == last - 1), whole & (data.year == last))
    ]
    both = sorted(rows[0].keys() & rows[1].keys())
    if len(both) < 100:
        return {}
    place = np.array([[rows[0][p], rows[1][p]] for p in both])
    people = People(
        data.services[place].astype(np.float32),
        data.usd[place].astype(np.float32),
        np.zeros(len(both), dtype=np.int32),
        data.categories,
    )
    return {tier.name: tier.frailty_relativity for tier in tiers_of(people, cuts)}
