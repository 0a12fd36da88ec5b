"""What the members of a draw share: market growth, each provider group's own effect, quality, risk scores.

Each layer has its own stream, addressed by draw and year, so any of them can be frozen without moving the others. A
provider group has a course of its own, addressed by its name: a further group leaves the others as they were.

Axes: D draws of the block, Y years, P periods (years, or the half-years of episodes), G response classes (cells that
answer alike to all that is shared), N provider groups, J categories, S strata.

Of the cohort dataset are read, beside the assumptions' own variables: ``cell_class(cell)`` with the dim ``class``
(without it all cells are one class), ``cell_group(cell)`` with the dim and coordinate ``group``, the names of the
provider groups (without it all cells are one group without a name), ``cell_profile(cell)``, and the attribute
``periods_per_year`` (without it 1). ``group_effect_sd``, ``group_effect_persistence``, ``expected_group_effect`` and
the quality's figures may have the dim ``group``. The cells of a class have one provider group and one profile.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vbcsim.experience.layers import WORLDS, LayerDraws
from vbcsim.experience.pandemic import draw_pandemic
from vbcsim.experience.parameters import Parameters, draw_parameters, growth_ratio
from vbcsim.random.named import addresses_of
from vbcsim.random.streams import Stream
from vbcsim.random.twin import normals, uniforms

if TYPE_CHECKING:
    import xarray as xr

__all__ = [
    "BlockDraws",
    "autoregressive",
    "by_stratum",
    "draw_block",
    "draw_worlds",
    "group_names",
    "random_walk",
]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
_LEAST_SIZE = 0.01
"""Least sum of the two parameters of a beta distribution: a score that is nearly always 0 or 1."""


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
    own_share: Floats
    """(D,): share of the members' spending that is the provider's own revenue."""
    parameters: Floats
    """(D, U): the drawn values of the cohort's uncertain assumptions."""


@dataclass(frozen=True)
class _Block:
    """Where a block's numbers come from."""

    cohort: xr.Dataset
    seed: int
    layers: LayerDraws
    start: int
    stop: int
    parameters: Parameters

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
    parameters = draw_parameters(cohort, seed, layer_draws, start, stop)
    block = _Block(cohort, seed, layer_draws, start, stop, parameters)
    group = _group_effect(block)
    felt = _felt(block)
    national, regional = _growth(block)
    expected = cohort["expected_market_index"].values * felt.market
    per_year = _periods_per_year(cohort)
    rate = np.repeat(group[:, :, _of_class(cohort, "cell_group")].transpose(0, 2, 1), per_year, axis=2)[..., None]
    cost = np.repeat(national * regional, per_year, axis=1)[:, None, :, None]
    shape = (stop - start, *_response_shape(cohort))
    return BlockDraws(
        rate_multiplier=np.ascontiguousarray(np.broadcast_to(rate * felt.rate, shape)),
        cost_multiplier=np.ascontiguousarray(np.broadcast_to(cost * felt.cost, shape)),
        world=draw_worlds(cohort, seed, layer_draws, start, stop),
        national_index=expected * national,
        regional_index=expected * national * regional,
        group_effect=group,
        quality_score=_quality(block),
        risk_score=_risk_score(block),
        comparator_error=block.shocks(Stream.COMPARATOR),
        own_share=np.broadcast_to(
            parameters.of("assumptions.provider_revenue.own_share", float(cohort["provider_own_share"])), stop - start
        ),
        parameters=parameters.values,
    )


def group_names(cohort: xr.Dataset) -> list[str]:
    """Names of the provider groups; ``all`` where they are not set apart."""
    return [str(name) for name in cohort["group"].values] if "group" in cohort.dims else ["all"]


def by_stratum(cohort: xr.Dataset, values: Floats) -> Floats:
    """A figure of the provider groups (D, Y, N) as one of the strata (D, Y, S): the mean over their members."""
    n_groups, n_strata = values.shape[-1], cohort.sizes["stratum"]
    weight = np.zeros((n_groups, n_strata))
    np.add.at(weight, (_of_cells(cohort, "cell_group"), cohort["cell_stratum"].values), cohort["members"].values)
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


@dataclass(frozen=True)
class _Felt:
    """What uncertain assumptions and a pandemic make of rates and costs (D, G, P, J), and of the market (D, Y)."""

    rate: Floats
    cost: Floats
    market: Floats


