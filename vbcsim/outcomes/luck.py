"""Luck against merit: how much of the spread of a provider's result is its own effect, the market's, or mere chance.

An experience has three layers of uncertainty: the provider group's own effect on use, the market's growth, and which
members fall ill (with the quality score). The first two are recorded by draw, so the share of the variance of the
settlement that each explains can be measured: Var(E[net | layer]) / Var(net), its first-order Sobol index. The layer is
summed up as the linear combination of its yearly logarithms that fits net best; E[net | layer] is then free of form,
the means of equal groups of draws along that combination, corrected for the groups and coefficients fitted.
"""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from vbcsim.core.dataset import label
from vbcsim.outcomes.distribution import Estimate, probability
from vbcsim.outcomes.dominance import HALF_A_CENT
from vbcsim.outcomes.summary import net_by_draw, provenance

__all__ = ["FEWEST_DRAWS", "ORIGINS", "luck"]

Array = NDArray[np.float64]

ORIGINS = ("own", "market", "chance")
"""The provider group's own effect; growth of the market; all else: which members fall ill, quality, interplay."""
FEWEST_DRAWS = 400
"""With fewer draws the shares are too uncertain to state."""
_GROUPS = 25
_PARTS = 20

_SOURCE = "share of the variance of the provider's net_usd over the whole contract, method in vbcsim.outcomes.luck"


def luck(settlement: xr.Dataset, experience: xr.Dataset) -> xr.Dataset:
    """The luck dataset: ``variance_share`` by design and origin, and how often reward and merit part ways.

    ``p_gain_without_merit``: chance that the provider receives money in the draws in which its own effect raised use
    above its base years (or above the expected level, where there are none); ``p_no_gain_with_merit``: chance that it
    receives nothing where its own effect lowered use. NaN where there is no provider, no spread, or too few draws.
    """
    net = net_by_draw(settlement).sum(axis=2)
    where = np.flatnonzero(settlement["party"].values == "provider")
    rows = [_unknown()] * net.shape[0]
    if where.size and "group_effect" in experience:  # risks in place of members have no provider group
        layers = _layers(experience)
        rows = [_luck_of(net[i, where[0]], *layers) for i in range(net.shape[0])]
    shares, errors = (np.stack([row[k] for row in rows]) for k in (0, 1))
    chances = np.stack([row[2] for row in rows])
    dataset = xr.Dataset(
        {
            "variance_share": (("design", "origin"), shares),
            "variance_share_mcse": (("design", "origin"), errors),
            "p_gain_without_merit": ("design", chances[:, 0]),
            "p_gain_without_merit_mcse": ("design", chances[:, 1]),
            "p_no_gain_with_merit": ("design", chances[:, 2]),
            "p_no_gain_with_merit_mcse": ("design", chances[:, 3]),
        },
        coords={"design": settlement["design"].values, "origin": list(ORIGINS)},
        attrs=provenance(settlement),
    )
    return label(dataset, {"": _SOURCE})


def _layers(experience: xr.Dataset) -> tuple[Array, Array, NDArray[np.bool_]]:
    """Yearly logarithms of the own effect and of the market (draw, feature), and whether the own effect lowered use."""
    effect = of_all_strata(experience["group_effect"], experience)
    indices = [experience[name].transpose("draw", "year").values for name in ("national_index", "regional_index")]
    performing = experience["period"].values == "performance"
    before = effect[:, ~performing].mean(axis=1) if (~performing).any() else 1.0
    merit = effect[:, performing].mean(axis=1) < before
    return np.log(effect), np.log(np.concatenate(indices, axis=1)), merit


def of_all_strata(effect: xr.DataArray, experience: xr.Dataset) -> Array:
    """The effect (draw, year): over several strata, the mean by person-years."""
    if "stratum" in effect.dims:
        weight = experience["person_years"]
        effect = (effect * weight).sum("stratum") / weight.sum("stratum")
    return np.asarray(effect.transpose("draw", "year").values)


def _unknown() -> tuple[Array, Array, Array]:
    return np.full(3, np.nan), np.full(3, np.nan), np.full(4, np.nan)


def _luck_of(net: Array, own: Array, market: Array, merit: NDArray[np.bool_]) -> tuple[Array, Array, Array]:
    """Shares, their errors (delete-a-part jackknife over 20 parts of the draws) and the two conditional chances."""
    if net.size < FEWEST_DRAWS or np.ptp(net) < HALF_A_CENT:
        return _unknown()
    shares = _shares(net, own, market)
    part = np.arange(net.size) % _PARTS
    without = np.stack([_shares(net[part != k], own[part != k], market[part != k]) for k in range(_PARTS)])
    errors = np.sqrt((_PARTS - 1) * without.var(axis=0))
    gains = net > HALF_A_CENT
    return shares, errors, np.array([*_chance(gains[~merit]), *_chance(~gains[merit])])


def _chance(hits: NDArray[np.bool_]) -> Estimate:
    return probability(hits) if hits.size else Estimate(np.array(np.nan), np.array(np.nan))


def _shares(net: Array, own: Array, market: Array) -> Array:
    """Share of the variance explained by the own effect, by the market, and the rest."""
    features = np.concatenate([own, market], axis=1)
    features = features - features.mean(axis=0)
    coefficients = np.linalg.lstsq(features, net - net.mean(), rcond=None)[0]
    parts = np.split(features * coefficients, [own.shape[1]], axis=1)
    found = [_explained(net, part.sum(axis=1), part.shape[1]) for part in parts]
    return np.array([*found, max(0.0, 1.0 - sum(found))])


def _explained(net: Array, index: Array, fitted: int) -> float:
    """Adjusted correlation ratio of net on equal groups of draws in the order of ``index``."""
    if np.ptp(index) <= 1e-12 * np.ptp(net):
        return 0.0
    n, total = net.size, float(((net - net.mean()) ** 2).sum())
    groups = np.array_split(net[np.argsort(index, kind="stable")], _GROUPS)
    within = sum(float(((group - group.mean()) ** 2).sum()) for group in groups)
    return min(1.0, max(0.0, 1.0 - (within / (n - _GROUPS - fitted)) / (total / (n - 1))))
