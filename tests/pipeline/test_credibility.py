"""The designs of a finished run in the world without a true saving."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from vbcsim.outcomes.credibility import CONTRACT, Asked
from vbcsim.pipeline import load_scenario
from vbcsim.pipeline.credibility import credibility, world_in, world_of

OWN = Asked(lives=(), savings=(0.0, 0.02))


@pytest.fixture(scope="module")
def own(small_run):
    return credibility(world_in(small_run), OWN)


def test_a_run_in_which_nobody_does_anything_is_that_world(small_run, own):
    """Without an improvement and interventions the run itself is the world: its own figures come back."""
    assert world_in(small_run).case == "base"
    assert own.attrs["case"] == "base"
    settled = small_run.settlement
    net = settled["net_usd"].sel(party="provider").sum("year")
    at = own.sel(noise="all", size="own", saving=0.0)
    np.testing.assert_allclose(at["p_reward"], (net > 0.005).mean("draw"), rtol=0, atol=1e-12)
    np.testing.assert_allclose(at["reward_usd"], net.mean("draw"), rtol=1e-9)
    measured = 1.0 - settled["settled_expenditure_usd"].sum("year") / settled["benchmark_usd"].sum("year")
    np.testing.assert_allclose(own["savings_rate_bias"].sel(period=CONTRACT), measured.mean("draw"), rtol=1e-9)


def test_a_true_saving_is_rewarded_more_often(own):
    chance = own["p_reward"].sel(size="own")
    assert (chance.sel(saving=0.02) > chance.sel(saving=0.0)).all()


def test_a_run_that_does_something_has_no_such_case(small_run):
    busy = load_scenario_with_improvement()
    world = world_of(busy, draws=200)
    assert world.case == ""
    assert float(abs(world.cohort["expected_group_effect"] - 1.0).max()) == 0.0
    base = small_run.cases["base"]
    moved = base.cohort.assign(expected_group_effect=base.cohort["expected_group_effect"] * 0.99)
    changed = replace(base, cohort=moved)
    assert world_in(replace(small_run, cases={"base": changed})) is None


def load_scenario_with_improvement():
    from tests.conftest import REPOSITORY

    few = [f"cohort.cells[{k}].members=50" for k in range(4)]
    return load_scenario(
        REPOSITORY / "scenarios" / "mssp_aco.yaml", ["assumptions.provider_group.improvement_rate=1%", *few]
    )
