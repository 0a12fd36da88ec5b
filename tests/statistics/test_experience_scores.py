"""Risk scores: members' scores explain the stated share of their cost's variance, and means are steady in large strata.

Cohorts of one member are persons: a run of many draws is a population. Bounds fail for one seed in a million.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xarray as xr
from scipy import special

from tests.cohorts import assumptions, cells, cohort_of, service
from vbcsim.experience.simulate import simulate

DRAWS = 60_000
BATCHES = 40
BOUND = float(special.ndtri(1 - 1e-6 / 2))
SD, R_SQUARED = 0.95, 0.12


def cohort(*members: int, timing: str = "concurrent", **changed: Any) -> xr.Dataset:
    """Cells that differ in use and score, or one; frailty shared by two categories, costs without heavy tails."""
    services = [
        service(overdispersion=1.8, shared_weight=0.8, persistence=0.5, body_sigma=0.3),
        service(
            "stay", utilization_per_1000=400, mean_cost_usd=2000, overdispersion=2.0, shared_weight=0.7, body_sigma=0.3
        ),
    ]
    score = {"coding_growth": 0.02, "sd": SD, "r_squared": R_SQUARED, "timing": timing} | changed
    told = assumptions(services, shared_frailty={"variance": 1.6, "persistence": 0.7}, risk_score=score)
    use = [0.8 + 0.4 * i for i in range(len(members))]
    rows = cells(*members, utilization_relativity=use, risk_score=[1.0] * len(members))
    return cohort_of(told, rows, base=(2021, 2022), performance=(2023,))


def batches(statistic: Any, *samples: Any) -> tuple[float, float]:
    """A statistic and its standard error from equal parts of the draws."""
    parts = [statistic(*(s[k::BATCHES].ravel() for s in samples)) for k in range(BATCHES)]
    return float(np.mean(parts)), float(np.std(parts) / np.sqrt(BATCHES))


def r_squared(score: Any, cost: Any) -> float:
    return float(np.corrcoef(score, cost)[0, 1] ** 2)


@pytest.mark.parametrize("timing", ["concurrent", "prospective"])
def test_members_scores_explain_the_stated_share_of_their_cost(timing):
    """In the last base year, whose levels the share is stated for; cells of one member each are a population."""
    experience = simulate(cohort(1, 1, timing=timing), draws=DRAWS, seed=11)
    score = experience["risk_score"].values[:, 1]
    cost = experience["expenditure_usd"].values[:, 1].sum(axis=-1)
    found, error = batches(r_squared, score, cost)
    assert abs(found - R_SQUARED) < BOUND * error
    assert error < 0.004
    sd, sd_error = batches(np.std, score)
    assert abs(sd - SD) < BOUND * sd_error


def test_a_prospective_score_tells_of_the_year_before():
    experience = simulate(cohort(1, timing="prospective"), draws=DRAWS, seed=12)
    score = experience["risk_score"].values[:, 2, 0]
    cost = experience["expenditure_usd"].values[:, :, 0].sum(axis=-1)
    by_year = [batches(r_squared, score, cost[:, t]) for t in range(3)]
    # The factor that the score tells of is that of 2022; it lives on in both neighbours alike.
    assert by_year[1][0] - by_year[2][0] > BOUND * np.hypot(by_year[1][1], by_year[2][1])
    assert abs(by_year[0][0] - by_year[2][0]) < BOUND * np.hypot(by_year[0][1], by_year[2][1])


def test_the_mean_score_is_the_expected_one_whatever_the_year():
    ds = cohort(3, 2, timing="prospective", noise_sd=0.02)
    experience = simulate(ds, draws=DRAWS, seed=13)
    score = experience["risk_score"].values
    error = score.std(axis=0) / np.sqrt(DRAWS)
    expected = 1.02 ** np.array([-1, 0, 1])[:, None]
    assert (np.abs(score.mean(axis=0) - expected) < BOUND * error).all()
    assert error.max() < 0.004


def test_the_mean_of_many_members_varies_by_the_square_root_of_their_number():
    spread = {}
    for n in (1, 25):
        score = simulate(cohort(n), draws=20_000, seed=14)["risk_score"].values[:, 1, 0]
        spread[n] = batches(np.var, score)
    error = np.hypot(spread[1][1] / 25, spread[25][1])
    assert abs(spread[25][0] - spread[1][0] / 25) < BOUND * error


def test_without_a_stated_spread_scores_are_those_of_the_cells():
    plain = cohort(4, sd=None, r_squared=None)
    score = simulate(plain, draws=5)["risk_score"].values
    assert score == pytest.approx(np.broadcast_to(1.02 ** np.array([-1, 0, 1])[:, None], (5, 3, 1)))


def test_sick_members_raise_score_and_cost_together():
    experience = simulate(cohort(20), draws=4_000, seed=15)
    score = experience["risk_score"].values[:, 1, 0]
    cost = experience["expenditure_usd"].values[:, 1, 0].sum(axis=-1)
    found, error = batches(lambda s, c: float(np.corrcoef(s, c)[0, 1]), score, cost)
    assert abs(found - np.sqrt(R_SQUARED)) < BOUND * error
