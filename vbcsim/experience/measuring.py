"""Numerators and denominators of quality measures in a block of draws.

A rate has a level by equity stratum that may be uncertain and improves over the years, an effect of each provider
group on the probit scale, points from interventions, and binomial chance: small strata are noisy by themselves. Rates
per 1,000 are counted from the claims, which carry all of that already.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vbcsim.core.errors import BadInput
from vbcsim.experience.figures import drawn, means
from vbcsim.experience.intervening import Interventions
from vbcsim.experience.layers import LayerDraws
from vbcsim.experience.measure import CLAIMS, MEMBERS
from vbcsim.experience.systemic import autoregressive, group_names
from vbcsim.random.binomial import binomial
from vbcsim.random.named import address_of, addresses_of
from vbcsim.random.streams import Stream
from vbcsim.random.twin import normals, uniforms

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["Aims", "draw_aims", "draw_measures", "draw_probabilities", "group_courses"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_RATE, _IMPROVEMENT, _GAP_CLOSING = 0, 1, 2
"""Items of the addresses of what is uncertain."""
_COMMON = 255
"""Item of the factor that a group's effects on all measures share."""


@dataclass(frozen=True)
class _Parts:
    """Distinct parts of strata: one stratum, one response class, one equity stratum."""

    stratum: Integers
    of_class: Integers
    equity: Integers
    group: Integers
    weight: Floats
    """(M, part): members in the denominator."""
    share: Floats
    """(M, S): share of a stratum's members in the denominator."""


def draw_measures(
    cohort: xr.Dataset,
    seed: int,
    layer_draws: LayerDraws,
    start: int,
    stop: int,
    *,
    person_years: Floats,
    utilization: Floats,
    interventions: Interventions | None = None,
) -> tuple[Floats, Floats]:
    """Numerator and denominator of every measure, each (D, Y, M, S).

    :param person_years: exposure, (D or 1, Y, S).
    :param utilization: services, (D, Y, S, J).
    :param interventions: those of the same block, for the points that they add.
    """
    parts = _parts(cohort)
    rates = draw_probabilities(cohort, seed, layer_draws, start, stop, parts=parts, interventions=interventions)
    chance = layer_draws.of(Stream.MEASURE, start, stop)[:, None, None]
    n_draws, n_years, n_strata = stop - start, cohort.sizes["year"], cohort.sizes["stratum"]
    shape = (n_draws, n_years, cohort.sizes["measure"], n_strata)
    numerator, denominator = np.zeros(shape), np.zeros(shape)
    for m in range(shape[2]):
        own = cohort.isel(measure=m)
        counted = int(own["measure_counted"])
        services = utilization[..., own["measure_category"].values.astype(bool)].sum(axis=-1)
        share = parts.share[m]
        if counted == CLAIMS:
            _whole_strata(cohort, m, share)
            numerator[:, :, m] = services * share
            denominator[:, :, m] = person_years * share / 1000.0
            continue
        trials = np.floor((person_years if counted == MEMBERS else services) * share + 0.5)
        u = uniforms(
            seed,
            Stream.MEASURE,
            draw=chance,
            cell=np.arange(n_strata),
            period=np.arange(n_years)[:, None],
            item=m,
        )
        denominator[:, :, m] = trials
        numerator[:, :, m] = binomial(trials, rates[:, :, m], u)
    return numerator, denominator


def draw_probabilities(
    cohort: xr.Dataset,
    seed: int,
    layer_draws: LayerDraws,
    start: int,
    stop: int,
    *,
    parts: _Parts | None = None,
    interventions: Interventions | None = None,
) -> Floats:
    """The true rates that numerators are drawn with, (D, Y, M, S); 0 for a measure that is counted from claims."""
    from scipy.special import ndtr, ndtri

    parts = parts or _parts(cohort)
    courses = group_courses(cohort, seed, layer_draws, start, stop)
    shape = (stop - start, cohort.sizes["year"], cohort.sizes["measure"], cohort.sizes["stratum"])
    found = np.zeros(shape)
    for m in map(int, np.flatnonzero(cohort["measure_counted"].values != CLAIMS)):
        own = cohort.isel(measure=m)
        level = _levels(own, draw_aims(own, seed, layer_draws, start, stop))[:, :, parts.equity]
        if interventions is not None and "measure_points" in cohort:
            level = level + interventions.points[..., m][:, parts.of_class].transpose(0, 2, 1)
        level = np.clip(level, 0.0, 1.0)
        sd = float(own["measure_group_sd"])
        if sd > 0.0:
            level = ndtr(ndtri(level) * np.sqrt(1.0 + sd**2) + sd * courses[:, :, m][:, :, parts.group])
        found[:, :, m] = _mean_by_stratum(level, parts, m, shape[3])
    return found


