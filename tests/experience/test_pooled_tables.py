"""Tables of the pooled engine: normals, one small claim, sums of many, and the variates drawn from them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from vbcsim.experience import pooled_twin_variates as twin
from vbcsim.experience.pooled_tables import LOT, NODES, SIDE_LENGTH, normal_table, small_claims, survival_step
from vbcsim.random.tables import cost_table, poisson_tables

SEVERITIES = [(1.0, 0.005, 2.8, math.inf), (0.05, 0.0, 3.0, math.inf), (2.0, 0.01, 2.2, math.inf), (0.7, 0.0, 3.0, 4.0)]
WORDS = np.random.default_rng(5).integers(0, 2**32, 20_000).tolist()


def moments_of(tables: np.ndarray, start: int) -> tuple[float, float]:
    """Mean and variance of a two-sided table, from all its cells."""
    octave = np.minimum(np.repeat(np.arange(32), 32), 31)
    width = np.tile(2.0 ** (-octave - 2) / 32, 2)
    width[octave.size - 32 : octave.size] *= 2
    width[-32:] *= 2
    cells = tables[start : start + 2 * SIDE_LENGTH].reshape(-1, 2)
    mean = float((cells[:, 0] * width).sum())
    return mean, float((((cells[:, 0] - mean) ** 2 + cells[:, 1] ** 2 / 12) * width).sum())


def test_the_normal_table_is_normal():
    table = normal_table()
    assert moments_of(table, 0) == pytest.approx((0.0, 1.0), abs=1e-9)
    drawn = [twin.two_sided(table, 0, w) for w in WORDS]
    assert stats.kstest(drawn, "norm").pvalue > 1e-6
    assert twin.two_sided(table, 0, 0) > 6
    assert twin.two_sided(table, 0, 2**31) < -6
    assert abs(twin.two_sided(table, 0, 2**31 - 1)) < 0.05


@pytest.mark.parametrize("severity", SEVERITIES)
def test_sums_have_the_mean_and_variance_of_their_claims(severity):
    small = small_claims(severity, survival_step(severity, 5.0))
    mean, variance = small.cumulants[0], small.cumulants[1] ** 2
    claims = [d * 8**i for i in range(2) for d in range(1, 8)]
    for table, k in enumerate(claims):
        found = moments_of(small.tables, 2 * SIDE_LENGTH * table)
        assert found == pytest.approx((k * mean, k * variance), rel=1e-6)
    for table in range(len(claims), len(claims) + len(NODES)):
        found = moments_of(small.tables, 2 * SIDE_LENGTH * table)
        assert found == pytest.approx((0.0, 1.0 if variance > 0 else 0.0), abs=1e-6)


@pytest.mark.parametrize("severity", SEVERITIES)
def test_small_and_large_claims_together_are_the_claims(severity):
    table = cost_table(*severity)
    step = survival_step(severity, 3.0)
    small = small_claims(severity, step)
    assert small.share == 1.0 - step / 2**32
    width = np.repeat(2.0 ** -(np.arange(48) + 1.0) / 64, 64)
    lower = np.repeat(2.0 ** -(np.arange(48) + 1.0), 64) + np.tile(np.arange(64), 48) * width
    large = lower + width <= step / 2**32
    assert small.share * small.cumulants[0] + (table[large, 0] * width[large]).sum() == pytest.approx(1.0, rel=1e-6)
    # Whatever is above the limit is large; of what is below it, no more than a cell is.
    assert (table[~large, 0] + table[~large, 1] / 2 <= 3.0).all()
    assert table[large, 0].min(initial=3.0) > 2.8


def test_limits_out_of_reach_leave_nothing_or_everything_large():
    bounded = (0.7, 0.0, 3.0, 4.0)
    assert survival_step(bounded, 1e6) == 0
    assert survival_step(bounded, 0.0) == 2**32
    nothing = small_claims(bounded, 2**32)
    assert (nothing.share, nothing.tables.max()) == (0.0, 0.0)


@pytest.mark.parametrize("claims", [2, 3, 7, 9, 77, 700, 4000, 9000])
def test_a_sum_is_distributed_as_its_claims_one_by_one(claims):
    severity = (1.0, 0.005, 2.8, math.inf)
    small = small_claims(severity, survival_step(severity, 8.0))
    rng = np.random.default_rng(claims)
    normal, n = normal_table(), 4000
    four = rng.integers(0, 2**32, (n, 4))
    drawn = [twin.sum_of_claims(claims, 0, small.tables, four[i], small.cumulants, normal) for i in range(n)]
    cells = small.tables[: 2 * SIDE_LENGTH].reshape(2, 32, 32, 2)
    side, u = rng.integers(0, 2, (n // 4, claims)), 1.0 - rng.random((n // 4, claims))
    octave = np.minimum(np.ceil(-np.log2(u)).astype(int) - 1, 31)
    octave = np.maximum(octave, 0)
    within = np.clip((u * 2.0 ** (octave + 1) - 1.0) * 32, 0, 31.999)
    cell = cells[side, octave, within.astype(int)]
    one_by_one = (cell[..., 0] + cell[..., 1] * (0.5 - within % 1)).sum(axis=1)
    assert stats.ks_2samp(drawn, one_by_one).pvalue > 1e-6
    assert stats.ks_2samp(np.array(drawn) * 1.0 + 0.4 * np.std(drawn), one_by_one).pvalue < 1e-6


@pytest.mark.parametrize(("claims", "skewness"), [(72, 1.0), (160, 1.0), (640, 1.0), (72, 2.0), (200, 2.0)])
def test_sums_between_two_nodes_are_those_of_a_fourier_transform(claims, skewness):
    """The distribution function at the drawn quantiles, against the claims' own law on a fine grid."""
    small = small_claims((skewness, 0.01, 2.4, math.inf), survival_step((skewness, 0.01, 2.4, math.inf), 30.0))
    mean, sd = small.cumulants[:2]
    cells = small.tables[: 2 * SIDE_LENGTH].reshape(2, 32, 32, 2)
    width = np.tile(np.repeat(2.0 ** -(np.arange(32) + 2.0) / 32, 32), 2)
    # A cell is spread evenly: seven points stand for it.
    value = (cells[..., 0, None] + cells[..., 1, None] * (np.arange(7) - 3) / 7).ravel() / mean
    n, step = 2**16, 2.5 * claims * (1.0 + 2.0 * sd / mean) / 2**16
    at = (value / step).astype(int)
    mass = np.bincount(at, np.repeat(width, 7) / 7 * (at + 1 - value / step), n)
    mass += np.bincount(at + 1, np.repeat(width, 7) / 7 * (value / step - at), n)
    cdf = np.cumsum(np.fft.irfft(np.fft.rfft(mass / mass.sum()) ** claims, n))
    normal = normal_table()
    for u in (0.001, 0.01, 0.05, 0.2, 0.4, 0.6, 0.8, 0.95, 0.99, 0.999):
        word = int(2**31 * 2 * u) if u < 0.5 else int(2**31 * 2 * (1 - u))
        x = twin.sum_of_claims(claims, 0, small.tables, [word + (2**31 if u < 0.5 else 0), 0], small.cumulants, normal)
        assert np.interp(x / mean / step, np.arange(n) + 0.5, cdf) == pytest.approx(u, abs=3e-4)


