"""Which engine is faster for a cohort: the crossover as measured by ``benchmarks/pooled_engine.py``.

The members engine takes a time in proportion to members, periods and categories. The pooled engine takes one in
proportion to rows, periods and categories, and something for every large claim and every candidate for the list of
large claimants: where the floor is low against what members cost, most members are candidates and nothing is won.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from vbcsim.experience.pooled_prepare import CHOICES, MISSED_CLAIMANTS, MISSED_EXCESS, Split, choose_split, split_at
from vbcsim.experience.prepare import prepare

if TYPE_CHECKING:
    import xarray as xr

    from vbcsim.experience.prepare import KernelInputs

__all__ = ["expected_seconds", "faster_engine"]

_MEMBER = 30e-9
"""Seconds of the members engine for a member, period and category."""
_ROW = 90e-9
"""Seconds of the pooled engine for a row, period and category."""
_LARGE = 60e-9
"""Seconds for a large claim."""
_CANDIDATE = 100e-9
"""Seconds for a candidate, period and category."""
_FEW = 2000
"""Members of a cohort below which every member is simulated: it takes a moment, and nobody can be missed."""


def faster_engine(cohort: xr.Dataset) -> str:
    """``members`` or ``pooled``; it depends on the cohort alone.

    ``pooled`` is named only where it is faster and misses as few large claimants as it is asked to.
    """
    if int(cohort["members"].sum()) < _FEW:
        return "members"
    inputs = prepare(cohort)
    # The coarsest split is the cheapest: where even that is slower, nobody need know what it misses.
    members, pooled = expected_seconds(inputs, split_at(inputs, *CHOICES[0]))
    if pooled >= members:
        return "members"
    split = choose_split(inputs)
    missed = split.missed
    close = missed.claimants <= MISSED_CLAIMANTS * missed.all_claimants
    close &= missed.excess_usd <= MISSED_EXCESS * missed.all_excess_usd
    members, pooled = expected_seconds(inputs, split)
    return "pooled" if close and pooled < members else "members"


def expected_seconds(inputs: KernelInputs, split: Split) -> tuple[float, float]:
    """Seconds of one draw on one core by the members and by the pooled engine."""
    n_categories = inputs.rate.shape[2]
    periods = inputs.row_last - inputs.row_first + 1
    large = split.step[0, split.of_row].astype(np.float64) / 2.0**32
    claims = inputs.row_expected[:, None] * (inputs.rate.sum(axis=1) * large)
    spent = np.maximum(inputs.cost.mean(axis=1), inputs.floor[inputs.stratum][:, None] * split.large) * claims
    # A limit is passed at most as often as the mean sum goes into it; about half of that is seen.
    limit = np.maximum(split.candidate * inputs.floor[inputs.stratum], 1e-9)
    candidates = np.minimum(0.5 * spent.sum(axis=1) / limit, inputs.row_expected * periods)
    rows = float((periods * (inputs.row_expected > 0)).sum()) * n_categories * _ROW
    pooled = rows + float(claims.sum()) * _LARGE + float(candidates.sum()) * n_categories * _CANDIDATE
    return inputs.member_periods * n_categories * _MEMBER, pooled