def group_courses(cohort: xr.Dataset, seed: int, layer_draws: LayerDraws, start: int, stop: int) -> Floats:
    """Standard normal effects of the provider groups on the measures, (D, Y, M, N), correlated between measures."""
    cell, member = addresses_of(group_names(cohort))
    years = cohort["year"].values
    draw = layer_draws.of(Stream.MEASURE_GROUP, start, stop)[:, None, None, None]
    period = np.arange(len(years))[:, None, None]
    items = np.append(np.arange(cohort.sizes["measure"]), _COMMON)[:, None]
    shocks = normals(seed, Stream.MEASURE_GROUP, draw=draw, cell=cell, member=member, period=period, item=items)
    correlation = cohort["measure_group_correlation"].values[:, None]
    mixed = np.sqrt(correlation) * shocks[:, :, -1:] + np.sqrt(1.0 - correlation) * shocks[:, :, :-1]
    return autoregressive(mixed, years, cohort["measure_group_persistence"].values[:, None])


class Aims(NamedTuple):
    """What of a measure may be uncertain, drawn for a block."""

    rate: Floats
    """(D, E): level by equity stratum."""
    improvement: Floats
    """(D, E): gain of a year."""
    gap_closing: Floats
    """(D,)"""


def draw_aims(own: xr.Dataset, seed: int, layer_draws: LayerDraws, start: int, stop: int) -> Aims:
    """Levels, yearly gains and closing of gaps of one measure, each the same for all of a draw."""
    name = f"measures.{own['measure'].item()}"
    cell, member = address_of(name)
    draw = layer_draws.of_named(Stream.PARAMETER, name, start, stop)

    def u(item: int) -> Floats:
        return uniforms(seed, Stream.PARAMETER, draw=draw, cell=cell, member=member, item=item)

    return Aims(
        rate=drawn(own["measure_rate"].transpose("equity", "figure").values, u(_RATE)),
        improvement=drawn(own["measure_improvement"].transpose("equity", "figure").values, u(_IMPROVEMENT)),
        gap_closing=drawn(own["measure_gap_closing"].values, u(_GAP_CLOSING)),
    )


def _levels(own: xr.Dataset, aims: Aims) -> Floats:
    """Rates by draw, year and equity stratum before the effects of groups and interventions."""
    sign = -1.0 if bool(own["measure_low_is_good"]) else 1.0
    given = own["measure_rate"].transpose("equity", "figure").values
    rate, gain, closing = aims
    best = int(np.argmax(sign * means(given)))
    gap = np.maximum(sign * (rate[:, [best]] - rate), 0.0)[:, None, :]
    years = own["measure_years"].values[:, None]
    nearer = np.where(gap > 0.0, np.minimum(closing[:, None, None] * years, gap), 0.0)
    goodness = sign * rate[:, None, :] + gain[:, None, :] * years + nearer
    most = np.maximum(sign * float(own["measure_limit"]), sign * rate)[:, None, :]
    return np.asarray(sign * np.minimum(goodness, most))


def _parts(cohort: xr.Dataset) -> _Parts:
    """The distinct parts of strata, with the members of each in every measure's denominator."""
    n_cells = cohort.sizes["cell"]
    nothing = np.zeros(n_cells, dtype=np.int64)
    stratum = cohort["cell_stratum"].values
    of_class = cohort["cell_class"].values if "cell_class" in cohort else nothing
    group = cohort["cell_group"].values if "cell_group" in cohort else nothing
    equity = cohort["measure_equity"].transpose("measure", "cell").values[0]
    keys = np.stack([stratum, of_class, equity, group])
    distinct, part = np.unique(keys, axis=1, return_inverse=True)
    members = cohort["members"].values.astype(np.float64)
    share = cohort["measure_share"].transpose("measure", "cell").values
    weight: Floats = np.stack([np.bincount(part.ravel(), members * own, minlength=distinct.shape[1]) for own in share])
    n_strata = cohort.sizes["stratum"]
    of_stratum = np.stack([np.bincount(stratum, members * own, minlength=n_strata) for own in share])
    return _Parts(
        stratum=distinct[0],
        of_class=distinct[1],
        equity=distinct[2],
        group=distinct[3],
        weight=weight,
        share=of_stratum / np.bincount(stratum, members, minlength=n_strata),
    )


def _mean_by_stratum(level: Floats, parts: _Parts, m: int, n_strata: int) -> Floats:
    """(D, Y, S) from the parts' rates (D, Y, part): the mean over the members in the denominator."""
    found = np.zeros((*level.shape[:2], n_strata))
    for s in range(n_strata):
        own = np.flatnonzero(parts.stratum == s)
        weight = parts.weight[m, own]
        if weight.sum() > 0.0:
            found[:, :, s] = (level[:, :, own] * (weight / weight.sum())).sum(axis=-1)
    return found


def _whole_strata(cohort: xr.Dataset, m: int, share: Floats) -> None:
    """Refuse a measure from claims that counts a part of a stratum: claims are kept by stratum."""
    if np.any((share > 1e-12) & (share < 1.0 - 1e-12)):
        name = cohort["measure"].values[m]
        raise BadInput(
            f"measures.{name}.members",
            "services are counted by stratum, and a stratum is cut in two; name attributes that are in cohort.strata",
        )
