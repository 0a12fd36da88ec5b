"""How many large claimants the pooled engine may miss: those above the floor whose large claims do not come near it.

A member-period is missed where its large claims add up to no more than the candidates' limit, and all claims together
to more than the floor. Whatever ``g >= 0``,

    1{large <= limit} <= exp(g * (limit - large)),

so the chance is at most ``exp(g * limit)`` times the mass above the floor of a total whose large claims are weighted by
``exp(-g * claim)``, and left out where one alone passes the limit. That mass comes from one Fourier transform of the
member's compound mixed Poisson total, frailty and all, in closed form; the least of a few ``g`` is taken. Claims are
put on a grid without moving their mean, which can only raise the expected excess; members of nearly the same expected
spending are taken together at the highest rate and price among them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vbcsim.random.tables import OCTAVES, cost_table

if TYPE_CHECKING:
    from vbcsim.experience.prepare import KernelInputs

__all__ = ["Neglect", "neglect"]

Floats = NDArray[np.float64]

_POINTS = 512
_FLOOR_AT = 128
_TILTS = (0.0, 6.0, 18.0)
_OCTAVES = 32
_ROUNDING = 1e-16
"""Mass of a grid point below which there is only the rounding of the transform."""
_GROUP = 8
_SAME = 0.05
"""Members whose expected spending differs by less than this share are taken together."""


@dataclass(frozen=True)
class Neglect:
    """Expectations by draw: bounds on what is missed, and all that there is to be listed."""

    claimants: float
    excess_usd: float
    all_claimants: float
    all_excess_usd: float

    def __add__(self, other: Neglect) -> Neglect:
        return Neglect(
            self.claimants + other.claimants,
            self.excess_usd + other.excess_usd,
            self.all_claimants + other.all_claimants,
            self.all_excess_usd + other.all_excess_usd,
        )


@dataclass(frozen=True)
class _Alike:
    """Member-periods taken together; arrays by category."""

    members: float
    rate: Floats
    price: Floats
    weights: Floats
    shared_shape: float
    own_shape: Floats
    severity: Floats
    step: NDArray[np.uint64]
    floor: float


def neglect(
    inputs: KernelInputs,
    split: NDArray[np.int64],
    step: NDArray[np.uint64],
    candidate: float,
    *,
    rate_multiplier: Floats | float = 1.0,
    cost_multiplier: Floats | float = 1.0,
) -> Neglect:
    """Bound on the member-periods above the floor that a draw is expected to miss, and on their cost above it.

    :param split: (R,) split of a row; step: (W, N, J) words that stand for large claims.
    :param candidate: share of the floor that a candidate's large claims pass.
    :param rate_multiplier: of response classes, (G, P, J), or one for all; likewise ``cost_multiplier``.
    """
    total = Neglect(0.0, 0.0, 0.0, 0.0)
    n_worlds = len(inputs.weights)
    worlds = sorted({int(w) for w in np.linspace(0, n_worlds - 1, min(n_worlds, 4))})
    for w in worlds:
        for alike in _alike(inputs, w, split, step, rate_multiplier, cost_multiplier):
            total = total + _of_alike(alike, candidate, alike.members / len(worlds))
    return total


def _alike(
    inputs: KernelInputs,
    w: int,
    split: NDArray[np.int64],
    step: NDArray[np.uint64],
    rate_multiplier: Floats | float,
    cost_multiplier: Floats | float,
) -> list[_Alike]:
    """Member-periods of rows that are there, by profile, floor, frailty and expected spending."""
    shape = inputs.rate.shape
    rate = inputs.rate * _of_rows(rate_multiplier, inputs.cls, shape)
    price = inputs.cost * _of_rows(cost_multiplier, inputs.cls, shape)
    period = np.arange(shape[1])
    there = (inputs.row_first[:, None] <= period) & (period <= inputs.row_last[:, None])
    spending = (rate * price).sum(axis=2)
    r, t = np.nonzero(there & (spending > 0) & (inputs.row_expected[:, None] > 0))
    _, kind = np.unique(inputs.weights[w].reshape(shape[0], -1).round(9), axis=0, return_inverse=True)
    floor = inputs.floor[inputs.stratum]
    size = np.floor(np.log(spending[r, t]) / _SAME)
    keys = np.stack([split[r], floor[r], kind.reshape(-1)[r], size], axis=1)
    _, first, group = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    found = []
    for i, at in enumerate(first):
        own = group.reshape(-1) == i
        row = int(r[at])
        f = int(inputs.profile[row])
        found.append(
            _Alike(
                members=float(inputs.row_expected[r[own]].sum()),
                rate=rate[r[own], t[own]].max(axis=0),
                price=price[r[own], t[own]].max(axis=0),
                weights=inputs.weights[w, row],
                shared_shape=float(inputs.shared_shape[w, f]),
                own_shape=inputs.own_shape[w, f],
                severity=inputs.severity[w, f],
                step=step[w, split[row]],
                floor=float(floor[row]),
            )
        )
    return found


def _of_rows(multiplier: Floats | float, cls: NDArray[np.int64], shape: tuple[int, ...]) -> Floats:
    return np.broadcast_to(multiplier if isinstance(multiplier, float) else multiplier[cls], shape)


def _of_alike(alike: _Alike, candidate: float, members: float) -> Neglect:
    """Bounds for member-periods that are alike; under a floor of nothing every claim is large and nobody is missed."""
    if alike.floor <= 0.0:
        return Neglect(0.0, 0.0, 0.0, 0.0)
    grid = alike.floor / _FLOOR_AT
    claims = [_claims(alike, j) for j in range(len(alike.rate))]
    everything = _beyond(alike, [_transform(value, width, grid) for value, width, _ in claims], grid)
    missed = [np.inf, np.inf]
    for tilt in _TILTS:
        transforms = []
        for value, width, large in claims:
            weight = np.where(large, np.exp(-tilt * value / alike.floor) * (value <= candidate * alike.floor), 1.0)
            transforms.append(_transform(value, width * weight, grid))
        found = _beyond(alike, transforms, grid)
        missed = [min(a, float(np.exp(tilt * candidate)) * b) for a, b in zip(missed, found, strict=True)]
    missed = [min(a, b) for a, b in zip(missed, everything, strict=True)]
    return Neglect(members * missed[0], members * missed[1], members * everything[0], members * everything[1])


def _claims(alike: _Alike, j: int) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Cost of a category's claim [USD], its probability, whether it is surely large: groups of its table's cells."""
    value, upper, width = _nodes(tuple(alike.severity[j].tolist()))
    return value * alike.price[j], width, upper <= float(alike.step[j]) / 2.0**32