def test_the_sum_is_the_same_on_both_sides_of_the_lot():
    """Just below 4,096 claims by tables, from there by cumulants: quantiles pass over smoothly."""
    severity = (2.0, 0.01, 2.2, math.inf)
    small = small_claims(severity, survival_step(severity, 60.0))
    normal, rng = normal_table(), np.random.default_rng(3)
    four = rng.integers(0, 2**32, (20_000, 4))
    below, above = (
        np.array([twin.sum_of_claims(k, 0, small.tables, w, small.cumulants, normal) for w in four]) / k
        for k in (LOT - 1, LOT)
    )
    assert stats.ks_2samp(below, above).pvalue > 1e-6


# ---------------------------------------------------------------------------------------------------------- variates
@pytest.mark.parametrize("shape", [0.03, 0.7, 1.0, 4.2, 900.0])
def test_gamma_of_any_shape(shape):
    normal, rng = normal_table(), np.random.default_rng(int(shape * 100))
    drawn = []
    for _ in range(20_000):
        drawn.append(twin.gamma(shape, rng.integers(0, 2**32, 3), lambda i: rng.integers(0, 2**32, 3), normal))
    # What cannot matter is nothing: for tiny shapes much of the mass.
    law = stats.gamma(shape)
    assert np.mean(np.array(drawn) == 0.0) == pytest.approx(law.cdf(1e-30), abs=0.02)
    positive = np.array([x for x in drawn if x > 0.0])
    uniform = (law.cdf(positive) - law.cdf(1e-30)) / law.sf(1e-30)
    assert stats.kstest(uniform, "uniform").pvalue > 1e-6


@pytest.mark.parametrize("mean", [0.2, 31.9, 32.1, 70.0, 1234.5, 3e6])
def test_poisson_counts_of_any_mean(mean):
    """Above 32 the quantile by expansion: its distribution function is off by less than 5e-6."""
    below, _ = poisson_tables()
    normal = normal_table()
    words = ((np.arange(2**14) + 0.5) * 2**18).astype(np.int64).tolist()
    rest = np.random.default_rng(1).permutation(words).tolist()
    counts = np.array([twin.poisson_count(mean, w, r, below, normal) for w, r in zip(words, rest, strict=True)])
    low, high = int(stats.poisson.ppf(0.01, mean)), int(stats.poisson.ppf(0.99, mean))
    at = np.unique(np.linspace(low, high, 200).astype(int))
    found = np.searchsorted(np.sort(counts), at, side="right") / len(counts)
    assert np.abs(found - stats.poisson.cdf(at, mean)).max() < (0.02 if mean <= 32 else 2.0 / 2**14 + 5e-6)
