"""Aggregate stop-loss: above a corridor over expected cost, after specific recoveries."""

import pytest

from vbcsim.contract.terms.aggregate_stop_loss import AggregateStopLoss


def test_cost_beyond_the_attachment_is_recovered(after):
    term = AggregateStopLoss(expected="expected", attachment=1.25)
    assert after(term, [0.0, 0.0], expenditure=[1300.0, 1250.0], expected=[1000.0, 1000.0]) == [50.0, 0.0]


def test_specific_recoveries_come_off_first_and_the_rest_is_shared_within_a_limit_for_a_charge(after):
    term = AggregateStopLoss(
        less=("specific",), expected="expected", attachment=1.1, coinsurance=0.8, limit=0.2, charge_pmpm=1.0
    )
    paid = after(
        term,
        [0.0, 0.0],
        expenditure=[1300.0, 1600.0],
        specific=[100.0, 100.0],
        expected=[1000.0, 1000.0],
        member_months=[10.0, 10.0],
    )
    assert paid == pytest.approx([0.8 * 100.0 - 10.0, 0.8 * 200.0 - 10.0])


def test_without_a_charge_no_months_are_needed():
    assert AggregateStopLoss().lines() == ("expenditure", "benchmark")
    assert AggregateStopLoss(charge_pmpm=1.0).lines() == ("expenditure", "benchmark", "member_months")
