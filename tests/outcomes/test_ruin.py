"""Ruin: the running balance by hand, and a published closed form."""

from __future__ import annotations

import math

import numpy as np
import pytest

from vbcsim.outcomes.ruin import reserve_needed, ruin_probability, running

CLAIMS, DRAWS = 500, 8000
"""Horizon of the simulated ruin: so many claims, three to a unit of time."""
MILLION = 1e6


def test_balance_and_lowest_by_hand():
    steps = [np.array([5.0, -3.0]), np.array([-9.0, 1.0]), np.array([10.0, -4.0])]
    found = list(running(steps, 2))
    assert [r.balance.tolist() for r in found] == [[5.0, -3.0], [-4.0, -2.0], [6.0, -6.0]]
    assert [r.lowest.tolist() for r in found] == [[0.0, -3.0], [-4.0, -3.0], [-4.0, -6.0]]


def test_a_reserve_that_is_used_up_to_the_cent_has_not_run_out():
    lowest = -np.array([0.0, 100.0, 200.0, 300.0])
    assert ruin_probability(lowest, 300.0).value == 0.0
    assert ruin_probability(lowest, 299.0).value == 0.25
    assert ruin_probability(lowest, 0.0).value == 0.75


@pytest.mark.parametrize("chance", [0.01, 0.05, 0.2])
def test_the_reserve_needed_is_the_least_that_keeps_the_chance(chance):
    lowest = -np.random.default_rng(3).gamma(2.0, 1e6, 1000)
    reserve = float(reserve_needed(lowest, chance).value)
    assert ruin_probability(lowest, reserve).value <= chance < ruin_probability(lowest, reserve - 1.0).value


def test_gerber_1979():
    """Claims half Exp(3), half Exp(7), three a unit of time, premium 1: psi(u) = (24 exp(-u) + exp(-6 u)) / 35.

    Gerber 1979, in the manual of the R package actuar. The horizon is the first 500 claims. A first ruin later has a
    chance below 1e-5: under the law tilted by the adjustment coefficient, which is 1, the balance falls by .104 with a
    standard deviation of .49 a claim, so that after 500 claims it is still above -3 with a chance of 4e-6.
    """
    rng = np.random.default_rng(1979)

    def steps():
        for _ in range(CLAIMS):
            waited = rng.exponential(1.0 / 3.0, DRAWS)
            claim = rng.exponential(1.0, DRAWS) / np.where(rng.random(DRAWS) < 0.5, 3.0, 7.0)
            yield MILLION * (waited - claim)

    *_, last = running(steps(), DRAWS)
    for u in (0.0, 0.5, 1.0, 2.0, 3.0):
        exact = (24.0 * math.exp(-u) + math.exp(-6.0 * u)) / 35.0
        found = ruin_probability(last.lowest, MILLION * u)
        assert abs(found.value - exact) < 4.0 * found.mcse
        assert found.mcse < 0.006
    reserve = reserve_needed(last.lowest, 24.0 * math.exp(-2.0) / 35.0 + math.exp(-12.0) / 35.0)
    assert abs(reserve.value - 2.0 * MILLION) < 4.0 * reserve.mcse
