"""Guarantee: the least that is paid, and its quarrel with a cap below it."""

import pytest
from pydantic import ValidationError

from vbcsim.contract.read import read_arrangement
from vbcsim.contract.terms.guarantee import Guarantee
from vbcsim.core.errors import BadInput


def test_the_payee_receives_at_least_the_guarantee(after):
    assert after(Guarantee(usd=10.0), [5.0, 15.0, -5.0]) == [10.0, 15.0, 10.0]
    assert after(Guarantee(share=0.01, of="revenue"), [0.0], revenue=[500.0]) == [5.0]


def test_a_guarantee_is_a_share_of_a_line_or_dollars():
    with pytest.raises(ValidationError, match="an amount here is either"):
        Guarantee(share=0.1)


def provision(*terms):
    return {"provisions": [{"name": "p", "payer": "payer", "payee": "provider", "terms": list(terms)}]}


@pytest.mark.parametrize(
    ("cap", "least"),
    [
        ({"usd": 5}, {"usd": 10}),
        ({"share": 0.01, "of": "revenue"}, {"share": 0.02, "of": "revenue"}),
        ([{"usd": 50}, {"share": 0.01, "of": "revenue"}], {"share": 0.02, "of": "revenue"}),
    ],
)
def test_a_cap_below_a_guarantee_is_refused(cap, least):
    with pytest.raises(BadInput, match="is below the guarantee of"):
        read_arrangement(provision({"limit": {"savings": cap}}, {"guarantee": least}), "draft")


@pytest.mark.parametrize(
    "terms",
    [
        ({"limit": {"savings": {"usd": 50}}}, {"guarantee": {"usd": 10}}),
        ({"limit": {"savings": {"usd": 5}}}, {"guarantee": {"share": 0.1, "of": "revenue"}}),
        ({"limit": {"savings": {"usd": 5}}, "to": 2024}, {"guarantee": {"usd": 10}, "from": 2025}),
        ({"limit": {"losses": {"usd": 5}}}, {"guarantee": {"usd": 10}}),
    ],
)
def test_a_cap_that_leaves_room_is_not(terms):
    assert read_arrangement(provision(*terms), "draft")
