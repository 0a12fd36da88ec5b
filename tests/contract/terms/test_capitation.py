"""Capitation: paid in advance, net of carve-outs and of the claims it replaces."""

import pytest
from pydantic import ValidationError

from vbcsim.contract.terms.capitation import Capitation


def test_a_rate_a_month_net_of_the_claims_it_replaces(after):
    term = Capitation(rate_pmpm=30.0, claims="expenditure_primary")
    assert after(term, [0.0], member_months=[100.0], expenditure_primary=[2500.0]) == [500.0]


def test_a_share_of_premium_net_of_carve_outs_and_claims(after):
    term = Capitation(rate=0.87, carve_outs=("transplants",), claims=("expenditure",))
    assert after(term, [0.0], premium=[1000.0], transplants=[20.0], expenditure=[830.0]) == pytest.approx([20.0])


def test_only_the_lines_that_are_needed_are_read():
    assert Capitation(rate=0.87, claims="expenditure").lines() == ("premium", "expenditure")
    assert Capitation(rate_pmpm=30.0).lines() == ("member_months",)
    assert Capitation(rate=0.5, rate_pmpm=1.0, carve_outs="premium").lines() == ("member_months", "premium")


def test_a_capitation_of_nothing_is_refused():
    with pytest.raises(ValidationError, match="needs rate_pmpm, rate"):
        Capitation(claims="expenditure")


def test_it_says_what_is_paid_and_what_is_taken_off():
    assert Capitation(rate=0.87, carve_outs=("transplants",), claims=("expenditure",)).sentence() == (
        "Pay a capitation of 87% of the premium, less transplants carved out, less the claims expenditure that it "
        "replaces."
    )
