"""The world without a true saving: the same members and the same luck, and nobody does anything that lowers cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["without_effect"]

_EFFECTS = ("intervention_use", "intervention_price")
_IMPROVEMENT = ".improvement_rate"


def without_effect(cohort: xr.Dataset) -> xr.Dataset:
    """The cohort in which interventions change neither use nor price and no provider group improves on its own past.

    All else stays: members, markets, the random course of the group's own effect, coding and quality. So whatever is
    measured as a saving there is luck, a benchmark that gives something away, or coding.
    """
    changed = {name: cohort[name] * 0.0 + 0.0 for name in _EFFECTS if name in cohort}  # no negative nought
    if "expected_group_effect" in cohort:
        changed["expected_group_effect"] = cohort["expected_group_effect"] * 0.0 + 1.0
    if "uncertain" in cohort.coords:
        improves = np.char.endswith(cohort["uncertain"].values.astype(str), _IMPROVEMENT)
        figures = cohort["uncertain_figures"]
        changed["uncertain_figures"] = figures.where(~figures["uncertain"].isin(cohort["uncertain"][improves]), 0.0)
    return cohort.assign(changed) if changed else cohort
