"""Contracts held together: their joint distribution, how they go together, and what holding them together spares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from vbcsim.core.dataset import label
from vbcsim.outcomes.allocation import tail_allocation
from vbcsim.outcomes.distribution import Estimate, probability
from vbcsim.outcomes.dominance import HALF_A_CENT
from vbcsim.outcomes.statistic import NAMES, TAIL_LEVELS, statistic

__all__ = ["STATISTICS", "correlation", "portfolio"]

Array = NDArray[np.float64]

STATISTICS = tuple(name if name.startswith("p_") else f"{name}_usd" for name in NAMES)
"""Statistics of each contract and of all together."""
_SOURCE = "estimates over draws of the money of each contract, method in vbcsim.outcomes.portfolio"


def portfolio(nets: Mapping[str, Array], together: str, attrs: Mapping[str, Any]) -> xr.Dataset:
    """The portfolio dataset; every figure stands beside its Monte Carlo error, ``NAME_mcse``.

    ``held_value(contract, statistic)`` of each contract and of all together; ``correlation(contract, other)`` and
    ``p_both_lose(contract, other)``, on whose diagonal stands the chance that a contract loses; and by level of the
    tail ``tail_alone_usd`` and ``tail_contribution_usd(contract, level)``, and ``tail_spared_usd(level)``.

    :param nets: what the holder has of each contract over all years (draw,) [USD], draws in pairs.
    :param together: the name of the sum.
    """
    names = list(nets)
    each = np.stack([nets[name] for name in names])
    every = np.concatenate([each, each.sum(axis=0, keepdims=True)])
    ordered = np.sort(every, axis=-1)
    figures = [statistic(name, every, ordered) for name in STATISTICS]
    variables: dict[str, Any] = {}
    variables |= _pair("held_value", ("contract", "statistic"), _stacked(figures, -1))
    variables |= _pair("correlation", ("contract", "other"), correlation(every))
    variables |= _pair("p_both_lose", ("contract", "other"), _both_lose(every))
    variables |= _tails(each)
    coords = {
        "contract": [*names, together],
        "other": [*names, together],
        "statistic": list(STATISTICS),
        "level": [k / 100 for k in TAIL_LEVELS],
    }
    return label(xr.Dataset(variables, coords, {**attrs, "draws": every.shape[-1]}), {"": _SOURCE})


def correlation(amounts: Array) -> Estimate:
    """Correlation of every two rows of ``amounts`` (row, draw); NaN of a row that does not vary.

    Error from the influence function z1 z2 - r (z1^2 + z2^2) / 2, with no assumption of normality.
    """
    n = amounts.shape[-1]
    centred = amounts - amounts.mean(axis=-1, keepdims=True)
    spread = np.sqrt((centred**2).mean(axis=-1, keepdims=True))
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(spread > HALF_A_CENT, centred / spread, np.nan)
    # Row by row and without a matrix product, whose bits would depend on the number of processors.
    value = np.stack([(row * z).mean(axis=-1) for row in z])
    influence = ((row * z - 0.5 * r[:, None] * (row * row + z * z)) for row, r in zip(z, value, strict=True))
    return Estimate(value, np.stack([np.sqrt((one * one).mean(axis=-1) / max(n - 1, 1)) for one in influence]))


def _both_lose(every: Array) -> Estimate:
    """Chance that each two contracts lose in the same draw."""
    lost = every < -HALF_A_CENT
    return probability(lost[:, None, :] & lost[None, :, :])


def _tails(each: Array) -> dict[str, Any]:
    found = [tail_allocation(-each, k / 100) for k in TAIL_LEVELS]
    whole = Estimate(*(np.array(side) for side in zip(*(one.whole for one in found), strict=True)))
    by_contract = {
        "tail_alone_usd": [one.alone for one in found],
        "tail_contribution_usd": [o.contributions for o in found],
    }
    variables: dict[str, Any] = {}
    for name, estimates in by_contract.items():
        parts = _stacked(estimates, -1)
        joined = Estimate(*(np.concatenate([p, w[None]]) for p, w in zip(parts, whole, strict=True)))
        variables |= _pair(name, ("contract", "level"), joined)
    return variables | _pair("tail_spared_usd", ("level",), _stacked([one.spared for one in found], -1))


def _stacked(estimates: list[Estimate], axis: int) -> Estimate:
    return Estimate(np.stack([e.value for e in estimates], axis=axis), np.stack([e.mcse for e in estimates], axis=axis))


def _pair(name: str, dims: tuple[str, ...], estimate: Estimate) -> dict[str, tuple[tuple[str, ...], Array]]:
    """A variable and its error."""
    return {name: (dims, estimate.value), f"{name.removesuffix('_usd')}_mcse": (dims, estimate.mcse)}
