"""Which layer of randomness a party's money varies with: process, parameter, systemic, group.

Pick-freeze: the same draws are settled again with one layer drawn anew (the others kept), and once with all layers
drawn anew. Two settlements that share all layers but one differ by what that layer does, alone and together with
others: its *total* share. Two that share one layer and nothing else agree as far as that layer decides by itself: its
*first-order* share. First-order shares add up to at most 1, total shares to at least 1; the gap is interaction, which a
contract's limits and corridors bring.

With variance ``V``, a pair of settlements ``Y, Y'`` and ``D = E[(Y - Y')^2] / 2``, the total share is ``D / V`` of a
pair that differs in the layer, and the first-order share is ``1 - D / V`` of a pair that shares only the layer; ``V``
is estimated from the same pair. (Jansen, "Analysis of variance designs for model output", Computer Physics
Communications 117, 1999; Janon and others, "Asymptotic normality and efficiency of two Sobol index estimators", ESAIM
18, 2014.)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from vbcsim.core.dataset import label
from vbcsim.core.errors import BadInput
from vbcsim.outcomes.distribution import Estimate
from vbcsim.outcomes.summary import net_by_draw, provenance

__all__ = ["ALL", "SPLIT_LAYERS", "Shares", "pick_freeze", "split_shifts", "variance_split"]

Array = NDArray[np.float64]

SPLIT_LAYERS = ("process", "parameter", "systemic", "group")
"""Chance of members; what is not known of the assumptions; what all markets share; what a provider group shares."""
ALL = "all"
"""Names the settlement in which every layer is drawn anew."""
_SHIFT = 1_000_000
"""What is added to a layer's draw numbers: far beyond the draws of a split."""
_SOURCE = "pick-freeze over draws of net_usd of the settlement, sums over performance years"


class Shares(NamedTuple):
    """Shares of the variance with their standard errors, along a first axis of layers."""

    total: Estimate
    first_order: Estimate


def split_shifts(layers: Sequence[str] = SPLIT_LAYERS, by: int = _SHIFT) -> dict[str, dict[str, int]]:
    """The runs that a split needs beside the base run: name -> ``shift`` of ``simulate``."""
    return {layer: {layer: by} for layer in layers} | {ALL: dict.fromkeys(layers, by)}


def pick_freeze(base: Array, one_anew: Sequence[Array], all_anew: Array) -> Shares:
    """Shares of the variance by layer from arrays of amounts, draws along the last axis.

    :param one_anew: for each layer, the amounts with that layer drawn anew.
    :param all_anew: the amounts with all layers drawn anew.
    """
    total = [_half_square(base, anew) for anew in one_anew]
    apart = [_half_square(all_anew, anew) for anew in one_anew]
    # A layer that changes nothing decides nothing: its first-order share is known without error.
    acts = [t.value > 0.0 for t in total]
    return Shares(
        Estimate(np.stack([t.value for t in total]), np.stack([t.mcse for t in total])),
        Estimate(
            np.stack([np.where(k, 1.0 - a.value, 0.0) for a, k in zip(apart, acts, strict=True)]),
            np.stack([np.where(k, a.mcse, 0.0) for a, k in zip(apart, acts, strict=True)]),
        ),
    )


def _half_square(one: Array, other: Array) -> Estimate:
    """Half the mean square difference over the variance, with its standard error (delta method); 0 without variance."""
    n = one.shape[-1]
    half = (one - other) ** 2 / 2.0
    square = ((one - one.mean(axis=-1, keepdims=True)) ** 2 + (other - other.mean(axis=-1, keepdims=True)) ** 2) / 2.0
    variance = square.sum(axis=-1) / (n - 1)
    varies = variance > 0.0
    scale = np.where(varies, variance, 1.0)
    ratio = np.where(varies, half.mean(axis=-1) / scale, 0.0)
    influence = (half - ratio[..., None] * square) / scale[..., None]
    return Estimate(ratio, influence.std(axis=-1, ddof=1) / np.sqrt(n))


def variance_split(base: xr.Dataset, shifted: Mapping[str, xr.Dataset]) -> xr.Dataset:
    """The variance of each party's net under each design, split by layer.

    :param base: the settlement of the run; only the draws that every shifted one has are used.
    :param shifted: the settlements of the runs of ``split_shifts``, by the same names.
    :raises BadInput: where the run with all layers drawn anew is missing, or a settlement has other designs or parties.
    """
    layers = [name for name in shifted if name != ALL]
    _check(base, shifted, layers)
    draws = min(ds.sizes["draw"] for ds in (base, *shifted.values()))
    net = {name: net_by_draw(ds.isel(draw=slice(draws))).sum(axis=2) for name, ds in {"": base, **shifted}.items()}
    shares = pick_freeze(net[""], [net[layer] for layer in layers], net[ALL])
    dims = ("layer", "design", "party")
    dataset = xr.Dataset(
        {
            "variance_total_share": (dims, shares.total.value),
            "variance_total_share_mcse": (dims, shares.total.mcse),
            "variance_first_share": (dims, shares.first_order.value),
            "variance_first_share_mcse": (dims, shares.first_order.mcse),
        },
        coords={"layer": layers, "design": base["design"].values, "party": base["party"].values},
        attrs=provenance(base) | {"draws": draws},
    )
    return label(dataset.transpose("design", "party", "layer"), {"": _SOURCE})


def _check(base: xr.Dataset, shifted: Mapping[str, xr.Dataset], layers: Sequence[str]) -> None:
    if ALL not in shifted or not layers:
        raise BadInput("variance_split", f'needs a settlement for each layer and one named "{ALL}" with all drawn anew')
    for name, ds in shifted.items():
        for dim in ("design", "party", "year"):
            if list(ds[dim].values) != list(base[dim].values):
                raise BadInput(f"variance_split.{name}", f"has other values of {dim} than the run; settle both alike")
    if min(ds.sizes["draw"] for ds in (base, *shifted.values())) < 2:
        raise BadInput("variance_split", "needs at least 2 draws")
