"""What chance alone does to the yearly cost of one Medicare member, computed from the shipped population."""

from __future__ import annotations

from functools import cache

import numpy as np

from vbcsim.assumptions.spec import SharedFrailty
from vbcsim.calibrate.annual_cost import annual_cost
from vbcsim.calibrate.categories import shipped_services
from vbcsim.calibrate.defaults import default

__all__ = ["COST_CORRELATION", "member_variance"]

COST_CORRELATION = 0.39 * 0.844
"""Correlation of a person's yearly cost capped at $100,000, MEPS-HC 2012-2015, Medicare; of those who stay, 84.4 %."""
_POPULATION = {
    "esrd": (0.008, 85_130),
    "disabled": (0.10, 11_034),
    "aged_dual": (0.075, 16_468),
    "aged_non_dual": (0.817, 10_250),
}
"""Share of person-years and cost per person-year [USD], CMS public-use file 2021, person-weighted."""
_MEAN_USD = 11_128
"""Cost per person-year of all types together."""


@cache
def member_variance() -> float:
    """Squared coefficient of variation of one member's yearly cost, cut off at the type's 99th percentile."""
    shared = SharedFrailty(variance=default("shared_frailty_variance").value, persistence=0, source="shipped")
    first = second = 0.0
    for name, (share, usd) in _POPULATION.items():
        frailty = default(f"frailty_relativity_{name}").value
        cost = annual_cost(tuple(shipped_services().values()), shared, usd / _MEAN_USD, frailty)
        cut = np.minimum(cost.step_usd * np.arange(len(cost.probability)), cost.quantile_usd(0.99))
        first += share * float(cost.probability @ cut)
        second += share * float(cost.probability @ cut**2)
    return second / first**2 - 1
