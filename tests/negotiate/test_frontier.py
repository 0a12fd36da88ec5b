"""The frontier: what no other point beats, and how firmly it stands there."""

from __future__ import annotations

import numpy as np
import pytest

from vbcsim.core.errors import BadInput
from vbcsim.negotiate.frontier import efficient, frontier
from vbcsim.negotiate.goal import read_figure, read_goal
from vbcsim.negotiate.variants import Variants

SHARE = "shared_savings.share.savings"
LIMIT = "shared_savings.limit#2.losses[0].share"
FIGURES = [read_figure("provider.mean"), read_figure("provider.tvar95")]


@pytest.fixture(scope="module")
def variants(small_run):
    return Variants(small_run, "basic_e")


def test_points_beaten_in_one_figure_and_equal_in_another_are_not_efficient():
    goodness = np.array([[1.0, 2.0, 3.0, 3.0, 0.0], [5.0, 4.0, 1.0, 0.0, 5.0]])
    assert list(efficient(goodness, np.zeros(2))) == [True, True, True, False, False]


def test_of_equal_points_the_first_stands_for_all_and_slight_differences_are_none():
    goodness = np.array([[1.0, 1.0, 1.004], [1.0, 1.0, 0.0]])
    assert list(efficient(goodness, np.zeros(2))) == [True, False, True]
    assert list(efficient(goodness, np.array([0.005, 0.005]))) == [True, False, False]


def test_every_efficient_point_is_beaten_by_none_and_every_other_by_one(variants):
    found = frontier(variants, {SHARE: [0.3, 0.5, 0.7], LIMIT: [0.04, 0.08, 0.12]}, FIGURES)
    values = np.array([[figure[0] for figure in point.figures] for point in found.points])
    for k, point in enumerate(found.points):
        better = (values[:, 0] >= values[k, 0]) & (values[:, 1] <= values[k, 1])
        ahead = better & ((values[:, 0] > values[k, 0] + 0.005) | (values[:, 1] < values[k, 1] - 0.005))
        assert ahead.any() != point.efficient or not point.efficient
    assert {point.at[SHARE] for point in found.best} == {0.7}
    assert found.points[-1].present
    assert all(0.0 <= point.chance <= 1.0 for point in found.points)
    assert found.best[0].chance > 0.5


def test_two_parties_that_only_pay_one_another_have_only_efficient_means(variants):
    both = [read_figure("provider.mean"), read_figure("payer.mean")]
    found = frontier(variants, {SHARE: [0.2, 0.3, 0.4, 0.6]}, both)
    assert all(point.efficient for point in found.points)


def test_a_goal_leaves_out_what_misses_it(variants):
    goals = [read_goal("payer.mean >= now")]
    found = frontier(variants, {SHARE: [0.3, 0.4, 0.6, 0.7]}, FIGURES, goals)
    assert [point.at[SHARE] for point in found.points] == [0.3, 0.4, 0.5]
    assert found.left_out == 2


def test_what_makes_no_contract_is_left_out(variants):
    assert frontier(variants, {SHARE: [0.5, 1.5]}, FIGURES).left_out == 1


@pytest.mark.parametrize(
    ("grid", "figures", "goals", "said"),
    [
        ({SHARE: np.linspace(0, 1, 1001).tolist()}, FIGURES, [], "at most 1,000"),
        ({SHARE: [0.4]}, FIGURES[:1], [], "two figures or more"),
        ({"share": [0.4]}, FIGURES, [], "is no figure"),
        ({SHARE: [0.4]}, FIGURES, ["payer.mean = now"], "hardly a contract"),
    ],
)
def test_bad_frontiers(variants, grid, figures, goals, said):
    with pytest.raises(BadInput, match=said):
        frontier(variants, grid, figures, list(map(read_goal, goals)))
