"""Prorate: the part of the year in force."""

from vbcsim.contract.terms.prorate import Prorate


def test_half_a_year_is_half_the_amount(after):
    assert after(Prorate(part={2019: 0.5, 2020: 1.0}), [[10.0, 10.0], [-4.0, -4.0]], years=(2019, 2020)) == [
        [5.0, 10.0],
        [-2.0, -4.0],
    ]
