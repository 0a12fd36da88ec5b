"""Solving: the value found meets the goals, one a hair beyond does not; what cannot be met says how near it comes."""

from __future__ import annotations

import numpy as np
import pytest

from vbcsim.core.errors import BadInput
from vbcsim.negotiate.goal import read_goal, read_objective
from vbcsim.negotiate.question import Question, Range
from vbcsim.negotiate.solve import solve
from vbcsim.negotiate.variants import Variants

SHARE = "shared_savings.share.savings"
LOSSES = "shared_savings.share.losses"
BY_REVENUE = "shared_savings.limit#2.losses[0].share"
LIMIT = "shared_savings.limit#2.losses[1].share"


@pytest.fixture(scope="module")
def variants(small_run):
    return Variants(small_run, "basic_e")


def question(variants, term, goals, least=0.0, most=1.0, want="largest"):
    return Question(variants, (Range(term, least, most),), tuple(map(read_goal, goals)), want=want)


def figure(variants, goal, **change):
    return float(goal.figure.of(variants.nets([change])).value[0])


def test_the_largest_share_that_leaves_the_payer_a_given_mean(variants):
    now = figure(variants, read_goal("payer.mean >= 0"))
    goal = read_goal(f"payer.mean >= {1.2 * now:.2f}")
    found = solve(question(variants, SHARE, [str(goal)]), errors=False, halves=False)
    assert found.met
    assert found.value > 0.5
    assert figure(variants, goal, **{SHARE: found.value}) >= found.bounds[0]
    assert figure(variants, goal, **{SHARE: found.value + 1e-5}) < found.bounds[0]


def test_the_present_contract_is_a_bound_and_the_answer_to_it(variants):
    found = solve(question(variants, SHARE, ["payer.mean >= now"]))
    assert found.value == pytest.approx(variants.value(SHARE), abs=1e-7)
    # The same contract in the same draws: no draw could tell otherwise.
    assert found.errors == (pytest.approx(0.0, abs=1e-9),)


def test_another_design_is_a_bound_in_the_same_draws(variants):
    found = solve(question(variants, SHARE, ["payer.mean = under basic_a"]), errors=False, halves=False)
    goal = read_goal("payer.mean = under basic_a")
    wanted = float(goal.figure.of(variants.nets_of("basic_a")).value[0])
    assert figure(variants, goal, **{SHARE: found.value}) == pytest.approx(wanted, abs=1.0)


def test_the_smallest_limit_with_room_for_the_loss(variants):
    goal = read_goal("provider.tvar95 >= 1000")
    found = solve(question(variants, LIMIT, [str(goal)], most=0.04, want="smallest"), errors=False, halves=False)
    assert found.met
    assert figure(variants, goal, **{LIMIT: found.value}) >= 1000
    assert figure(variants, goal, **{LIMIT: max(0.0, found.value * 0.999)}) < 1000


def test_a_fair_value_is_where_the_figure_passes_its_bound(variants):
    nets = variants.nets([{SHARE: 0.3}, {SHARE: 0.6}])
    target = float(nets["provider"].mean(axis=1).mean())
    goal = read_goal(f"provider.mean = {target:.4f}")
    found = solve(question(variants, SHARE, [f"provider.mean = {target:.4f}"], 0.1, 0.9), errors=False, halves=False)
    assert found.met
    assert figure(variants, goal, **{SHARE: found.value}) == pytest.approx(target, abs=1.0)
    assert 0.3 < found.value < 0.6


def test_two_goals_the_tighter_one_binds(variants):
    found = solve(question(variants, SHARE, ["payer.mean >= -1bn", "provider.mean <= 1"]), errors=False, halves=False)
    assert found.binding == read_goal("provider.mean <= 1")
    assert found.figures[1][1] <= 1.0 or not found.met


def test_what_cannot_be_met_says_how_near_and_which_goal_stops_it(variants):
    found = solve(question(variants, SHARE, ["provider.p_loss >= 99%"]))
    assert not found.met
    assert found.binding == read_goal("provider.p_loss >= 99%")
    assert 0.0 <= found.figures[0][1] <= found.reach[0] < 0.99
    assert found.second is None


def test_goals_that_can_be_met_alone_but_not_together(variants):
    least, most = (figure(variants, read_goal("provider.mean >= 0"), **{SHARE: share}) for share in (0.2, 0.8))
    low, high = least + 0.3 * (most - least), least + 0.7 * (most - least)
    found = solve(question(variants, SHARE, [f"provider.mean <= {low:.0f}", f"provider.mean >= {high:.0f}"]))
    assert not found.met
    assert found.reach[0] < low < found.figures[0][1] < high < found.reach[1]


