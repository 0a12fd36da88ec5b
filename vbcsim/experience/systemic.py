"""What the members of a draw share: market growth, each provider group's own effect, quality, risk scores.

Each layer has its own stream, addressed by draw and year, so any of them can be frozen without moving the others. A
provider group has a course of its own, addressed by its name: a further group leaves the others as they were.

Axes: D draws of the block, Y years, P periods (years, or the half-years of episodes), G response classes (cells that
answer alike to all that is shared), N provider groups, J categories, S strata.

Of the cohort dataset are read, beside the assumptions' own variables: ``cell_class(cell)`` with the dim ``class``
(without it all cells are one class), ``cell_group(cell)`` with the dim and coordinate ``group``, the names of the
provider groups (without it all cells are one group without a name), and the attribute ``periods_per_year`` (without
it 1). ``group_effect_sd``, ``group_effect_persistence``, ``expected_group_effect`` and the quality's figures may have
the dim ``group``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vbcsim.experience.layers import LayerDraws
from vbcsim.random.named import addresses_of
from vbcsim.random.streams import Stream
from vbcsim.random.twin import normals, uniforms

if TYPE_CHECKING:
    import xarray as xr

__all__ = [
    "BlockDraws",
    "Systemic",
    "autoregressive",
    "by_stratum",
    "draw_block",
    "draw_systemic",
    "group_names",
    "random_walk",
]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class BlockDraws:
    """All that the members of a block of draws share."""

    rate_multiplier: Floats
    """(D, G, P, J): what multiplies the cells' expected services."""
    cost_multiplier: Floats
    """(D, G, P, J): what multiplies the cells' mean costs."""
    world: Integers
    """(D,): which of the equally likely sets of uncertain shapes a draw has."""
    national_index: Floats
    """(D, Y): national per-capita spending against the last base year."""
    regional_index: Floats
    """(D, Y): the region's."""
    group_effect: Floats
    """(D, Y, N): each provider group's own multiplier of utilization."""
    quality_score: Floats
    """(D, Y, N): each provider group's quality score."""
    risk_score: Floats
    """(D, Y, S): mean risk score."""
    comparator_error: Floats
    """(D, Y): standard normal error of a sample of the market."""


@dataclass(frozen=True)
class _Block:
    """Where a block's numbers come from."""

    cohort: xr.Dataset
    seed: int
    layers: LayerDraws
    start: int
    stop: int

    @property
    def years(self) -> Integers:
        return np.asarray(self.cohort["year"].values, dtype=np.int64)

    def draws(self, stream: Stream) -> NDArray[np.uint32]:
        """The draw numbers in the addresses of a stream."""
        return self.layers.of(stream, self.start, self.stop)

    def shocks(self, stream: Stream) -> Floats:
        """Standard normal numbers by draw and year."""
        return normals(self.seed, stream, draw=self.draws(stream)[:, None], period=np.arange(len(self.years))[None, :])

    def group_shocks(self, stream: Stream) -> Floats:
        """Standard normal numbers by draw, year and provider group."""
        cell, member = addresses_of(group_names(self.cohort))
        draw = self.draws(stream)[:, None, None]
        return normals(
            self.seed, stream, draw=draw, cell=cell, member=member, period=np.arange(len(self.years))[:, None]
        )


def draw_block(cohort: xr.Dataset, seed: int, layer_draws: LayerDraws, start: int, stop: int) -> BlockDraws:
    """All shared layers of the draws start..stop-1; memory grows with the block, not with the run.

    :param layer_draws: which draw number each layer is addressed by.
    """
    block = _Block(cohort, seed, layer_draws, start, stop)
    national, regional = _market(block)
    expected = cohort["expected_market_index"].values
    group = _group_effect(block)
    shape = (stop - start, *_response_shape(cohort))
    per_year = _periods_per_year(cohort)
    of_class = group[:, :, _class_group(cohort)].transpose(0, 2, 1)
    rate = np.repeat(of_class, per_year, axis=2)[..., None]
    cost = np.repeat(national * regional, per_year, axis=1)[:, None, :, None]
    return BlockDraws(
        rate_multiplier=np.ascontiguousarray(np.broadcast_to(rate, shape)),
        cost_multiplier=np.ascontiguousarray(np.broadcast_to(cost, shape)),
        world=_worlds(block),
        national_index=expected * national,
        regional_index=expected * national * regional,
        group_effect=group,
        quality_score=_quality(block),
        risk_score=_risk_score(block),
        comparator_error=block.shocks(Stream.COMPARATOR),
    )