def _felt(block: _Block) -> _Felt:
    """Uncertain levels and trends, and the pandemic; the market's per-capita spending goes with both.

    The market grows as the cohort's own mix does, so an uncertain trend is the market's as much as the cohort's.
    """
    cohort, one = block.cohort, np.ones((1, 1, 1, 1))
    per_year, profile = _periods_per_year(cohort), _of_class(cohort, "cell_profile")
    rate, cost = (
        one if values is None else np.repeat(values[:, profile], per_year, axis=2)
        for values in (
            block.parameters.services("utilization_per_1000", "utilization_trend"),
            block.parameters.services("mean_cost_usd", "price_trend"),
        )
    )
    shock = draw_pandemic(
        cohort, block.seed, block.layers, block.start, block.stop,
        parameters=block.parameters, groups=group_names(cohort),
    )  # fmt: skip
    if shock is None:
        plain = rate is one and cost is one
        return _Felt(rate, cost, np.ones((1, 1)) if plain else _market_level(block, rate * cost))
    market = _market_level(block, rate * cost * shock.market_paid[:, profile])
    group = _of_class(cohort, "cell_group")
    services, paid = shock.rate[:, group, profile], shock.paid[:, group, profile]
    price = np.divide(paid, services, out=np.ones_like(paid), where=services > 0)
    return _Felt(rate * services, cost * price, market)


def _market_level(block: _Block, multiplier: Floats) -> Floats:
    """Per-capita spending of the cohort's expected mix under a multiplier, against the last base year's (D, Y)."""
    cohort, per_year = block.cohort, _periods_per_year(block.cohort)
    weight = np.repeat(_expected_spending(cohort), per_year, axis=1)
    full = np.broadcast_to(multiplier, (len(multiplier), *_response_shape(cohort)))
    spent = np.einsum("dgpj,gpj->dp", full, weight).reshape(len(full), -1, per_year).sum(axis=2)
    level = spent / (weight.sum(axis=(0, 2))[::per_year] * per_year)
    return np.asarray(level / level[:, [_reference(cohort)]])


def _expected_spending(cohort: xr.Dataset) -> Floats:
    """Expected spending by class, year and category (G, Y, J); 1 in a year and class without any."""
    n_classes = len(_of_class(cohort, "cell_group"))
    spending = np.zeros((n_classes, cohort.sizes["year"], cohort.sizes["category"]))
    by_cell = cohort["utilization_rate"].values * cohort["mean_cost_usd"].values
    np.add.at(spending, _of_cells(cohort, "cell_class"), cohort["members"].values[:, None, None] * by_cell)
    spending[:, spending.sum(axis=(0, 2)) == 0.0] = 1.0
    return spending


def _growth(block: _Block) -> tuple[Floats, Floats]:
    """Random growth of the nation, and of the region beyond it, against their expectation (D, Y)."""
    found = []
    for stream, name in (
        (Stream.NATIONAL_TREND, "national_shock_sd"),
        (Stream.REGIONAL_TREND, "regional_shock_sd"),
    ):
        sd = block.parameters.of(f"assumptions.market_trend.{name}", float(block.cohort[name]))
        found.append(random_walk(block.shocks(stream), block.years, sd, _reference(block.cohort)))
    return found[0], found[1]


def _group_effect(block: _Block) -> Floats:
    """Each provider group's effect on utilization: an autoregressive course around its expectation."""
    cohort, parameters = block.cohort, block.parameters
    sd = parameters.of_groups("effect_sd", _of_groups(cohort, "group_effect_sd"))[:, None]
    persistence = parameters.of_groups("persistence", _of_groups(cohort, "group_effect_persistence"))
    course = autoregressive(block.group_shocks(Stream.PROVIDER_GROUP), block.years, persistence)
    known = _of_groups(cohort, "expected_group_effect")
    # Only performance years hold an improvement; the base years' expectation is 1.
    improved = parameters.of_groups("improvement_rate", np.full(known.shape[-1], np.nan))[:, None]
    settled = (cohort["period"].values == "base")[:, None] | np.isnan(improved)
    expected = np.where(settled, known, 1.0 - improved)
    return np.asarray(expected * np.exp(sd * course - sd**2 / 2))


def _quality(block: _Block) -> Floats:
    """Beta-distributed scores with the assumed mean and standard deviation, a course for each provider group."""
    from scipy.special import betaincinv, ndtr

    mean, sd, persistence = (_quality_figure(block, name) for name in ("mean", "sd", "persistence"))
    sure = (sd == 0.0) | (mean == 0.0) | (mean == 1.0)
    size = np.divide(mean * (1.0 - mean), sd**2, out=np.full(sure.shape, 2.0), where=~sure) - 1.0
    # A mean drawn next to 0 or 1 cannot have the standard deviation; it has nearly the largest possible.
    size = np.maximum(size, _LEAST_SIZE)
    centre = np.where(sure, 0.5, mean)
    course = autoregressive(block.group_shocks(Stream.QUALITY), block.years, persistence[:, 0])
    drawn = betaincinv(centre * size, (1.0 - centre) * size, ndtr(course))
    return np.where(sure, mean, drawn)


