"""The delete-a-group jackknife: right where a formula is known, and paired where draws are shared."""

from __future__ import annotations

import numpy as np
import pytest

from vbcsim.negotiate.replicates import GROUPS, paired, pseudo_values
from vbcsim.outcomes.distribution import tail_value_at_risk


def means(net):
    return net.mean(axis=-1)


def test_of_a_mean_pseudo_values_are_the_means_of_the_groups():
    net = np.random.default_rng(1).normal(size=(3, 10 * GROUPS))
    found = pseudo_values(means, net)
    groups = np.stack([net[:, k::GROUPS].mean(axis=1) for k in range(GROUPS)])
    np.testing.assert_allclose(found, groups, rtol=1e-9)


def test_the_error_of_a_tail_is_that_of_its_influence_function():
    net = np.random.default_rng(2).normal(size=(1, 20_000))
    value, error = paired(lambda x: tail_value_at_risk(np.sort(x, axis=-1), 0.95).value, net, np.zeros_like(net))
    known = tail_value_at_risk(np.sort(net, axis=-1), 0.95)
    assert value[0] == pytest.approx(known.value[0])
    assert error[0] == pytest.approx(known.mcse[0], rel=0.4)


def test_what_two_contracts_share_cancels():
    net = np.random.default_rng(3).normal(size=(1, 1000))
    value, error = paired(means, net + 5.0, net)
    assert value[0] == pytest.approx(5.0)
    assert error[0] == pytest.approx(0.0, abs=1e-12)


def test_one_draw_tells_no_error():
    value, error = paired(means, np.ones((2, 1)), np.zeros((2, 1)))
    assert list(value) == [1.0, 1.0]
    assert np.isnan(error).all()