@dataclass(frozen=True)
class Systemic:
    """The layers of a whole run of one provider group, by draw and year (risk score also by stratum)."""

    national_index: Floats
    regional_index: Floats
    group_effect: Floats
    quality_score: Floats
    risk_score: Floats
    comparator_error: Floats
    rate_multiplier: Floats
    cost_multiplier: Floats


def draw_systemic(cohort: xr.Dataset, seed: int, draws: int) -> Systemic:
    """Every layer of draws 0..draws-1, for a cohort whose members all have one provider group."""
    block = draw_block(cohort, seed, LayerDraws(), 0, draws)
    return Systemic(
        national_index=block.national_index,
        regional_index=block.regional_index,
        group_effect=block.group_effect[:, :, 0],
        quality_score=block.quality_score[:, :, 0],
        risk_score=block.risk_score,
        comparator_error=block.comparator_error,
        rate_multiplier=np.ascontiguousarray(block.rate_multiplier[:, 0, :, 0]),
        cost_multiplier=np.ascontiguousarray(block.cost_multiplier[:, 0, :, 0]),
    )


def group_names(cohort: xr.Dataset) -> list[str]:
    """Names of the provider groups; ``all`` where they are not set apart."""
    return [str(name) for name in cohort["group"].values] if "group" in cohort.dims else ["all"]


def by_stratum(cohort: xr.Dataset, values: Floats) -> Floats:
    """A figure of the provider groups (D, Y, N) as one of the strata (D, Y, S): the mean over their members."""
    n_groups, n_strata = values.shape[-1], cohort.sizes["stratum"]
    weight = np.zeros((n_groups, n_strata))
    np.add.at(weight, (_cell_group(cohort), cohort["cell_stratum"].values), cohort["members"].values)
    of_stratum = np.empty((*values.shape[:-1], n_strata))
    for s in range(n_strata):
        within = np.flatnonzero(weight[:, s])
        share = weight[within, s] / weight[within, s].sum()
        # One group alone is copied: a product with 1 and a sum of one keep its bits.
        of_stratum[..., s] = sum(share[k] * values[..., n] for k, n in enumerate(within))
    return of_stratum


def random_walk(shocks: Floats, years: Integers, sd: float | Floats, reference: int) -> Floats:
    """Growth against its expectation, exp of a random walk that is 0 in the reference year; mean 1 in every year.

    :param sd: of a year's step (logarithm); one, or one per draw.
    """
    sd = np.asarray(sd, dtype=np.float64).reshape(-1, 1)
    steps = np.zeros_like(shocks)
    steps[:, 1:] = sd * np.sqrt(np.diff(years)) * shocks[:, 1:]
    walk = np.cumsum(steps, axis=1)
    walk -= walk[:, [reference]]
    return np.exp(walk - 0.5 * sd**2 * np.abs(years - years[reference]))


def autoregressive(shocks: Floats, years: Integers, persistence: float | Floats) -> Floats:
    """A stationary standard normal course with autocorrelation ``persistence`` to the power of the years between.

    :param shocks: by draw and year, and possibly further axes along which ``persistence`` broadcasts.
    """
    course = np.empty_like(shocks)
    course[:, 0] = shocks[:, 0]
    for t in range(1, shocks.shape[1]):
        carry = persistence ** int(years[t] - years[t - 1])
        course[:, t] = carry * course[:, t - 1] + np.sqrt(1.0 - carry**2) * shocks[:, t]
    return course


def _market(block: _Block) -> tuple[Floats, Floats]:
    """National growth, and the region's beyond it, against their expectation."""
    cohort, years = block.cohort, block.years
    reference = int(np.flatnonzero(cohort["period"].values == "base")[-1])
    national = block.shocks(Stream.NATIONAL_TREND)
    regional = block.shocks(Stream.REGIONAL_TREND)
    return (
        random_walk(national, years, float(cohort["national_shock_sd"]), reference),
        random_walk(regional, years, float(cohort["regional_shock_sd"]), reference),
    )