def test_values_that_make_no_contract_are_left_out(variants):
    found = solve(question(variants, SHARE, ["payer.mean >= -1bn"], most=2.0), errors=False, halves=False)
    assert found.left_out == 20
    assert found.value == pytest.approx(1.0)
    with pytest.raises(BadInput, match=r"share\.savings = 3"):
        solve(question(variants, SHARE, ["payer.mean >= -1bn"], 3.0, 4.0))


def test_two_terms_where_some_pairs_make_no_contract(variants):
    objective = read_objective(f"max {SHARE}", [SHARE, LOSSES])
    asked = Question(variants, (Range(SHARE, 0.5, 1.5), Range(LOSSES, 0.0, 0.6)), (), objective)
    found = solve(asked, errors=False, halves=False)
    assert found.met
    assert found.values[0] == pytest.approx(1.0, abs=1e-4)
    assert found.left_out > 0


def test_the_best_objective_under_a_goal_is_at_the_goal(variants):
    """The provider's mean rises with its share, so the best share is the largest that the payer grants."""
    goals = (read_goal("payer.mean >= now"),)
    objective = read_objective("max provider.mean", [SHARE])
    found = solve(Question(variants, (Range(SHARE, 0.0, 1.0),), goals, objective), errors=False, halves=False)
    assert found.met
    assert found.value == pytest.approx(0.5, abs=1e-4)
    assert found.aim is not None
    assert found.aim[1] == pytest.approx(figure(variants, read_goal("provider.mean >= 0"), **{SHARE: found.value}))


def test_two_terms_no_pair_of_a_fine_grid_is_better(variants):
    goals = (read_goal("payer.mean >= now"), read_goal("provider.p_loss_over(100) <= 10%"))
    objective = read_objective(f"max {SHARE}", [SHARE, LOSSES])
    asked = Question(variants, (Range(SHARE, 0.3, 0.9), Range(LOSSES, 0.0, 0.6)), goals, objective)
    found = solve(asked, errors=False, halves=False)
    assert found.met
    fine = np.array([[s, t] for s in np.linspace(0.3, 0.9, 13) for t in np.linspace(0.0, 0.6, 5)])
    tried = asked.at(fine)
    fits = (tried.slack >= 0.0).all(axis=0)
    assert found.values[0] >= fine[fits, 0].max() - 1e-5
    assert found.aim is not None
    assert found.aim[1] == found.values[0]


def test_two_goals_with_equal_signs_decide_two_terms(variants):
    wanted = {SHARE: 0.62, BY_REVENUE: 0.05}
    goals = tuple(
        read_goal(f"provider.{name} = {figure(variants, read_goal(f'provider.{name} >= 0'), **wanted):.6f}")
        for name in ("mean", "p5")
    )
    found = solve(
        Question(variants, (Range(SHARE, 0.3, 0.9), Range(BY_REVENUE, 0.02, 0.2)), goals), errors=False, halves=False
    )
    assert found.met
    assert found.values == pytest.approx((0.62, 0.05), rel=1e-3)


@pytest.mark.parametrize(
    ("goals", "least", "most", "said"),
    [
        ([], 0.0, 1.0, "there is none"),
        (["payer.mean >= 0"], 1.0, 0.0, "is empty"),
        (["payer.mean = 0", "provider.mean = 0"], 0.0, 1.0, "two goals with ="),
        (["reinsurer.mean >= 0"], 0.0, 1.0, "no party"),
        (["reinsurer.mean >= now"], 0.0, 1.0, "no party"),
        (["payer.mean >= under basic_f"], 0.0, 1.0, "did you mean"),
    ],
)
def test_bad_questions(variants, goals, least, most, said):
    with pytest.raises(BadInput, match=said):
        solve(question(variants, SHARE, goals, least, most))


def test_questions_of_two_terms_that_have_no_one_answer(variants):
    ranges = (Range(SHARE, 0.0, 1.0), Range(LOSSES, 0.0, 1.0))
    goal, objective = read_goal("payer.mean = now"), read_objective("max provider.mean", [SHARE])
    with pytest.raises(BadInput, match="say which is best"):
        Question(variants, ranges, (goal,))
    with pytest.raises(BadInput, match="write it with <= or >="):
        Question(variants, ranges, (goal,), objective)
    with pytest.raises(BadInput, match="two that differ"):
        Question(variants, (ranges[0], ranges[0]), (), objective)
