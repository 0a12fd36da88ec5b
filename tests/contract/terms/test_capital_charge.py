"""Capital charge: cost of capital on risk-based capital after covariance."""

import pytest

from vbcsim.contract.terms.capital_charge import CapitalCharge


def test_risks_add_as_squares_with_the_operational_load(after):
    term = CapitalCharge(rate=0.09, h0_usd=100.0, h1_usd=500.0, h3_usd=300.0, h4_usd=0.0, level=2.0, cost_rate=0.08)
    capital = 1.03 * (100.0 + (500.0**2 + (0.09 * 10_000.0) ** 2 + 300.0**2) ** 0.5)
    assert after(term, [0.0], expenditure=[10_000.0]) == pytest.approx([0.08 * 2.0 * capital])


def test_underwriting_risk_alone_is_proportional_to_cost(after):
    term = CapitalCharge(rate=0.1, cost_rate=0.1)
    assert after(term, [0.0, 1.0], expenditure=[1000.0, 2000.0]) == pytest.approx([10.3, 21.6])
