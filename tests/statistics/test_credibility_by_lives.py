"""Other numbers of lives by the law of 1 / lives, against the same cohort simulated with so many members."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from vbcsim.outcomes.credibility import Asked
from vbcsim.outcomes.savings_rate import NOISES
from vbcsim.pipeline import load_scenario
from vbcsim.pipeline.credibility import credibility, world_of

SMALL = Path(__file__).parent.parent / "scenario" / "data" / "small.yaml"
DRAWS = 1000
BENCHMARK = "{historical: {weights: [0.5, 0.5], trend: {national: 1}, update: {national: 1}}}"
TIMES = 5


@pytest.fixture(scope="module")
def judged():
    """The same contract for 250 members and for five times as many, nobody saving anything."""
    found = {}
    for times in (1, TIMES):
        changes = [
            f"cohort.cells[0].members={50 * times}",
            f"cohort.cells[1].members={200 * times}",
            f"designs.half.lines.benchmark={BENCHMARK}",
            "cohort.retention=1",
        ]
        world = world_of(load_scenario(SMALL, changes), draws=DRAWS)
        lives = (250 * TIMES,) if times == 1 else (250,)
        found[times] = credibility(world, Asked(within=0.03, lives=lives, savings=(0.0, 0.04))).sel(design="half")
    return found


def test_the_sizes_are_those_simulated(judged):
    assert judged[1]["size_lives"].values.tolist() == [250, 1250]
    assert judged[TIMES]["size_lives"].values.tolist() == [1250, 250]


def test_members_chance_has_a_variance_in_proportion_to_one_over_lives(judged):
    small, large = (judged[k]["savings_rate_variance"].sel(origin="members").values for k in (1, TIMES))
    errors = [judged[k]["savings_rate_variance_mcse"].sel(origin="members").values for k in (1, TIMES)]
    assert (small > 4 * errors[0]).all()
    np.testing.assert_array_less(np.abs(small / TIMES - large), 4 * np.hypot(errors[0] / TIMES, errors[1]))


def test_what_lasts_is_found_alike_at_both_sizes(judged):
    for origin in ("own", "market"):
        values = [judged[k]["savings_rate_variance"].sel(origin=origin).values for k in (1, TIMES)]
        errors = [judged[k]["savings_rate_variance_mcse"].sel(origin=origin).values for k in (1, TIMES)]
        np.testing.assert_array_less(np.abs(values[0] - values[1]), 4 * np.hypot(*errors))


@pytest.mark.parametrize(("run", "other"), [(1, TIMES), (TIMES, 1)])
def test_chances_at_other_lives_are_those_simulated(judged, run, other):
    """Both ways: from few lives to many and from many to few."""
    size = str(250 * other)
    for noise in NOISES:
        for name, where in (("p_within", {}), ("p_reward", {"saving": 0.0}), ("p_reward", {"saving": 0.04})):
            told, simulated = (judged[k].sel(noise=noise, **where) for k in (run, other))
            told, simulated = told.sel(size=size), simulated.sel(size="own")
            for period in range(3 if name == "p_within" else 1):
                at = {"period": period} if name == "p_within" else {}
                value, wanted = (float(ds[name].isel(at)) for ds in (told, simulated))
                error = float(np.hypot(*(float(ds[f"{name}_mcse"].isel(at)) for ds in (told, simulated))))
                assert abs(value - wanted) < 4 * error, (noise, name, where, period)
