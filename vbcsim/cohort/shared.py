"""What all members of a draw share: market, provider groups, quality, uncertain assumptions and a pandemic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vbcsim.cohort.pandemic import pandemic_variables
from vbcsim.cohort.profile import Profiles
from vbcsim.cohort.uncertain import uncertain_variables

__all__ = ["shared_variables"]

Variables = dict[str, Any]
"""Dims and values by name."""


def shared_variables(
    assumptions: Any,
    profiles: Profiles,
    effects: Sequence[Any],
    cells: Mapping[str, Any],
    base: Sequence[int],
    performance: Sequence[int],
    *,
    season: NDArray[np.float64],
) -> tuple[Variables, Variables]:
    """Variables and coordinates of what all members share.

    :param effects: the row of ``provider_group`` that serves each group of the cohort.
    :param cells: the variables by cell.
    :param season: use of each month against the year's mean, by profile, category and month.
    :raises BadInput: where a pandemic does not fit the study.
    """
    years = np.array([*base, *performance])
    reference = assumptions.reference_year or base[-1]
    unsure, unsure_coords = uncertain_variables(assumptions, profiles, effects, years, reference)
    pandemic, pandemic_coords = pandemic_variables(assumptions.pandemic, profiles.categories, years, season)
    data = {
        **_systemic(assumptions, cells, years, base),
        **_groups(effects, years, performance),
        **unsure,
        **pandemic,
    }
    return data, {**unsure_coords, **pandemic_coords}


def _systemic(assumptions: Any, cells: Mapping[str, Any], years: Any, base: Sequence[int]) -> Variables:
    """Scalars and yearly courses of what all members share."""
    market, quality = assumptions.market_trend, assumptions.quality
    expected = _expected_market_index(cells, int(np.flatnonzero(years == base[-1])[0]))
    rate = market.prospective_rate
    announced = expected if rate is None else (1.0 + rate) ** (years - base[-1])
    return {
        "national_shock_sd": ((), float(market.national_shock_sd)),
        "regional_shock_sd": ((), float(market.regional_shock_sd)),
        "expected_market_index": ("year", expected),
        "prospective_index": ("year", announced),
        "quality_mean": ((), float(quality.mean)),
        "quality_sd": ((), float(quality.sd)),
        "quality_persistence": ((), float(quality.persistence)),
        "provider_own_share": ((), float(assumptions.provider_revenue.own_share)),
    }


def _expected_market_index(cells: Mapping[str, Any], reference: int) -> Any:
    """Expected per-capita growth of the cohort's own mix against the last base year: the market grows like it."""
    members, rate, cost = (cells[name][1] for name in ("members", "utilization_rate", "mean_cost_usd"))
    level = np.einsum("c,cyj,cyj->y", members.astype(np.float64), rate, cost)
    return level / level[reference] if level[reference] > 0 else np.ones(len(level))


def _groups(effects: Sequence[Any], years: Any, performance: Sequence[int]) -> Variables:
    """Each provider group's own effect."""
    running = np.isin(years, performance)
    return {
        "group_effect_sd": ("group", np.array([float(g.effect_sd) for g in effects])),
        "group_effect_persistence": ("group", np.array([float(g.persistence) for g in effects])),
        "expected_group_effect": (
            ("year", "group"),
            np.where(running[:, None], 1.0 - np.array([float(g.improvement_rate) for g in effects]), 1.0),
        ),
    }