@lru_cache(maxsize=1024)
def _nodes(severity: tuple[float, float, float, float]) -> tuple[Floats, Floats, Floats]:
    """Relative cost, highest survival probability and probability of groups of a cost table's cells."""
    table = cost_table(*severity).reshape(OCTAVES, -1, _GROUP, 2)
    value = table[:_OCTAVES, :, :, 0].mean(axis=2)
    n = value.shape[1]
    octave = 2.0 ** -(np.arange(_OCTAVES) + 1.0)[:, None]
    upper = octave * (1.0 + (np.arange(n) + 1.0) / n)
    width = np.broadcast_to(octave / n, upper.shape)
    # All that lies further out: one more node, of its own mean.
    deep = 2.0 ** -(np.arange(_OCTAVES, OCTAVES) + 1.0)
    beyond = float((table[_OCTAVES:, :, :, 0].mean(axis=(1, 2)) * deep).sum() / deep.sum())
    last = 2.0**-_OCTAVES
    return np.append(value, beyond), np.append(upper, last), np.append(width, last)


def _transform(value: Floats, weight: Floats, grid: float) -> NDArray[np.complex128]:
    """Transform of a claim on the grid, each split between its neighbours; what lies beyond goes to the last point."""
    place = np.minimum(value / grid, _POINTS - 1.0)
    at = place.astype(np.int64)
    mass = np.bincount(at, weight * (at + 1 - place), _POINTS)
    mass += np.bincount(np.minimum(at + 1, _POINTS - 1), weight * (place - at), _POINTS)
    return np.asarray(np.fft.rfft(mass, 2 * _POINTS))


def _beyond(alike: _Alike, transforms: list[NDArray[np.complex128]], grid: float) -> tuple[float, float]:
    """Mass of a member's total above the floor, and its expected excess; totals beyond the grid are not followed."""
    less = np.stack(transforms) - 1.0
    constant, shared, own = (less * (alike.rate * alike.weights[:, i])[:, None] for i in range(3))
    logarithm = constant.sum(axis=0) - alike.shared_shape * np.log(1.0 - shared.sum(axis=0))
    logarithm -= (alike.own_shape[:, None] * np.log(1.0 - own)).sum(axis=0)
    mass = np.asarray(np.fft.irfft(np.exp(logarithm), 2 * _POINTS))
    mass = np.where(mass > _ROUNDING, mass, 0.0)
    over = np.arange(2 * _POINTS) - _FLOOR_AT
    return float(mass[over > 0].sum()), float((mass * np.maximum(over, 0)).sum() * grid)
