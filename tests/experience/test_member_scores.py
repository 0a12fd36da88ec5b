"""Members' risk scores in the experience: the stated spread and R^2 in every year, also the first."""

from __future__ import annotations

import numpy as np
import pytest

from tests.cohorts import assumptions, cells, cohort_of, service
from vbcsim.experience.simulate import simulate

MEMBERS, DRAWS = 40, 6000
SICK = service(overdispersion=2.2, shared_weight=0.9, persistence=0.5, utilization_per_1000=4000)


@pytest.mark.parametrize("timing", ["prospective", "concurrent"])
def test_every_year_has_the_stated_spread_and_r_squared(timing):
    """The R^2 of group means of independent members is that of members."""
    score = {"coding_growth": 0.0, "sd": 0.9, "r_squared": 0.15, "timing": timing}
    told = assumptions([SICK], shared_frailty={"variance": 2.0, "persistence": 0.7}, risk_score=score)
    ds = cohort_of(told, cells(MEMBERS), base=(2020,), performance=(2021, 2022))
    found = simulate(ds, draws=DRAWS, seed=8)
    scores = found["risk_score"].values[:, :, 0]
    usd = found["expenditure_usd"].sum("category").values[:, :, 0]
    assert scores.mean(axis=0) == pytest.approx(np.ones(3), abs=5 * 0.9 / np.sqrt(MEMBERS * DRAWS))
    assert scores.std(axis=0) == pytest.approx(np.full(3, 0.9 / np.sqrt(MEMBERS)), rel=0.05)
    r_squared = [np.corrcoef(scores[:, y], usd[:, y])[0, 1] ** 2 for y in range(3)]
    # Standard error of a squared correlation: 2 r (1 - r^2) / sqrt(draws).
    error = 2 * np.sqrt(0.15) * 0.85 / np.sqrt(DRAWS)
    assert r_squared == pytest.approx([0.15] * 3, abs=4.5 * error)
