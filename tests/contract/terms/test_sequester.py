"""Sequester: a cut of what is paid, by year, never of losses."""

from vbcsim.contract.terms.sequester import Sequester


def test_savings_are_cut_in_the_years_it_is_in_force(after):
    term = Sequester(rate={2012: 0.02, 2019: 0.0, 2021: 0.02})
    years = (2018, 2019, 2021)
    assert after(term, [[100.0, 100.0, 100.0], [-100.0, -100.0, -100.0]], years=years) == [
        [98.0, 100.0, 98.0],
        [-100.0, -100.0, -100.0],
    ]


def test_a_contract_may_cut_both_sides(after):
    assert after(Sequester(rate=0.02, side="both"), [100.0, -100.0]) == [98.0, -98.0]
