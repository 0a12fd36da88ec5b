"""The outcomes of each design for each party: risk measures of its money, for the whole contract and year by year."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from vbcsim.core.dataset import label
from vbcsim.core.errors import VbcsimError
from vbcsim.outcomes.distribution import Estimate
from vbcsim.outcomes.statistic import PERCENTILES, TAIL_LEVELS, statistic

__all__ = ["PERCENTILES", "STATISTICS", "net_by_draw", "provenance", "summarize"]

Array = NDArray[np.float64]

STATISTICS = {
    "mean_usd": "usd",
    "sd_usd": "usd",
    **{f"p{k}_usd": "usd" for k in PERCENTILES},
    "p_shared_savings": "fraction",
    "p_shared_loss": "fraction",
    "p_gain": "fraction",
    "p_loss": "fraction",
    **{f"{measure}{k}_usd": "usd" for k in TAIL_LEVELS for measure in ("var", "tvar")},
}
"""The statistics and their units, in the order of the dataset."""

_SOURCE = "estimates over draws of net_usd of the settlement; method in vbcsim.outcomes.distribution"


def summarize(settlement: xr.Dataset) -> xr.Dataset:
    """The outcomes dataset of a settlement: ``value`` and ``mcse`` by design, party and statistic; the same by year.

    The whole contract is the sum over performance years, undiscounted. ``p_shared_savings`` and ``p_shared_loss`` are
    the chances that the *provider* receives and pays, whichever party's row they stand in; ``p_gain`` and ``p_loss``
    are the party's own; ``varK_usd`` and ``tvarK_usd`` are losses, positive.
    """
    by_year = net_by_draw(settlement)
    names, parties = settlement["design"].values, settlement["party"].values
    whole = _measures(by_year.sum(axis=2), parties, party_axis=1)
    yearly = _measures(by_year, parties, party_axis=1)
    axes = ("design", "party", "statistic")
    year_axes = ("design", "party", "year", "statistic")
    dataset = xr.Dataset(
        {
            "value": (axes, whole.value),
            "mcse": (axes, whole.mcse),
            "value_by_year": (year_axes, yearly.value),
            "mcse_by_year": (year_axes, yearly.mcse),
        },
        coords={
            "design": names,
            "party": parties,
            "year": settlement["year"].values,
            "statistic": list(STATISTICS),
            "statistic_unit": ("statistic", list(STATISTICS.values())),
        },
        attrs=provenance(settlement),
    )
    return label(dataset, {"": _SOURCE})


def net_by_draw(settlement: xr.Dataset) -> Array:
    """``net_usd`` as a contiguous array (design, party, year, draw); refused where an amount is not a number."""
    net = np.ascontiguousarray(settlement["net_usd"].transpose("design", "party", "year", "draw").values, dtype=float)
    finite = np.isfinite(net).all(axis=(1, 2, 3))
    if not finite.all():
        wrong = ", ".join(str(name) for name in settlement["design"].values[~finite])
        raise VbcsimError(f"settlement: net_usd of {wrong} is not a finite number in every draw; settle it again")
    return net


def provenance(settlement: xr.Dataset) -> dict[str, Any]:
    """The settlement's attributes that say where its numbers come from, and the number of draws."""
    kept = ("experience_hash", "seed", "engine", "members", "vbcsim_version", "stream_version", "scenario")
    found = {key: settlement.attrs[key] for key in kept if key in settlement.attrs}
    return found | {"draws": int(settlement.sizes["draw"])}


def _measures(amounts: Array, parties: NDArray[np.str_], party_axis: int) -> Estimate:
    """Every statistic of ``amounts`` (..., draw), along a new last axis."""
    ordered = np.sort(amounts, axis=-1)
    providers = {"p_shared_savings": "p_gain", "p_shared_loss": "p_loss"}
    found = [
        _provider(statistic(providers[name], amounts), parties, party_axis)
        if name in providers
        else statistic(name, amounts, ordered)
        for name in STATISTICS
    ]
    return Estimate(np.stack([e.value for e in found], axis=-1), np.stack([e.mcse for e in found], axis=-1))


def _provider(chance: Estimate, parties: NDArray[np.str_], party_axis: int) -> Estimate:
    """The provider's chance in every party's row; NaN where the settlement has no provider."""
    where = np.flatnonzero(np.asarray(parties) == "provider")
    if where.size == 0:
        return Estimate(np.full_like(chance.value, np.nan), np.full_like(chance.mcse, np.nan))
    spread = (np.broadcast_to(np.take(e, where, axis=party_axis), e.shape) for e in chance)
    return Estimate(*(np.array(e) for e in spread))