def _quality_figure(block: _Block, name: str) -> Floats:
    """A figure of the quality score, (D, 1, N) or (1, 1, N)."""
    known = _of_groups(block.cohort, f"quality_{name}")
    path = f"assumptions.quality.{name}"
    if path in block.parameters.paths:
        known = np.repeat(block.parameters.of(path, 0.0)[:, None], len(known), axis=1)
    return np.atleast_2d(known)[:, None]


def _risk_score(block: _Block) -> Floats:
    """Mean score by draw, year and stratum: the cells' expected scores weighted by members, with noise."""
    cohort, parameters = block.cohort, block.parameters
    n_strata = cohort.sizes["stratum"]
    members = cohort["members"].values.astype(np.float64)
    stratum = cohort["cell_stratum"].values
    expected = np.zeros((cohort.sizes["year"], n_strata))
    for s in range(n_strata):
        own = stratum == s
        expected[:, s] = members[own] @ cohort["expected_risk_score"].values[own] / members[own].sum()
    sd = parameters.of("assumptions.risk_score.noise_sd", float(cohort["risk_score_noise_sd"]))[:, None, None]
    z = normals(
        block.seed,
        Stream.RISK_SCORE,
        draw=block.draws(Stream.RISK_SCORE)[:, None, None],
        period=np.arange(len(expected))[None, :, None],
        event=np.arange(n_strata)[None, None, :],
    )
    return np.asarray(_coded(block, expected) * np.exp(sd * z - sd**2 / 2))


def _coded(block: _Block, expected: Floats) -> Floats:
    """Expected scores (Y, S) under the drawn growth of coding, (D, Y, S) or (1, Y, S)."""
    path = "assumptions.risk_score.coding_growth"
    if path not in block.parameters.paths:
        return expected[None]
    known = float(block.parameters.means[block.parameters.paths.index(path)])
    return expected[None] * growth_ratio(block.parameters.of(path, known), known, block.parameters.lag)[..., None]


def draw_worlds(cohort: xr.Dataset, seed: int, layers: LayerDraws, start: int, stop: int) -> Integers:
    """The world of each draw (D,), every one equally likely."""
    draw = layers.of_named(Stream.WORLD, WORLDS, start, stop)
    return np.floor(cohort.sizes.get("world", 1) * uniforms(seed, Stream.WORLD, draw=draw)).astype(np.int64)


def _response_shape(cohort: xr.Dataset) -> tuple[int, int, int]:
    """Numbers of response classes, periods and categories."""
    periods = cohort.sizes["year"] * _periods_per_year(cohort)
    return len(_of_class(cohort, "cell_group")), periods, cohort.sizes["category"]


def _periods_per_year(cohort: xr.Dataset) -> int:
    return int(cohort.attrs.get("periods_per_year", 1))


def _reference(cohort: xr.Dataset) -> int:
    """Index of the last base year."""
    return int(np.flatnonzero(cohort["period"].values == "base")[-1])


def _of_cells(cohort: xr.Dataset, name: str) -> Integers:
    """An index of the cells; 0 for all where the cohort does not set them apart."""
    if name in cohort:
        return np.asarray(cohort[name].values, dtype=np.int64)
    return np.zeros(cohort.sizes["cell"], dtype=np.int64)


def _of_class(cohort: xr.Dataset, name: str) -> Integers:
    """The same index of the response classes (G,): that of their cells, which all have the same."""
    if "cell_class" not in cohort:
        return np.zeros(1, dtype=np.int64)
    of_cell = _of_cells(cohort, "cell_class")
    found = np.zeros(cohort.sizes.get("class", int(of_cell.max()) + 1), dtype=np.int64)
    found[of_cell] = _of_cells(cohort, name)
    return found


def _of_groups(cohort: xr.Dataset, name: str) -> Floats:
    """A figure by provider group (N,), or by year and group (Y, N); one figure stands for every group."""
    values = cohort[name]
    if "group" not in values.dims:
        values = values.expand_dims(group=len(group_names(cohort)))
    return np.asarray(values.transpose(..., "group").values, dtype=np.float64)
