"""Part of an experience by draw."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["draws_between", "first_draws"]


def first_draws(experience: xr.Dataset, draws: int) -> xr.Dataset:
    """The first draws of an experience: the same bits as if only they had been simulated."""
    return experience if experience.sizes["draw"] == draws else draws_between(experience, 0, draws)


def draws_between(experience: xr.Dataset, start: int, stop: int) -> xr.Dataset:
    """The draws ``start`` to ``stop - 1`` of an experience, counted from nought."""
    of = experience["claimant_draw"]
    part = experience.isel(draw=slice(start, stop), claimant=(of.values >= start) & (of.values < stop))
    if start:
        counted = (of.dims, part["claimant_draw"].values - of.dtype.type(start), of.attrs)
        part = part.assign(claimant_draw=counted).assign_coords(draw=part["draw"].values - start)
    return part.assign_attrs(draws=stop - start)
