"""The measured savings rate by layer of randomness, and what it would be with another number of members.

Of cost, and of the target it is compared with, a run knows by draw what all members share: the provider group's own
effect and risk scores, the market's course, uncertain assumptions. What of the logarithm they explain, year by year and
linearly, is the *shared* part; the rest, as a share of it, is the chance of who falls ill, in the years of the contract
and, where the target is made from history, in the base years. Given all that is shared, members are
independent, so this chance has a variance in proportion to 1 / lives, whatever its distribution, and the shared part
stays as it is. A run of n lives so tells what n' lives would bring: shared x (1 + sqrt(n / n') x chance). Where n' is
larger, the chance is the mean of that of several draws, as a larger group is several groups of n lives; so it loses its
skew as it should. Where n' is smaller, its shape is kept, which is less skewed than it should be.

Supposed: the mix of members and all that is shared stay the same; noise of risk scores that comes from single members
counts as chance, and so does what shapes of frailty that are uncertain bring.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple, get_args

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from vbcsim.core.errors import VbcsimError
from vbcsim.outcomes.luck import of_all_strata

__all__ = [
    "FEWEST_PER_FEATURE",
    "NOISES",
    "ORIGINS",
    "Noise",
    "SavingsRate",
    "Split",
    "layer_features",
    "split_by_layer",
]

Array = NDArray[np.float64]

ORIGINS = ("members", "own", "scores", "market", "assumptions")
"""Chance of who falls ill; the provider group's own course; risk scores; growth of markets; uncertain assumptions."""
Noise = Literal["members", "beside_own", "all"]
NOISES: tuple[Noise, ...] = get_args(Noise)
"""Members' chance alone; all but the provider group's own course, which then counts as true; every layer."""
_MOST_COPIES = 12
"""Groups put together, beyond which their chance is as good as normal."""
FEWEST_PER_FEATURE = 3
"""Draws for each shared feature below which chance cannot be told from what is shared."""
_MARKET = ("national_index", "regional_index")


def layer_features(
    experience: xr.Dataset, strata: Sequence[int] | None = None, *, scores: bool = True
) -> dict[str, Array]:
    """What all members share, by origin: (draw, feature), each with mean 0 and spread 1; nothing that never varies.

    :param strata: strata whose members are meant; all of them where left out.
    :param scores: whether the risk score is shared; not where members' own scores make its noise.
    """
    named = ("group_effect", "risk_score", *_MARKET, "comparator_error", "uncertain_value", "person_years")
    here = experience[[name for name in named if name in experience]]
    here = here if strata is None else here.isel(stratum=list(strata))

    def by_year(*names: str) -> list[Array]:
        return [here[name].transpose("draw", "year").values for name in names if name in here]

    found = {
        "own": [np.log(of_all_strata(here["group_effect"], here))] if "group_effect" in here else [],
        "scores": [np.log(of_all_strata(here["risk_score"], here))] if scores and "risk_score" in here else [],
        # The error of a comparison group is that of its own members; it does not shrink with the provider's.
        "market": [np.log(index) for index in by_year(*_MARKET)] + by_year("comparator_error"),
        "assumptions": [here["uncertain_value"].transpose("draw", "uncertain").values] if "uncertain" in here else [],
    }
    return {origin: _standard(np.concatenate(values, axis=1)) for origin, values in found.items() if values}


def _standard(values: Array) -> Array:
    spread = values.std(axis=0)
    varies = spread > 1e-12 * np.maximum(np.abs(values).max(axis=0), 1e-300)
    return np.asarray((values[:, varies] - values[:, varies].mean(axis=0)) / spread[varies])


class Split(NamedTuple):
    """Dollars of cost, or of a target (draw, year), taken apart."""

    shared: Array
    """What it is on average over members' chance, given all that is shared."""
    chance: Array
    """What members' chance makes of it, as a share of ``shared``; mean 0."""
    fitted: Mapping[str, Array]
    """The part of its logarithm that each origin explains; mean 0."""
    features: Mapping[str, int]
    """Number of shared figures fitted, by origin."""

    @property
    def free(self) -> int:
        """Draws less one and the figures fitted."""
        return self.shared.shape[0] - 1 - sum(self.features.values())

    def resized(self, size: float, noise: Noise = "all") -> Array:
        """The dollars of ``size`` times as many members, for as many as there are; themselves at 1 with all noise.

        The fit has taken as much of the chance for shared as it has figures; what is left of it is made so much larger
        that the variance is right.

        :param noise: what varies from draw to draw, the rest being held at its mean.
        """
        kept = {"members": 0, "beside_own": sum(self.features.values()) - self.features.get("own", 0)}
        taken = kept.get(noise, sum(self.features.values()))
        factor = np.sqrt(max((self.shared.shape[0] - 1) / size - taken, 0.0) / self.free)
        return np.asarray(self.endless(noise) * (1.0 + factor * _pooled(self.chance, size)))

    def brought(self, origin: str) -> Array:
        """The dollars that an origin brings, to the first order; mean near 0."""
        if origin == "members":
            return np.asarray(np.sqrt((self.shared.shape[0] - 1) / self.free) * self.shared * self.chance)
        return np.asarray(self.shared * self.fitted.get(origin, 0.0))

    def endless(self, noise: Noise) -> Array:
        """The dollars of endlessly many members, for as many as there are."""
        if noise == "members":
            return np.broadcast_to(self.shared.mean(axis=0), self.shared.shape)
        return self.shared if noise == "all" else self.shared / np.exp(self.fitted.get("own", 0.0))


