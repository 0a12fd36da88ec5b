"""Inversion tables against the distributions of scipy: moments, distribution function, tails, maximum."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import integrate, stats

from vbcsim.experience import twins
from vbcsim.random.tables import (
    CELL_BITS,
    OCTAVES,
    POISSON_REACH,
    SplicedCost,
    cost_table,
    gamma_table,
    poisson_tables,
    table_moments,
)

BEYOND = 2.0**-OCTAVES
"""Survival probability at which a table ends."""
SHAPES = (1e-4, 0.001, 0.03, 0.37, 1.0, 2.5, 40.0, 5000.0)
NO_MAXIMUM = math.inf
COSTS = [  # sigma, tail probability, tail index, maximum over the mean
    (0.5, 0.0, 3.0, NO_MAXIMUM),
    (1.0, 0.0, 3.0, NO_MAXIMUM),
    (1.0, 0.005, 2.8, NO_MAXIMUM),
    (1.3, 0.005, 3.5, NO_MAXIMUM),
    (0.0, 0.2, 4.0, NO_MAXIMUM),
    (1.0, 0.01, 1.5, 50.0),
    (0.8, 0.02, 2.0, 70.0),
    (1.0, 0.0, 3.0, 5.0),
    (1.0, 0.05, 1.2, 1.5),
]


def quantile(table: Any, s: Any) -> Any:
    """What a table gives at survival probabilities, by the twin's look-up with all 64 bits."""
    word = (np.asarray(s) * 2.0**64).astype(np.uint64)
    finer = (word & np.uint64(0xFFFFFFFF)).astype(np.uint32)
    return twins.lookup(table.ravel(), 0, (word >> np.uint64(32)).astype(np.uint32), finer)


def survival_grid() -> tuple[Any, Any]:
    """Survival probabilities from the middle to far out, and the width of the table's cell at each."""
    s = np.unique(np.concatenate([2.0 ** -np.linspace(0.001, 40, 4001), np.linspace(0, 1, 4001)[1:-1]]))
    return s, 2.0 ** (-np.floor(-np.log2(s)) - 1) / 2**CELL_BITS


def uncut_quantile(cost: tuple[float, ...], s: Any) -> Any:
    """Inverse survival function of a cost with lognormal median 1 and no maximum, by scipy's normal distribution."""
    sigma, p, index, _ = cost
    body = np.exp(sigma * stats.norm.isf(s)) if sigma else np.ones_like(s)
    if p == 0:
        return body
    return np.where(s < p, np.exp(sigma * stats.norm.isf(p)) * (p / s) ** (1 / index), body)


def exact_moment(k: int, sigma: float, p: float, index: float) -> float:
    """E[X**k] of the spliced cost with lognormal median 1, by numerical integration of scipy's lognormal."""
    if sigma == 0:
        return (1 - p) + p * index / (index - k)
    body = stats.lognorm(sigma)
    splice = body.isf(p) if p else math.inf
    low, _ = integrate.quad(lambda z: np.exp(k * sigma * z - z * z / 2) / math.sqrt(2 * math.pi), -40, 0)
    top = math.log(splice) / sigma if p else 40.0
    high, _ = integrate.quad(
        lambda z: np.exp(k * sigma * z - z * z / 2) / math.sqrt(2 * math.pi), 0, top, epsabs=1e-13, epsrel=1e-13
    )
    return low + high + (p * splice**k * index / (index - k) if p else 0.0)


# ------------------------------------------------------------------------------------------------------------ gamma
@pytest.mark.parametrize("shape", SHAPES)
def test_gamma_moments(shape):
    mean, variance = table_moments(gamma_table(shape))
    assert mean == pytest.approx(shape, rel=1e-8)
    assert variance == pytest.approx(shape, rel=3e-8)


@pytest.mark.parametrize("shape", SHAPES)
def test_gamma_distribution_function(shape):
    s, width = survival_grid()
    x = quantile(gamma_table(shape), s)
    seen = x > 1e-14  # below, the mass of a tiny shape counts as none
    off = np.abs(stats.gamma.sf(x, shape) - s)[seen]
    assert (off <= width[seen]).all()
    assert (s + width >= stats.gamma.sf(1e-14, shape))[~seen].all()
    for far in (1e-3, 1e-6, 1e-9, 1e-12):
        assert stats.gamma.sf(quantile(gamma_table(shape), far), shape) == pytest.approx(far, rel=1e-4)


@pytest.mark.parametrize("shape", [0.0, 5e-324, 1e-310, 1e-25])
def test_gamma_with_hardly_any_shape_has_no_mass(shape):
    assert not gamma_table(shape).any()
    assert gamma_table(shape).shape == gamma_table(1.0).shape


# ------------------------------------------------------------------------------------------------------------- cost
@pytest.mark.parametrize("cost", [c for c in COSTS if c[3] == NO_MAXIMUM])
def test_cost_moments_without_a_maximum(cost):
    sigma, p, index, _ = cost
    mean, variance = table_moments(cost_table(*cost))
    first, second = (exact_moment(k, sigma, p, index) for k in (1, 2))
    # What lies beyond the table's end, of the second moment: for a Pareto tail the larger, the heavier it is.
    lost = integrate.quad(
        lambda v: uncut_quantile(cost, math.exp(v)) ** 2 * math.exp(v), math.log(1e-60), math.log(BEYOND), limit=200
    )
    assert lost[0] / second < (0.02 if p else 1e-8)
    assert mean == pytest.approx(1.0, abs=1e-9)
    assert variance + lost[0] / first**2 == pytest.approx(second / first**2 - 1, rel=1e-7 if p else 1e-8)


