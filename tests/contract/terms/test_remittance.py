"""Remittance: the shortfall of a loss ratio, times premium."""

import pytest

from vbcsim.contract.terms.remittance import Remittance


def test_only_a_shortfall_is_given_back(after):
    paid = after(Remittance(floor=0.85), [0.0] * 3, loss_ratio=[0.80, 0.85, 0.95], premium=[1e6] * 3)
    assert paid == pytest.approx([50_000.0, 0.0, 0.0])