def _pooled(chance: Array, size: float) -> Array:
    """Chance in the shape that ``size`` times as many members give it, its variance unchanged.

    Every draw takes the chance of draws far from it in as well; draws are independent.
    """
    copies = min(math.ceil(size), _MOST_COPIES, chance.shape[0]) if size > 1.0 else 1
    if copies == 1 or not chance.any():
        return chance
    step = chance.shape[0] // copies
    pooled = np.sum([np.roll(chance, k * step, axis=0) for k in range(copies)], axis=0)
    spread = (pooled**2).mean(axis=0)
    return np.asarray(pooled * np.sqrt((chance**2).mean(axis=0) / np.where(spread > 0.0, spread, 1.0)))


def split_by_layer(usd: Array, features: Mapping[str, Array]) -> Split:
    """Take dollars (draw, year), above nought, apart into what is shared and members' chance.

    :raises VbcsimError: where there are too few draws, or an amount is not above nought.
    """
    n = usd.shape[0]
    if not (usd > 0.0).all():
        raise VbcsimError("cost, or the target it is compared with, is not above nought in every draw and year")
    columns = np.concatenate([np.zeros((n, 0)), *features.values()], axis=1)
    logs = np.log(usd)
    centred = logs - logs.mean(axis=0)
    needed = FEWEST_PER_FEATURE * (columns.shape[1] + 1)
    if n < needed:
        raise VbcsimError(
            f"{n:,} draws are too few to tell members' chance from the {columns.shape[1]} figures that they share; "
            f"run at least {needed:,} draws"
        )
    weight = np.linalg.lstsq(columns, centred, rcond=1e-9)[0]
    counts = {origin: found.shape[1] for origin, found in features.items()}
    rows = np.split(weight, np.cumsum(list(counts.values()), dtype=int))
    fitted = {origin: found @ row for (origin, found), row in zip(features.items(), rows, strict=False)}
    shared = np.exp(logs.mean(axis=0) + columns @ weight)
    shared = shared * (usd / shared).mean(axis=0)
    return Split(shared, usd / shared - 1.0, fitted, counts)


@dataclass(frozen=True, eq=False)
class SavingsRate:
    """The savings rate that a design measures: over all that it settles apart, one less cost over target."""

    targets: tuple[Split, ...]
    """Target of each cost that is compared."""
    costs: tuple[Split, ...]

    @property
    def draws(self) -> int:
        """Number of draws."""
        return int(self.costs[0].shared.shape[0])

    @property
    def years(self) -> int:
        """Number of performance years."""
        return int(self.costs[0].shared.shape[1])

    def at(self, size: float = 1.0, noise: Noise = "all") -> Array:
        """The rate by draw and period, every performance year and then all of them (draw, year + 1).

        :param size: number of members against that of the run.
        :param noise: what varies from draw to draw.
        """
        cost, target = (_summed([s.resized(size, noise) for s in splits]) for splits in (self.costs, self.targets))
        return 1.0 - cost / target

    @cached_property
    def by_origin(self) -> Mapping[str, Array]:
        """What each origin brings to the rate, to the first order (draw, year + 1); variances add up."""
        shared = [_summed([s.shared for s in splits]).mean(axis=0) for splits in (self.costs, self.targets)]
        found = {}
        for origin in ORIGINS:
            cost, target = (_summed([s.brought(origin) for s in splits]) for splits in (self.costs, self.targets))
            found[origin] = -(cost - target * shared[0] / shared[1]) / shared[1]
        return found


def _summed(by_year: Sequence[Array]) -> Array:
    """The sum of dollars (draw, year), and behind it that of all years."""
    total = np.sum(by_year, axis=0)
    return np.concatenate([total, total.sum(axis=1, keepdims=True)], axis=1)
