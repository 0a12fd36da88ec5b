"""Risk measures against closed forms and the laws that they obey; published table where there is one."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vbcsim.outcomes.distribution import (
    Estimate,
    mean,
    probability,
    quantile,
    standard_deviation,
    tail_value_at_risk,
    value_at_risk,
)

LEVELS = (0.01, 0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95, 0.99)
amounts = arrays(
    np.float64,
    st.integers(2, 60),
    elements=st.one_of(st.just(0.0), st.floats(-1e9, 1e9, allow_subnormal=False).map(lambda x: round(x, 2))),
)
MOVES = {"mean": 1, "sd": 0, "quantile": 1, "VaR": -1, "TVaR": -1}
"""What a measure does when every draw rises by one dollar."""
MEASURES = [
    pytest.param(mean, id="mean"),
    pytest.param(standard_deviation, id="sd"),
    *(pytest.param(lambda x, p=p: quantile(np.sort(x, axis=-1), p), id=f"quantile {p}") for p in LEVELS),
    *(pytest.param(lambda x, p=p: value_at_risk(np.sort(x, axis=-1), p), id=f"VaR {p}") for p in (0.95, 0.99)),
    *(pytest.param(lambda x, p=p: tail_value_at_risk(np.sort(x, axis=-1), p), id=f"TVaR {p}") for p in (0.95, 0.99)),
]


def near(estimate: Estimate, truth: float, errors: float = 4.0) -> bool:
    return bool(abs(estimate.value - truth) < errors * estimate.mcse)


# ------------------------------------------------------------------------------------------------------ published
@pytest.mark.parametrize(("level", "expected"), [(0.6, 1), (0.9, 3), (0.95, 3), (0.950001, 4)])
def test_value_at_risk_of_a_discrete_loss_as_published(level: float, expected: float) -> None:
    """Loss Data Analytics (open text), example 10.3.4: X = 1, 3, 4 with .75, .20, .05."""
    loss = np.repeat([1.0, 3.0, 4.0], [15, 4, 1])
    assert value_at_risk(np.sort(-loss), level).value == expected
    assert quantile(loss, level).value == expected


def test_tail_value_at_risk_takes_part_of_an_atom() -> None:
    """Worst 10 % of 1, 3, 4 with .75, .20, .05: half at 4, half at 3."""
    loss = np.repeat([1.0, 3.0, 4.0], [15, 4, 1])
    assert tail_value_at_risk(np.sort(-loss), 0.90).value == pytest.approx(3.5)
    assert tail_value_at_risk(np.sort(-loss), 0.99).value == pytest.approx(4.0)
    assert tail_value_at_risk(np.sort(-loss[::2]), 0.95).value == pytest.approx(3.0), "half a draw of ten"


# --------------------------------------------------------------------------------------------------- closed forms
def test_normal_closed_forms() -> None:
    n, mu, sigma = 200_000, 3.0e6, 2.0e6
    net = np.random.default_rng(11).normal(mu, sigma, n)
    ordered, normal = np.sort(net), NormalDist(mu, sigma)
    assert near(mean(net), mu)
    assert near(standard_deviation(net), sigma)
    assert mean(net).mcse == pytest.approx(sigma / math.sqrt(n), rel=0.01)
    assert standard_deviation(net).mcse == pytest.approx(sigma / math.sqrt(2 * n), rel=0.02)
    for p in LEVELS:
        density = normal.pdf(normal.inv_cdf(p))
        found = quantile(ordered, p)
        assert near(found, normal.inv_cdf(p))
        assert found.mcse == pytest.approx(math.sqrt(p * (1 - p) / n) / density, rel=0.15)
    for level in (0.95, 0.99):
        z = NormalDist().inv_cdf(level)
        assert near(value_at_risk(ordered, level), -mu + sigma * z)
        assert near(tail_value_at_risk(ordered, level), -mu + sigma * NormalDist().pdf(z) / (1 - level))


def test_exponential_closed_forms() -> None:
    n, theta = 200_000, 5.0e5
    net = -np.random.default_rng(12).exponential(theta, n)
    ordered = np.sort(net)
    assert near(mean(net), -theta)
    assert near(standard_deviation(net), theta)
    assert standard_deviation(net).mcse == pytest.approx(theta * math.sqrt(8 / n) / 2, rel=0.05)
    for level in (0.95, 0.99):
        q = 1 - level
        assert near(value_at_risk(ordered, level), -theta * math.log(q))
        found = tail_value_at_risk(ordered, level)
        assert near(found, theta * (1 - math.log(q)))
        assert found.mcse == pytest.approx(theta * math.sqrt((2 * q - q**2) / n) / q, rel=0.05)


def test_discrete_closed_forms() -> None:
    """Nothing paid in 70 of 100 draws: the quartiles sit in the atom, exactly and without error."""
    rng = np.random.default_rng(13)
    net = rng.choice([-4.0, 0.0, 10.0], p=[0.1, 0.7, 0.2], size=50_000)
    ordered = np.sort(net)
    assert near(mean(net), 1.6)
    assert near(standard_deviation(net), math.sqrt(0.1 * 16 + 0.2 * 100 - 1.6**2))
    assert near(probability(net > 0), 0.2)
    for p, value in [(0.01, -4), (0.05, -4), (0.25, 0), (0.5, 0), (0.75, 0), (0.9, 10), (0.99, 10)]:
        assert quantile(ordered, p) == (value, 0)
    assert tail_value_at_risk(ordered, 0.95).value == 4.0


def test_a_quantile_on_the_edge_of_an_atom_admits_its_error() -> None:
    """Half the draws at 0 and half at 10: the 49.9 % quantile could as well have been 10, and its error says so."""
    ordered = np.repeat([0.0, 10.0], 5000)
    found = quantile(ordered, 0.499)
    assert found.value == 0.0
    assert 4.0 < found.mcse < 5.0


# ------------------------------------------------------------------------------------------------- probabilities
@pytest.mark.parametrize("n", [10, 400, 10_000])
def test_a_probability_never_claims_certainty(n: int) -> None:
    """Two errors above none in n reach the 95 % bound of the rule of three, 3 / n; so below n in n."""
    for hits in (np.zeros(n, bool), np.ones(n, bool)):
        assert probability(hits).mcse == pytest.approx(1.5 / n)
    errors = [probability(np.arange(n) < k).mcse for k in range(n // 2)]
    assert errors == sorted(errors), "the error grows with the chance, from none upwards"


def test_a_probability_has_the_binomial_error() -> None:
    found = probability(np.arange(1000) < 300)
    assert found == (0.3, pytest.approx(math.sqrt(0.3 * 0.7 / 1000)))


# ------------------------------------------------------------------------------------------------------------ laws
@pytest.mark.parametrize("measure", MEASURES)
@given(draws=amounts, scale=st.floats(1e-3, 1e3))
def test_scaling_the_money_scales_value_and_error(measure, draws, scale) -> None:
    before, after = measure(draws), measure(draws * scale)
    size = float(np.abs(draws).max()) + 1e-9
    assert after.value == pytest.approx(before.value * scale, rel=1e-9, abs=1e-9 * size * scale)
    assert after.mcse == pytest.approx(before.mcse * scale, rel=1e-6, abs=1e-6 * size * scale)


@pytest.mark.parametrize(
    ("measure", "moves"), [pytest.param(*m.values, MOVES[str(m.id).split()[0]], id=m.id) for m in MEASURES]
)
@given(draws=amounts, shift=st.floats(-1e9, 1e9))
def test_a_sure_amount_moves_the_value_and_not_the_error(measure, moves, draws, shift) -> None:
    before, after = measure(draws), measure(draws + shift)
    size = float(np.abs(draws).max()) + abs(shift) + 1e-9
    assert after.value - before.value == pytest.approx(moves * shift, abs=1e-6 * size)
    assert after.mcse == pytest.approx(before.mcse, rel=1e-5, abs=1e-6 * size)


@given(draws=amounts, p=st.sampled_from(LEVELS))
def test_quantiles_of_the_payer_mirror_those_of_the_provider(draws, p) -> None:
    """q(p) of X is -q(1 - p) of -X, to the last bit: no order statistic is favoured."""
    ours, theirs = quantile(np.sort(draws), p), quantile(np.sort(-draws), 1 - p)
    assert ours.value == -theirs.value
    assert ours.mcse == pytest.approx(theirs.mcse, rel=1e-6, abs=1e-6 * float(np.abs(draws).max()))


@given(draws=amounts)
def test_value_at_risk_is_minus_the_low_percentile_and_below_the_tail_mean(draws) -> None:
    ordered = np.sort(draws)
    for level, p in ((0.95, 0.05), (0.99, 0.01)):
        assert value_at_risk(ordered, level).value == -quantile(ordered, p).value
        tail = tail_value_at_risk(ordered, level).value
        assert tail >= value_at_risk(ordered, level).value - 1e-9 * (1 + np.abs(draws).max())
        assert -ordered[-1] - 1e-3 <= tail <= -ordered[0] + 1e-6 * (1 + np.abs(draws).max())


@given(draws=amounts)
def test_quantiles_rise_with_their_level_and_are_draws(draws) -> None:
    ordered = np.sort(draws)
    found = [float(quantile(ordered, p).value) for p in LEVELS]
    assert found == sorted(found)
    assert all(value in draws for p, value in zip(LEVELS, found, strict=True) if p != 0.5)


@given(a=amounts, factor=st.floats(0, 1))
def test_tail_value_at_risk_is_subadditive(a, factor) -> None:
    """The tail mean of a sum never exceeds the sum of the tail means (it is coherent; VaR is not)."""
    b = np.roll(a, 1) * factor
    apart = tail_value_at_risk(np.sort(a), 0.95).value + tail_value_at_risk(np.sort(b), 0.95).value
    assert tail_value_at_risk(np.sort(a + b), 0.95).value <= apart + 1e-6 * (1 + np.abs(a).max())


@pytest.mark.parametrize("measure", MEASURES)
def test_rows_are_measured_each_alone(measure) -> None:
    table = np.random.default_rng(14).normal(size=(2, 3, 41))
    together = measure(table)
    for i, j in np.ndindex(2, 3):
        alone = measure(table[i, j])
        assert together.value[i, j] == pytest.approx(alone.value, rel=1e-12)
        assert together.mcse[i, j] == pytest.approx(alone.mcse, rel=1e-9)


@pytest.mark.parametrize("measure", MEASURES)
def test_one_draw_has_no_error_to_state(measure) -> None:
    assert np.isnan(measure(np.array([5.0])).mcse)


def test_a_quantile_needs_a_probability() -> None:
    with pytest.raises(ValueError, match="between 0 and 1, not 5"):
        quantile(np.arange(10.0), 5)


def test_nothing_at_risk_is_plain_nothing():
    none = np.array([0.0, 0.0, 0.0, 1.0])
    for measure in (value_at_risk, tail_value_at_risk):
        assert not np.signbit(measure(none, 0.5).value)
