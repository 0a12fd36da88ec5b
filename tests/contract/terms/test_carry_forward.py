"""Carry-forward: a deficit set against later savings."""

import pytest

from vbcsim.contract.terms.carry_forward import CarryForward

YEARS = (2024, 2025, 2026)


def test_a_deficit_is_worked_off_before_anything_is_paid(after):
    paid = after(CarryForward(), [[-100.0, 60.0, 70.0], [50.0, -20.0, 10.0]], years=YEARS)
    assert paid == [[0.0, 0.0, 30.0], [50.0, 0.0, 0.0]]


def test_the_deficit_may_bear_interest_or_be_carried_in_part(after):
    assert after(CarryForward(interest=0.1), [[-100.0, 0.0, 150.0]], years=YEARS) == [pytest.approx([0.0, 0.0, 29.0])]
    assert after(CarryForward(carried=0.5), [[-100.0, 80.0, 0.0]], years=YEARS) == [[0.0, 30.0, 0.0]]


def test_what_is_left_is_collected_at_the_end(after):
    term = CarryForward(settle=2026)
    assert after(term, [[-100.0, 60.0, 10.0], [0.0, 0.0, -5.0]], years=YEARS) == [[0.0, 0.0, -30.0], [0.0, 0.0, -5.0]]
    half = CarryForward(settle=2025, collected=0.5)
    assert after(half, [[-100.0, 0.0, 10.0]], years=YEARS) == [[0.0, -50.0, 10.0]]


def test_nothing_carried_is_a_one_sided_contract(after):
    assert after(CarryForward(carried=0.0), [[-100.0, 60.0, -1.0]], years=YEARS) == [[0.0, 60.0, 0.0]]
