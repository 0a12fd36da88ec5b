"""Slope and noise of members' risk scores: members drawn one by one have the stated spread and R^2."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.cohorts import assumptions, cells, cohort_of, service
from vbcsim.cohort.risk_score import Members, relative_square, score_course
from vbcsim.core.errors import BadInput

MEMBERS = Members(
    number=np.array([600.0, 400.0]),
    score=np.array([0.9, 1.3]),
    rate=np.array([[3.0, 0.2], [4.5, 0.5]]),
    cost=np.array([[200.0, 9000.0], [200.0, 9900.0]]),
    relative_square=np.array([np.exp(0.5**2), np.exp(0.8**2)]),
    overdispersion=np.array([1.5, 2.7]),
    shared_weight=np.array([0.7, 0.8]),
    frailty=np.array([1.0, 0.64]),
    shared_variance=1.5,
    persistence=0.6,
)


def draw_people(told: Members, course, rng, n: int):
    """Score and yearly cost of ``n`` members: a prospective score follows the factor of the year before."""
    cell = np.repeat([0, 1], np.rint(told.number / told.number.sum() * n).astype(int))
    alpha, rho = 1.0 / told.shared_variance, told.persistence
    kept = rng.gamma(alpha * rho, size=len(cell))
    before, now = ((kept + rng.gamma(alpha * (1 - rho), size=len(cell))) / alpha for _ in range(2))
    k = np.sqrt(told.frailty)[cell]
    usd = np.zeros(len(cell))
    for j, v in enumerate(told.shared_weight):
        own = (told.overdispersion[j] - v**2 * told.shared_variance) / (1 - v) ** 2
        z = rng.gamma(1 / own, own, size=len(cell))
        count = rng.poisson(told.rate[cell, j] * (1 - k + k * (v * now + (1 - v) * z)))
        sigma = np.sqrt(np.log(told.relative_square[j]))
        owner = np.repeat(np.arange(len(cell)), count)
        cost = told.cost[cell[owner], j] * rng.lognormal(-(sigma**2) / 2, sigma, len(owner))
        usd += np.bincount(owner, cost, len(cell))
    noise = course.member_sd * rng.standard_normal(len(cell))
    return told.score[cell] * (1 + course.slope[cell] * (before - 1) + noise), usd


@pytest.mark.parametrize("r_squared", [0.02, 0.055])
def test_members_have_the_stated_spread_and_r_squared(r_squared):
    course = score_course(MEMBERS, 0.95, r_squared, "medicare")
    score, usd = draw_people(MEMBERS, course, np.random.default_rng(5), 1_500_000)
    assert score.std() == pytest.approx(0.95, rel=0.01)
    assert np.corrcoef(score, usd)[0, 1] ** 2 == pytest.approx(r_squared, rel=0.03)
    # The cells keep their mean scores, and members of a cell with less frailty differ less by health.
    assert score[: int(0.6 * len(score))].mean() == pytest.approx(0.9, rel=0.005)
    assert course.slope[1] == pytest.approx(0.8 * course.slope[0])


def test_the_cells_alone_may_explain_all_that_is_stated():
    """A score that only the cells set apart: its R^2 is that of cell means, and no slope is left."""
    weight = MEMBERS.number / MEMBERS.number.sum()
    mean = (MEMBERS.rate * MEMBERS.cost).sum(axis=1)
    between = float(weight @ (MEMBERS.score * mean) - (weight @ MEMBERS.score) * (weight @ mean))
    with pytest.raises(BadInput) as error:
        score_course(MEMBERS, 0.95, 0.0, "medicare")
    least = float(str(error.value).split("alone explain ")[1].split(" ")[0])
    course = score_course(MEMBERS, 0.95, least * 1.0001, "medicare")
    assert course.slope == pytest.approx([0, 0], abs=1e-3)
    assert between > 0


def test_more_than_the_frailty_can_give_is_refused_with_the_most_possible():
    with pytest.raises(BadInput) as error:
        score_course(MEMBERS, 0.95, 0.6, "medicare")
    (problem,) = error.value.problems
    assert problem.place == "assumptions.risk_score.r_squared"
    assert problem.message.startswith("0.6 is not possible: with this frailty a score explains at most 0.05983 of"), (
        problem.message
    )
    most = float(problem.message.split("at most ")[1].split(" ")[0])
    course = score_course(MEMBERS, 0.95, most * 0.9999, "medicare")
    assert course.member_sd == pytest.approx(0.0, abs=0.02)
    # A concurrent score sees the factor of the year itself and can explain more, by the persistence squared at most.
    assert score_course(replace(MEMBERS, persistence=1.0), 0.95, most * 2.2, "medicare").member_sd > 0


def test_a_spread_below_that_of_the_cells_is_refused():
    with pytest.raises(BadInput, match=r"risk_score\.sd: 0\.1 is less than the scores of the cells vary \(0\.196\)"):
        score_course(MEMBERS, 0.1, 0.12, "medicare")


def test_the_second_moment_of_a_cost_is_that_of_its_distribution():
    assert relative_square(0.8, 0.0, 3.0, np.inf) == pytest.approx(np.exp(0.8**2), rel=1e-3)


FRAIL = service(overdispersion=2.0, shared_weight=0.8, persistence=0.5)
SHARED = {"variance": 2.0, "persistence": 0.6}


def cohort(**risk_score):
    told = assumptions([FRAIL], shared_frailty=SHARED, risk_score={"coding_growth": 0.0, **risk_score})
    return cohort_of(told, cells(500, 500, risk_score=[0.9, 1.1]))


def test_a_cohort_without_members_scores_has_no_slope():
    ds = cohort()
    assert (ds["risk_score_slope"] == 0).all()
    assert (ds["risk_score_member_sd"] == 0).all()


def test_a_cohort_holds_slope_noise_and_lag():
    ahead, same = cohort(sd=0.9, r_squared=0.1), cohort(sd=0.9, r_squared=0.1, timing="concurrent")
    assert int(ahead["risk_score_lag"]) == 1
    assert int(same["risk_score_lag"]) == 0
    # The same R^2 with a year between takes a steeper slope.
    assert ahead["risk_score_slope"].values == pytest.approx(same["risk_score_slope"].values / 0.6)
    variance = 0.01 + 1.01 * (
        ahead["risk_score_slope"].values[0] ** 2 * 2.0 + ahead["risk_score_member_sd"].values[0] ** 2
    )
    assert variance == pytest.approx(0.9**2)
