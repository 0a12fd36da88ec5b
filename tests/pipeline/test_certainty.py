"""How sure a figure is: targets are read, draws added as the error asks for, and a running error is that of the run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import vbcsim
from vbcsim.experience.blocks import on_threads
from vbcsim.pipeline import RunningError, further_draws, read_named_figure, read_target
from vbcsim.pipeline.certainty import Sureness, Target

SMALL = Path(__file__).parent.parent / "scenario" / "data" / "small.yaml"


@pytest.fixture(scope="module")
def scenario():
    return vbcsim.load_scenario(SMALL, ["draws=60"])


def test_a_figure_is_of_the_first_design_unless_one_is_named(scenario):
    assert str(read_named_figure(None, scenario)) == "half.provider.mean"
    assert str(read_named_figure("payer.tvar95", scenario)) == "half.payer.tvar95"
    assert str(read_named_figure("nothing.payer.sd", scenario)) == "nothing.payer.sd"
    assert str(read_named_figure("provider.p_loss_over(1.5m)", scenario)) == "half.provider.p_loss_over(1500000)"


@pytest.mark.parametrize(
    ("text", "figure", "target"),
    [
        ("1%", "provider.mean", Target(0.01, True)),
        ("20k", "provider.mean", Target(20_000, False)),
        ("0.5%", "provider.p_loss", Target(0.005, False)),
        ("0.005", "provider.p_loss", Target(0.005, False)),
    ],
)
def test_targets(scenario, text, figure, target):
    assert read_target(text, read_named_figure(figure, scenario)) == target


def test_a_share_is_of_the_standard_deviation():
    found = Sureness(value=3.0, mcse=0.5, sd=40.0, draws=100)
    assert Target(0.0125, True).limit(found) == 0.5
    assert Target(0.0125, True).met(found)
    assert not Target(0.49, False).met(found)


@pytest.mark.parametrize(
    ("mcse", "draws", "most", "expected"),
    [
        (2.0, 1000, 10**6, 4000),  # four times at once, at most
        (1.2, 1000, 10**6, 1500),  # 1.02 x 1,440, to the next hundred
        (1.001, 1000, 10**6, 1100),  # a tenth more, at least
        (2.0, 1000, 1700, 1700),
        (float("nan"), 10, 10**6, 100),
    ],
)
def test_draws_are_added_as_the_error_asks_for(mcse, draws, most, expected):
    assert further_draws(Sureness(0.0, mcse, 1.0, draws), Target(1.0, False), most) == expected


def test_the_running_error_is_that_of_the_run(scenario, monkeypatch):
    monkeypatch.setattr("vbcsim.pipeline.certainty._SHARE_OF_TIME", np.inf)
    error = RunningError(read_named_figure("provider.tvar95", scenario), scenario)
    assert str(error) == ""
    cohort = vbcsim.build_cohort(scenario)
    experience = vbcsim.simulate(
        cohort, draws=60, seed=scenario.seed, engine="members", runner=on_threads(1, 7), finished=error
    )
    whole = error.named.settled(scenario, experience)
    assert error.found is not None
    assert error.found == pytest.approx(whole)
    value = vbcsim.summarize(vbcsim.settle(experience, scenario))["value"]
    assert whole.value == pytest.approx(float(value.sel(design="half", party="provider", statistic="tvar95_usd")))
    assert str(error) == f"half.provider.tvar95 ${whole.value:,.0f} ± {whole.mcse:,.0f}"


def test_the_running_error_takes_little_time(scenario, monkeypatch):
    error = RunningError(read_named_figure(None, scenario), scenario)
    error._spent = 1e9
    vbcsim.simulate(vbcsim.build_cohort(scenario), draws=10, engine="members", finished=error)
    assert error.found is None
    assert sum(part.stop - part.start for part in error.waiting) == 10
