"""Which assumption matters: tenths of drawn values, and plain numbers moved on the same random numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import vbcsim
from vbcsim.core.errors import BadInput
from vbcsim.negotiate.assumptions import End, by_tenths, drawn_values, ends_of, moved, read_move
from vbcsim.negotiate.goal import read_figure

MEAN = read_figure("provider.mean")
IMPROVEMENT = "assumptions.provider_group.improvement_rate"


def test_the_tenths_of_a_normal_assumption_are_as_far_apart_as_theory_says():
    """E[x | x in the highest tenth] of a standard normal is 1.7550."""
    rng = np.random.default_rng(5)
    values = {"strong": rng.normal(size=20_000), "weak": rng.normal(size=20_000)}
    net = 1000.0 * values["strong"] + 10.0 * values["weak"] + rng.normal(scale=500.0, size=20_000)
    strong, weak = by_tenths(values, {"provider": net}, MEAN)
    assert (strong.name, weak.name) == ("strong", "weak")
    assert strong.high == pytest.approx(1.755, abs=0.03)
    assert strong.draws == 2000
    error = float(strong.difference.mcse)
    assert float(strong.difference.value) == pytest.approx(2 * 1755.0, abs=4.0 * error)
    assert error == pytest.approx(np.sqrt(float(strong.at_low.mcse) ** 2 + float(strong.at_high.mcse) ** 2))
    assert strong.is_firm
    assert not weak.is_firm


def test_too_few_draws_for_tenths_are_refused():
    with pytest.raises(BadInput, match="too few"):
        by_tenths({"x": np.arange(50.0)}, {"provider": np.arange(50.0)}, MEAN)


@dataclass
class Few:
    """A scenario's cohort with an experience of some draws."""

    scenario: Any
    cohort: Any
    experience: Any


def test_drawn_values_are_those_that_the_run_was_simulated_with(small_run):
    """An uncertain improvement moves the group's effect; its drawn value is told for every draw."""
    draws = 40
    spread = {"provider_group": {"improvement_rate": {"normal": [0.02, 0.01]}}}
    assumed = small_run.scenario.assumptions
    group = type(assumed.provider_group).model_validate(assumed.provider_group.model_dump() | spread["provider_group"])
    scenario = small_run.scenario.model_copy(
        update={"assumptions": assumed.model_copy(update={"provider_group": group})}
    )
    cohort = vbcsim.build_cohort(scenario)
    experience = vbcsim.simulate(cohort, draws=draws, seed=3)
    values = drawn_values(Few(scenario, cohort, experience))
    assert set(values) == {IMPROVEMENT}
    assert np.corrcoef(values[IMPROVEMENT], experience["uncertain_value"].values[:, 0])[0, 1] == pytest.approx(1.0)
    assert values[IMPROVEMENT].std() == pytest.approx(0.01, rel=0.4)


def test_interventions_are_told_by_the_strength_that_was_drawn(repository):
    scenario = vbcsim.load_scenario(repository / "scenarios" / "commercial_shared_savings.yaml")
    cohort = vbcsim.build_cohort(scenario)
    nothing = cohort.drop_vars(list(cohort.data_vars)).assign_coords(draw=np.arange(2000)).assign_attrs(seed="1")
    values = drawn_values(Few(scenario, cohort, nothing))
    (name,) = values
    assert name.startswith("interventions.medical_management.use")
    assert values[name].mean() == pytest.approx(-0.016, abs=0.001)
    assert values[name].std() == pytest.approx(0.01, rel=0.1)


def test_a_plain_number_is_moved_on_the_same_random_numbers(small_run):
    move = read_move(f"{IMPROVEMENT}=0,5%")
    ends = [
        End(value, scenario, vbcsim.build_cohort(scenario)) for value, scenario in ends_of(small_run.scenario, move)
    ]
    found = moved(small_run, "basic_e", MEAN, move, ends, draws=60)
    assert (found.low, found.high, found.draws) == (0.0, 0.05, 60)
    # The low end is the run itself: its first draws again.
    net = small_run.settlement["net_usd"].sel(design="basic_e", party="provider").sum("year").values[:60]
    assert float(found.at_low.value) == pytest.approx(net.mean())
    assert float(found.difference.value) > 0.0
    assert found.is_firm
    paired, apart = float(found.difference.mcse), np.hypot(float(found.at_low.mcse), float(found.at_high.mcse))
    assert paired < 0.8 * apart


def test_factors_are_of_the_present_value(small_run):
    path = "assumptions.market_trend.national_shock_sd"
    (low, lower), (high, _) = ends_of(small_run.scenario, read_move(f"{path}=x0.5,x2"))
    assert (low, high) == pytest.approx((0.00875, 0.035))
    assert lower.assumptions.market_trend.national_shock_sd == pytest.approx(0.00875)
    assert lower.cases == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("assumptions.quality.mean", "write PATH=LOW,HIGH"),
        ("assumptions.quality.mean=0.7", "write PATH=LOW,HIGH"),
        ("assumptions.quality.mean=x0.7,0.8", "write both alike"),
        ("assumptions.quality.men=0.7,0.8", "did you mean"),
        ("assumptions.quality.mean=low,0.8", "is no amount"),
        ("assumptions.quality.mean=0.7,1.8", "at most 1"),
        (f"{IMPROVEMENT}=x0.9,x1.1", "which no factor moves"),
        ("assumptions.quality=x0.9,x1.1", "which no factor moves"),
        ("designs.basic_e.track=1,2", "the same in every case"),
    ],
)
def test_bad_moves_are_told(small_run, text, said):
    with pytest.raises(BadInput, match=said):
        ends_of(small_run.scenario, read_move(text))
