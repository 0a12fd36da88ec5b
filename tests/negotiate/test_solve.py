"""Solving: the value found meets the goals, one a hair beyond does not; what cannot be met says how near it comes."""

from __future__ import annotations

import numpy as np
import pytest

from vbcsim.core.errors import BadInput
from vbcsim.negotiate.goal import read_goal
from vbcsim.negotiate.solve import solve
from vbcsim.negotiate.variants import Variants

SHARE = "shared_savings.share.savings"
LIMIT = "shared_savings.limit#2.losses[1].share"


@pytest.fixture(scope="module")
def variants(small_run):
    return Variants(small_run, "basic_e")


def figure(variants, goal, **change):
    return float(goal.figure.of(variants.nets([change])).value[0])


def test_the_largest_share_that_leaves_the_payer_a_given_mean(variants):
    now = figure(variants, read_goal("payer.mean >= 0"))
    goal = read_goal(f"payer.mean >= {1.2 * now:.2f}")
    found = solve(variants, SHARE, [goal], least=0.0, most=1.0)
    assert found.met
    assert found.value > 0.5
    assert figure(variants, goal, **{SHARE: found.value}) >= goal.bound
    assert figure(variants, goal, **{SHARE: found.value + 1e-5}) < goal.bound
    assert found.interval[0] <= found.value <= found.interval[1]


def test_the_smallest_limit_with_room_for_the_loss(variants):
    goal = read_goal("provider.tvar95 >= 1000")
    found = solve(variants, LIMIT, [goal], least=0.0, most=0.04, want="smallest")
    assert found.met
    assert figure(variants, goal, **{LIMIT: found.value}) >= 1000
    assert figure(variants, goal, **{LIMIT: max(0.0, found.value * 0.999)}) < 1000


def test_a_fair_value_is_where_the_figure_passes_its_bound(variants):
    nets = variants.nets([{SHARE: 0.3}, {SHARE: 0.6}])
    target = float(nets["provider"].mean(axis=1).mean())
    goal = read_goal(f"provider.mean = {target:.4f}")
    found = solve(variants, SHARE, [goal], least=0.1, most=0.9)
    assert found.met
    assert figure(variants, goal, **{SHARE: found.value}) == pytest.approx(target, abs=1.0)
    assert 0.3 < found.value < 0.6


def test_two_goals_the_tighter_one_binds(variants):
    loose, tight = read_goal("payer.mean >= -1bn"), read_goal("provider.mean <= 1")
    found = solve(variants, SHARE, [loose, tight], least=0.0, most=1.0)
    assert found.binding == tight
    assert found.figures[1][1] <= 1.0 or not found.met


def test_what_cannot_be_met_says_how_near_and_which_goal_stops_it(variants):
    goal = read_goal("provider.p_loss >= 99%")
    found = solve(variants, SHARE, [goal], least=0.0, most=1.0)
    assert not found.met
    assert found.binding == goal
    assert 0.0 <= found.figures[0][1] < 0.99


@pytest.mark.parametrize(
    ("goals", "least", "most", "said"),
    [
        ([], 0.0, 1.0, "there is none"),
        (["payer.mean >= 0"], 1.0, 0.0, "is empty"),
        (["payer.mean = 0", "provider.mean = 0"], 0.0, 1.0, "two goals with ="),
        (["reinsurer.mean >= 0"], 0.0, 1.0, "no party"),
    ],
)
def test_bad_questions(variants, goals, least, most, said):
    with pytest.raises(BadInput, match=said):
        solve(variants, SHARE, [read_goal(goal) for goal in goals], least=least, most=most)


def test_the_answer_is_for_these_draws_and_says_how_firm_it_is(variants):
    goal = read_goal("provider.p_loss_over(1000) <= 20%")
    found = solve(variants, LIMIT, [goal], least=0.0, most=0.04)
    low, high = found.interval
    assert low <= found.value <= high
    assert np.isfinite([low, high]).all()
