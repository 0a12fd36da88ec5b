"""Part of an experience by draw."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["first_draws"]


def first_draws(experience: xr.Dataset, draws: int) -> xr.Dataset:
    """The first draws of an experience: the same bits as if only they had been simulated."""
    if experience.sizes["draw"] == draws:
        return experience
    few = experience.isel(draw=slice(draws), claimant=experience["claimant_draw"].values < draws)
    return few.assign_attrs(draws=draws)
