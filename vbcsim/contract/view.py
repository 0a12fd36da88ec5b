"""The finer view of an experience: strata, base years and large claimants, read by line makers only."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vbcsim.core.errors import BadInput

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["View", "attributes_of", "of_strata"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def attributes_of(ds: xr.Dataset) -> dict[str, tuple[str, ...]]:
    """The value of each attribute in every stratum of an experience."""
    named = (str(name) for name, coord in ds.coords.items() if coord.dims == ("stratum",) and name != "stratum")
    return {name: tuple(str(value) for value in ds[name].values) for name in named}


def of_strata(ds: xr.Dataset, strata: Sequence[int]) -> xr.Dataset:
    """The part of an experience that lies in some strata; what is drawn for the whole market stays whole."""
    place = np.full(ds.sizes["stratum"], -1, dtype=np.int64)
    place[list(strata)] = np.arange(len(strata))
    at = place[ds["claimant_stratum"].values.astype(np.int64)]
    part = ds.isel(stratum=list(strata), claimant=np.flatnonzero(at >= 0))
    return part.assign(claimant_stratum=("claimant", at[at >= 0]))


@dataclass(frozen=True, eq=False)
class View:
    """Arrays of an experience over base and performance years; ``years`` counts all of them, in order."""

    years: tuple[int, ...]
    base: Ints
    """Indices of the base years in ``years``."""
    performance: Ints
    """Indices of the performance years in ``years``."""
    strata: tuple[str, ...]
    attributes: dict[str, tuple[str, ...]]
    """Value of each attribute that sets the strata apart, by stratum: ``provider_group``, ``equity_stratum``, ..."""
    categories: tuple[str, ...]
    by_category_usd: Floats
    """Paid claims (draw, year, stratum, category) [USD]."""
    person_years: Floats
    """(draw or 1, year, stratum); by draw where members come and go at random."""
    risk_score: Floats
    """(draw or 1, year, stratum)."""
    indices: dict[str, Floats]
    """Market indices ``national``, ``regional``, ``prospective`` as (draw or 1, year)."""
    claimant_usd: Floats
    claimant_draw: Ints
    claimant_year: Ints
    claimant_stratum: Ints
    claimant_floor_usd: Floats
    """Floor of the large-claimant list by stratum [USD]."""

    @classmethod
    def from_experience(cls, ds: xr.Dataset) -> View:
        """The view of an experience dataset."""
        period = ds["period"].values.astype(str)

        def indices(name: str) -> Ints:
            return np.asarray(ds[name].values, dtype=np.int64)

        def lined_up(name: str, *dims: str) -> Floats:
            data = ds[name].transpose(*(dim for dim in dims if dim in ds[name].dims))
            values = np.asarray(data.values, dtype=np.float64)
            return values if "draw" in data.dims else values[np.newaxis]

        known = {name: f"{name}_index" for name in ("national", "regional", "prospective")}
        return cls(
            years=tuple(int(year) for year in ds["year"].values),
            base=np.flatnonzero(period == "base"),
            performance=np.flatnonzero(period == "performance"),
            strata=tuple(str(name) for name in ds["stratum"].values),
            attributes=attributes_of(ds),
            categories=tuple(str(name) for name in ds["category"].values),
            by_category_usd=lined_up("expenditure_usd", "draw", "year", "stratum", "category"),
            person_years=lined_up("person_years", "draw", "year", "stratum"),
            risk_score=lined_up("risk_score", "draw", "year", "stratum"),
            indices={name: lined_up(variable, "draw", "year") for name, variable in known.items() if variable in ds},
            claimant_usd=np.asarray(ds["claimant_usd"].values, dtype=np.float64),
            claimant_draw=indices("claimant_draw"),
            claimant_year=indices("claimant_year"),
            claimant_stratum=indices("claimant_stratum"),
            claimant_floor_usd=np.asarray(ds["claimant_floor_usd"].values, dtype=np.float64),
        )

    @property
    def draws(self) -> int:
        """Number of draws."""
        return int(self.by_category_usd.shape[0])

    @cached_property
    def by_stratum_usd(self) -> Floats:
        """Paid claims over all categories (draw, year, stratum) [USD]."""
        return np.asarray(self.by_category_usd.sum(axis=-1), dtype=np.float64)

    def per_stratum(self, given: float | dict[str, float], what: str) -> Floats:
        """One number by stratum (stratum,) from a number or a mapping that names every stratum."""
        if not isinstance(given, dict):
            return np.full(len(self.strata), given, dtype=np.float64)
        missing = [name for name in self.strata if name not in given]
        if missing:
            raise BadInput(what, f"no figure for the stratum {', '.join(missing)}; give one for each stratum")
        return np.array([given[name] for name in self.strata], dtype=np.float64)

    def excess_usd(self, rows: Ints, over_usd: Floats, upto_usd: Floats | None = None, *, what: str) -> Floats:
        """Sum over members of min(max(cost - over, 0), upto - over) by (draw, year, stratum) [USD].

        ``rows`` are indices of the years wanted; ``over_usd`` and ``upto_usd`` are (those years, stratum). Exact for
        every ``over_usd`` at or above the floor of the large-claimant list; a lower one raises BadInput, which names
        the floor to ask for and, as its place, ``what``.
        """
        self._check_floor(over_usd, what)
        place = np.full(len(self.years), -1, dtype=np.int64)
        place[rows] = np.arange(len(rows))
        year = place[self.claimant_year]
        wanted = year >= 0
        year, stratum, usd = year[wanted], self.claimant_stratum[wanted], self.claimant_usd[wanted]
        over = over_usd[year, stratum]
        excess = np.maximum(usd - over, 0.0)
        if upto_usd is not None:
            excess = np.minimum(excess, upto_usd[year, stratum] - over)
        shape = (self.draws, len(rows), len(self.strata))
        cell = (self.claimant_draw[wanted] * shape[1] + year) * shape[2] + stratum
        sums = np.bincount(cell, weights=excess, minlength=math.prod(shape))
        return np.asarray(sums, dtype=np.float64).reshape(shape)

    def _check_floor(self, over_usd: Floats, what: str) -> None:
        lowest = over_usd.min(axis=0)
        short = np.flatnonzero(lowest < self.claimant_floor_usd)
        if short.size:
            s = int(short[0])
            raise BadInput(
                what,
                f"a per-person threshold of ${lowest[s]:,.0f} for {self.strata[s]} is below the large-claimant floor "
                f"of ${self.claimant_floor_usd[s]:,.0f}; raise the threshold, or simulate again with a claimant floor "
                f"of at most ${lowest[s]:,.0f}",
            )