def _group_effect(block: _Block) -> Floats:
    """Each provider group's effect on utilization: an autoregressive course around its expectation."""
    sd = _of_groups(block.cohort, "group_effect_sd")
    persistence = _of_groups(block.cohort, "group_effect_persistence")
    course = autoregressive(block.group_shocks(Stream.PROVIDER_GROUP), block.years, persistence)
    return _of_groups(block.cohort, "expected_group_effect") * np.exp(sd * course - sd**2 / 2)


def _quality(block: _Block) -> Floats:
    """Beta-distributed scores with the assumed mean and standard deviation, a course for each provider group."""
    from scipy.special import betaincinv, ndtr

    shocks = block.group_shocks(Stream.QUALITY)
    mean, sd, persistence = (_of_groups(block.cohort, f"quality_{name}") for name in ("mean", "sd", "persistence"))
    sure = (sd == 0.0) | (mean == 0.0) | (mean == 1.0)
    size = np.divide(mean * (1.0 - mean), sd**2, out=np.full(sd.shape, 2.0), where=~sure) - 1.0
    centre = np.where(sure, 0.5, mean)
    course = autoregressive(shocks, block.years, persistence)
    drawn = betaincinv(centre * size, (1.0 - centre) * size, ndtr(course))
    return np.where(sure, mean, drawn)


def _risk_score(block: _Block) -> Floats:
    """Mean score by draw, year and stratum: the cells' expected scores weighted by members, with noise."""
    cohort = block.cohort
    n_strata = cohort.sizes["stratum"]
    members = cohort["members"].values.astype(np.float64)
    stratum = cohort["cell_stratum"].values
    expected = np.zeros((cohort.sizes["year"], n_strata))
    for s in range(n_strata):
        own = stratum == s
        expected[:, s] = members[own] @ cohort["expected_risk_score"].values[own] / members[own].sum()
    sd = float(cohort["risk_score_noise_sd"])
    z = normals(
        block.seed,
        Stream.RISK_SCORE,
        draw=block.draws(Stream.RISK_SCORE)[:, None, None],
        period=np.arange(len(expected))[None, :, None],
        event=np.arange(n_strata)[None, None, :],
    )
    return expected[None] * np.exp(sd * z - sd**2 / 2)


def _worlds(block: _Block) -> Integers:
    """The world of each draw, every one equally likely."""
    count = block.cohort.sizes.get("world", 1)
    return np.floor(count * uniforms(block.seed, Stream.WORLD, draw=block.draws(Stream.WORLD))).astype(np.int64)


def _response_shape(cohort: xr.Dataset) -> tuple[int, int, int]:
    """Numbers of response classes, periods and categories."""
    periods = cohort.sizes["year"] * _periods_per_year(cohort)
    return len(_class_group(cohort)), periods, cohort.sizes["category"]


def _periods_per_year(cohort: xr.Dataset) -> int:
    return int(cohort.attrs.get("periods_per_year", 1))


def _cell_group(cohort: xr.Dataset) -> Integers:
    if "cell_group" in cohort:
        return np.asarray(cohort["cell_group"].values, dtype=np.int64)
    return np.zeros(cohort.sizes["cell"], dtype=np.int64)


def _class_group(cohort: xr.Dataset) -> Integers:
    """The provider group of each response class: that of its cells, which all have the same."""
    if "cell_class" not in cohort:
        return np.zeros(1, dtype=np.int64)
    of_cell = np.asarray(cohort["cell_class"].values, dtype=np.int64)
    found = np.zeros(cohort.sizes.get("class", int(of_cell.max()) + 1), dtype=np.int64)
    found[of_cell] = _cell_group(cohort)
    return found


def _of_groups(cohort: xr.Dataset, name: str) -> Floats:
    """A figure by provider group (N,), or by year and group (Y, N); one figure stands for every group."""
    values = cohort[name]
    if "group" not in values.dims:
        values = values.expand_dims(group=len(group_names(cohort)))
    return np.asarray(values.transpose(..., "group").values, dtype=np.float64)
