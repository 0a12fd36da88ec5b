"""Variants: figures are found by name, changed in the contract alone, and settled like a scenario that says so."""

from __future__ import annotations

import numpy as np
import pytest

import vbcsim
from vbcsim.core.errors import BadInput
from vbcsim.negotiate.variants import Variants


@pytest.fixture(scope="module")
def variants(small_run):
    return Variants(small_run, "basic_e")


def test_every_figure_has_its_present_value(variants):
    assert variants.value("shared_savings.share.savings") == 0.5
    assert variants.value("shared_savings.limit#2.losses[1].share") == 0.04
    assert all(np.isfinite(value) for value in variants.figures.values())


def test_no_change_is_the_design_itself(variants, small_run):
    present = variants.value("shared_savings.share.savings")
    nets = variants.nets([{}, {"shared_savings.share.savings": present}])
    for party, net in nets.items():
        says = small_run.settlement["net_usd"].sel(design="basic_e", party=party).sum("year").values
        np.testing.assert_array_equal(net, [says, says])


def test_an_input_of_the_program_is_changed_as_the_scenario_would(variants, small_run):
    rate = "regional_adjustment"
    assert rate in variants.figures
    nets = variants.nets([{rate: 0.02}])
    raw = dict(small_run.scenario.designs["basic_e"]) | {rate: 0.02}
    scenario = small_run.scenario.model_copy(update={"designs": {"basic_e": raw}})
    says = vbcsim.settle(small_run.experience, scenario)["net_usd"].sum("year")
    np.testing.assert_array_equal(nets["provider"][0], says.sel(design="basic_e", party="provider").values)


def test_parties_sum_to_zero_in_every_variant(variants):
    nets = variants.nets([{"shared_savings.share.savings": share} for share in np.linspace(0, 1, 30)])
    assert np.abs(sum(nets.values())).max() == 0.0
    assert (np.diff(nets["provider"].mean(axis=1)) >= 0).all()


def test_what_is_not_there_and_what_cannot_be_is_told(variants, small_run):
    with pytest.raises(BadInput, match="did you mean"):
        variants.value("shared_savings.share.saving")
    with pytest.raises(BadInput, match=r"share\.savings = 1\.5"):
        variants.nets([{"shared_savings.share.savings": 1.5}])
    with pytest.raises(BadInput, match="did you mean"):
        Variants(small_run, "basic_f")