@pytest.mark.parametrize("cost", [c for c in COSTS if c[3] != NO_MAXIMUM])
def test_a_maximum_cuts_and_keeps_the_mean(cost):
    table = cost_table(*cost)
    mean, variance = table_moments(table)
    assert mean == pytest.approx(1.0, abs=1e-9)
    # The largest that a table can give: the upper end of a cell. Costs at the maximum are the maximum.
    assert (table[:, 0] + table[:, 1] / 2).max() == pytest.approx(cost[3], rel=1e-12)
    assert quantile(table, np.array([1e-12, 1e-9])) == pytest.approx(cost[3], rel=1e-12)
    # The scale for which the cut cost has mean 1 makes its variance what direct integration gives.
    s = (np.arange(400_000) + 0.5) / 400_000
    uncut = np.array(SplicedCost(*cost[:3]).quantile(s))
    scale = quantile(table, 0.75) / SplicedCost(*cost[:3]).quantile(np.array([0.75]))[0]
    cut = np.minimum(uncut * scale, cost[3])
    assert cut.mean() == pytest.approx(1.0, abs=2e-4)
    assert cut.var() == pytest.approx(variance, rel=1e-3)


@pytest.mark.parametrize("cost", COSTS)
def test_cost_distribution_function(cost):
    """At every survival probability the table's quantile is one that the cost has within a cell's width of it."""
    s, width = survival_grid()
    x = quantile(cost_table(*cost), s)
    scale = quantile(cost_table(*cost), 0.75) / uncut_quantile(cost, 0.75)
    upper = np.minimum(uncut_quantile(cost, s - width) * scale, cost[3])
    lower = np.where(s + width < 1, np.minimum(uncut_quantile(cost, np.minimum(s + width, 1)) * scale, cost[3]), 0.0)
    # Where a body ends in a tail or at the maximum, the straight piece over the kink misses it by a little more.
    assert (x <= upper * (1 + 3e-4)).all()
    assert (x >= lower * (1 - 3e-4)).all()
    far = np.array([1e-3, 1e-6, 1e-9, 1e-12])
    expected = np.minimum(uncut_quantile(cost, far) * scale, cost[3])
    assert quantile(cost_table(*cost), far) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("cost", [c for c in COSTS if c[0] > 0])
def test_survival_undoes_quantile(cost):
    spliced = SplicedCost(*cost[:3])
    for s in (0.999, 0.5, cost[1] + 1e-6, 0.003, 1e-7):
        assert spliced.survival(float(spliced.quantile(np.array([s]))[0])) == pytest.approx(s, rel=1e-9)


def test_a_fixed_cost_is_fixed():
    table = cost_table(0.0, 0.0, 3.0, NO_MAXIMUM)
    assert table[:, 0] == pytest.approx(1.0, rel=1e-14)
    assert not table[:, 1].any()


# --------------------------------------------------------------------------------------------------- every such table
@pytest.mark.parametrize("table", [*map(gamma_table, SHAPES), *(cost_table(*c) for c in COSTS)])
def test_tables_fall_with_the_survival_probability_and_never_below_zero(table):
    mean, spread = table.T
    # In table order the octaves go outward and, within one, the survival probability rises.
    by_octave = mean.reshape(OCTAVES, -1)
    assert (np.diff(by_octave, axis=1) <= 1e-15).all()
    assert (by_octave[1:, -1] >= by_octave[:-1, 0]).all()
    assert (spread >= 0).all()
    assert (mean - spread / 2 >= 0).all()
    assert np.isfinite(table).all()


@pytest.mark.parametrize("table", [gamma_table(0.37), cost_table(*COSTS[2])])
def test_cached_tables_cannot_be_written_into(table):
    with pytest.raises(ValueError, match="read-only"):
        table[0, 0] = 1.0


# ---------------------------------------------------------------------------------------------------------- Poisson
@pytest.fixture(scope="module")
def poisson() -> tuple[Any, Any]:
    below, guide = poisson_tables()
    return below.reshape(-1, POISSON_REACH), guide.reshape(len(below) // POISSON_REACH, -1)


def test_poisson_table_gives_each_count_its_exact_number_of_words(poisson):
    below, _ = poisson
    assert len(below) == 32 * 4 + 1
    counts = np.diff(below, axis=1, prepend=0)
    for step in range(len(below)):
        expected = stats.poisson.pmf(np.arange(POISSON_REACH), step / 4) * 2.0**32
        # Both ends of an interval are rounded to a whole word; what is beyond the table falls to its last count.
        assert counts[step] == pytest.approx(expected, abs=1.0 + 1e-4)
        assert counts[step].sum() == 2**32


def test_poisson_search_starts_at_or_before_every_word_of_its_guide(poisson):
    below, guide = poisson
    assert guide.shape == (129, 256)
    lowest = np.arange(256, dtype=np.int64) << 24
    for step in range(129):
        assert guide[step].tolist() == np.searchsorted(below[step], lowest, side="right").tolist()
    # The short search reads the place after the start: it must stay within the tables.
    assert guide.max() + 1 < POISSON_REACH
