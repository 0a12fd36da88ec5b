"""Recoup: advances paid back out of later earnings, year by year."""

from vbcsim.contract.terms.recoup import Recoup

YEARS = (2024, 2025, 2026, 2027)


def test_the_balance_is_carried_until_it_is_paid(after):
    term = Recoup(of="earned", advanced={2024: 100.0, 2025: 0.0})
    earned = [[30.0, -50.0, 60.0, 40.0], [500.0, 1.0, 1.0, 1.0]]
    assert after(term, [[0.0] * 4] * 2, years=YEARS, earned=earned) == [[30.0, 0.0, 60.0, 10.0], [100.0, 0.0, 0.0, 0.0]]


def test_later_advances_join_the_balance(after):
    term = Recoup(of="earned", advanced="advances")
    paid = after(term, [[0.0] * 4], years=YEARS, earned=[[10.0, 10.0, 10.0, 10.0]], advances=[[5.0, 20.0, 0.0, 0.0]])
    assert paid == [[5.0, 10.0, 10.0, 0.0]]


def test_no_more_is_recouped_than_was_advanced(after):
    term = Recoup(of="earned", advanced={2024: 10.0, 2025: 0.0})
    assert sum(after(term, [[0.0] * 4], years=YEARS, earned=[[9.0, 9.0, 9.0, 9.0]])[0]) == 10.0
