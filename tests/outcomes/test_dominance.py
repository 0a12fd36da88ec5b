"""Dominance is called where it holds, and never by noise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vbcsim.outcomes.dominance import ERRORS, Dominance, dominance

FIRST = Dominance("a", "a")
SECOND = Dominance("none", "a")
NEITHER = Dominance("none", "none")
whole_dollars = arrays(np.float64, 30, elements=st.integers(-5, 5).map(float))


def rng(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


# ------------------------------------------------------------------------------------------- called where it holds
def test_a_payment_of_one_sign_is_seen_at_once() -> None:
    """a pays what b pays, and a bonus in one draw of a hundred: no draw speaks against it."""
    b = rng(1).normal(size=2000) * 1e6
    a = b + np.where(np.arange(2000) % 100 == 0, 5e4, 0.0)
    assert dominance(a, b) == FIRST
    assert dominance(b, a) == Dominance("b", "b")


def test_a_clear_shift_is_seen_through_independent_noise() -> None:
    assert dominance(rng(2).normal(1.0, 1.0, 5000), rng(3).normal(0.0, 1.0, 5000)) == FIRST


def test_less_risk_for_no_less_money_is_second_order() -> None:
    """a is b with its spread halved and a premium above the mean: risk-averse parties prefer a, gamblers may not."""
    b = rng(4).normal(0.0, 1e6, 5000)
    assert dominance(0.5 * b + 1e5, b) == SECOND
    assert dominance(rng(5).normal(2e5, 5e5, 5000), b) == SECOND


def test_a_loss_limit_at_no_price_is_first_order() -> None:
    b = rng(6).normal(0.0, 1e6, 5000)
    assert dominance(np.maximum(b, -5e5), b) == FIRST


# ------------------------------------------------------------------------------------------------ never by noise
@pytest.mark.parametrize("copies", [1, 100])
def test_equal_amounts_never_dominate(copies: int) -> None:
    a = np.tile(rng(7).normal(size=50), copies)
    assert dominance(a, a.copy()) == NEITHER
    assert dominance(a + 1e-9, a) == NEITHER, "less than half a cent is no difference"


def test_equal_laws_are_called_less_often_than_the_rule_says() -> None:
    """400 pairs of studies of one law, independent draws: the rule allows about 1 in 700; none is called."""
    called = sum(
        dominance(rng(100 + i).normal(size=500), rng(9100 + i).normal(size=500)) != NEITHER for i in range(400)
    )
    assert called == 0


def test_the_worst_case_of_the_second_order_is_called_as_rarely_as_stated() -> None:
    """Same mean, half the spread: at the edge of dominance. P(Z > 3) = 0.00135, so of 400 studies more than 4 is a
    bug (Poisson 0.54: chance 3 in 10,000)."""
    called = 0
    for i in range(400):
        b = rng(20_000 + i).normal(size=500)
        called += dominance(0.5 * b, b) != NEITHER
    assert called <= 4


def test_two_draws_of_a_loss_deny_dominance() -> None:
    """a is better in nearly every draw, but loses in two of 2,000 where b cannot."""
    b = np.abs(rng(8).normal(size=2000))
    a = b + 1.0
    a[:2] = -5.0
    b[:2] = 0.0
    assert dominance(a, b) == NEITHER


def test_more_money_at_more_risk_is_no_dominance() -> None:
    savings = rng(9).normal(3e6, 3e6, 5000)
    assert dominance(0.75 * savings, 0.5 * np.maximum(savings, 0.0)) == NEITHER


def test_a_handful_of_draws_is_not_enough() -> None:
    """Better in nine draws and worse in none is one short of three errors (9 = 3 squared)."""
    b = np.zeros(1000)
    enough = int(ERRORS**2)
    for better, verdict in ((enough, "none"), (enough + 1, "a")):
        a = np.where(np.arange(1000) < better, 7.0, 0.0)
        assert dominance(a, b).first_order == verdict


# ------------------------------------------------------------------------------------------------------------ laws
@given(a=whole_dollars, b=whole_dollars)
def test_swapping_the_designs_swaps_the_verdict(a, b) -> None:
    swap = {"a": "b", "b": "a", "none": "none"}
    there, back = dominance(np.tile(a, 9), np.tile(b, 9)), dominance(np.tile(b, 9), np.tile(a, 9))
    assert tuple(back) == tuple(swap[v] for v in there)


@given(a=whole_dollars, b=whole_dollars)
def test_first_order_mirrors_between_two_parties(a, b) -> None:
    """What one party gains the other pays, so a dominant design for one is a dominated one for the other."""
    swap = {"a": "b", "b": "a", "none": "none"}
    ours, theirs = dominance(np.tile(a, 9), np.tile(b, 9)), dominance(-np.tile(a, 9), -np.tile(b, 9))
    assert theirs.first_order == swap[ours.first_order]


@given(a=whole_dollars, b=whole_dollars)
def test_a_call_agrees_with_the_definition_on_the_draws(a, b) -> None:
    """Where dominance is called, the sampled distribution functions and their integrals are in that order but for the
    few draws that no test could weigh."""
    a, b = np.tile(a, 40), np.tile(b, 40)
    found = dominance(a, b)
    x = np.arange(-6.0, 7.0)[:, None]
    below = (b <= x).mean(axis=1) - (a <= x).mean(axis=1)
    short = np.maximum(x - b, 0).mean(axis=1) - np.maximum(x - a, 0).mean(axis=1)
    for verdict, evidence in ((found.first_order, below), (found.second_order, short)):
        if verdict != "none":
            assert np.all(evidence * (1 if verdict == "a" else -1) >= -1e-12)
    if found.first_order != "none":
        assert found.second_order == found.first_order


@given(a=whole_dollars, b=whole_dollars, scale=st.floats(1.0, 1e6), shift=st.floats(-1e6, 1e6))
def test_units_and_sure_amounts_do_not_matter(a, b, scale, shift) -> None:
    a, b = np.tile(a, 9), np.tile(b, 9)
    assert dominance(a * scale + shift, b * scale + shift) == dominance(a, b)


def test_the_running_sums_equal_the_definition() -> None:
    """Sum and sum of squares of min(x, high) - low over draws, against a loop over thresholds."""
    from vbcsim.outcomes.dominance import _shortfall

    low = rng(10).normal(size=300) * 1e7
    high = low + rng(11).exponential(size=300) * 1e6
    x = np.unique(np.concatenate([low, high]))
    found = _shortfall(x, low, high, 300)
    parts = np.clip(x[:, None], low, high) - low
    np.testing.assert_allclose(found.total, parts.sum(axis=1), rtol=1e-9, atol=1e-3)
    np.testing.assert_allclose(found.squares, (parts**2).sum(axis=1), rtol=1e-7, atol=10.0)
    np.testing.assert_array_equal(found.draws, (parts > 0).sum(axis=1))
