"""A pandemic's effect on utilization and on the mix of services in person and by telehealth.

A course says, month by month, how many services take place in person against an ordinary month. ``depth`` scales its
losses, and every provider group has a severity of its own, lognormal with mean 1. Of the services lost, a share is
replaced by telehealth at its own price; of the rest, a share takes place later. A period has the mean of its months,
weighted by season.

Axes: D draws, N provider groups, F profiles, G response classes, P periods, J categories, K courses, L months from the
first of the courses to the last of the rebound.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vbcsim.experience.layers import LayerDraws
from vbcsim.experience.parameters import Parameters
from vbcsim.random.named import addresses_of
from vbcsim.random.streams import Stream
from vbcsim.random.twin import normals, uniforms

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["PandemicDraws", "draw_pandemic"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class PandemicDraws:
    """What multiplies services and payments; ``market`` without a group's own severity."""

    rate: Floats
    """(D, N, F, P, J)"""
    paid: Floats
    """(D, N, F, P, J): payments at the usual prices, with the price of telehealth."""
    market_paid: Floats
    """(D, F, P, J)"""


def draw_pandemic(
    cohort: xr.Dataset,
    seed: int,
    layers: LayerDraws,
    start: int,
    stop: int,
    *,
    parameters: Parameters,
    groups: list[str],
) -> PandemicDraws | None:
    """The pandemic of draws start..stop-1; none where the cohort has none."""
    if "pandemic_course" not in cohort:
        return None
    ids = layers.of(Stream.PANDEMIC, start, stop)
    happens = uniforms(seed, Stream.PANDEMIC, draw=ids, item=1) < float(cohort["pandemic_probability"])
    cell, member = addresses_of(groups)
    z = normals(seed, Stream.PANDEMIC, draw=ids[:, None], cell=cell, member=member)
    sd = parameters.of("assumptions.pandemic.severity_sd", float(cohort["pandemic_severity_sd"]))[:, None]
    weights = _period_weights(cohort)
    rate, paid = _periods(cohort, parameters, happens, np.exp(sd * z - sd**2 / 2), weights)
    _, market = _periods(cohort, parameters, happens, np.ones((1, 1)), weights)
    return PandemicDraws(rate, paid, market[:, 0])


def _periods(
    cohort: xr.Dataset, parameters: Parameters, happens: NDArray[np.bool_], severity: Floats, weights: Floats
) -> tuple[Floats, Floats]:
    """Services and payments of periods (D, N, F, P, J) against ordinary ones."""
    of_category = cohort["pandemic_course_of"].values
    found = []
    for months in _months(cohort, parameters, severity):
        change = np.where(happens[:, None, None, None], months - 1.0, 0.0)[:, :, np.maximum(of_category, 0)]
        change = np.where((of_category >= 0)[:, None], change, 0.0)
        found.append(1.0 + np.einsum("dnjl,fjlp->dnfpj", change, weights))
    return found[0], found[1]


def _months(cohort: xr.Dataset, parameters: Parameters, severity: Floats) -> tuple[Floats, Floats]:
    """Services and payments by month (D, N, K, L) where the pandemic happens, against an ordinary month."""
    course = cohort["pandemic_course"].values
    later = int(cohort["pandemic_rebound_months"])
    depth = parameters.of("assumptions.pandemic.depth", float(cohort["pandemic_depth"]))[:, None, None, None]
    telehealth, price, rebound = (
        _by_course(cohort, parameters, name) for name in ("telehealth_share", "telehealth_price", "rebound_share")
    )
    length = cohort["pandemic_length"].values[:, None]
    month = np.arange(course.shape[1] + later)
    hit = month < length
    multiplier = np.concatenate([course, np.ones((len(course), later))], axis=1)
    in_person = np.where(hit, (1.0 - depth * (1.0 - multiplier)) * severity[:, :, None, None], 1.0)
    lost = np.maximum(1.0 - in_person, 0.0)
    replaced = telehealth * lost
    postponed = rebound * (lost - replaced).sum(axis=3, keepdims=True) / later
    in_person = in_person + np.where((month >= length) & (month < length + later), postponed, 0.0)
    return in_person + replaced, in_person + price * replaced


def _by_course(cohort: xr.Dataset, parameters: Parameters, name: str) -> Floats:
    """A figure of the courses, (D, 1, K, 1) or (1, 1, K, 1)."""
    known = cohort[f"pandemic_{name}"].values
    drawn = [
        parameters.of(f"assumptions.pandemic.courses[{course}].{name}", float(value))
        for course, value in zip(cohort["course"].values, known, strict=True)
    ]
    return np.stack(np.broadcast_arrays(*drawn), axis=1)[:, None, :, None]


def _period_weights(cohort: xr.Dataset) -> Floats:
    """The weight of each month of the courses in its period's services, (F, J, L, P); 0 in the other periods."""
    per_year = int(cohort.attrs.get("periods_per_year", 1))
    first = int(cohort["pandemic_first_month"])
    months = first + np.arange(cohort.sizes["pandemic_month"] + int(cohort["pandemic_rebound_months"]))
    in_year = cohort["month_weight"].values
    half = in_year.reshape(*in_year.shape[:2], per_year, 12 // per_year)
    share = (half / half.sum(axis=3, keepdims=True)).reshape(in_year.shape)
    years = cohort["year"].values
    found = np.zeros((*in_year.shape[:2], len(months), len(years) * per_year))
    for k, month in enumerate(months):
        (year,) = np.nonzero(years == month // 12)
        if len(year):
            found[:, :, k, year[0] * per_year + month % 12 * per_year // 12] = share[:, :, month % 12]
    return found
