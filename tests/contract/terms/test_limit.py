"""Limit: a share of a line or dollars, the lesser of several, one side or both."""

import pytest
from pydantic import ValidationError

from vbcsim.contract.terms.limit import Limit


def limit(**body):
    return Limit.model_validate(body)


def test_a_payment_limit_is_a_share_of_the_benchmark(after):
    term = limit(savings={"share": 0.1, "of": "benchmark"})
    assert after(term, [120.0, 90.0, -500.0], benchmark=[1000.0] * 3) == [100.0, 90.0, -500.0]


def test_a_loss_limit_is_the_lesser_of_revenue_and_benchmark(after):
    term = limit(losses=[{"share": 0.08, "of": "revenue"}, {"share": 0.04, "of": "benchmark"}])
    owed = after(term, [-100.0, -100.0, -10.0], benchmark=[1000.0] * 3, revenue=[300.0, 900.0, 300.0])
    assert owed == [-24.0, -40.0, -10.0]


def test_or_the_greater_where_the_contract_says_so(after):
    term = limit(losses=[{"share": 0.08, "of": "revenue"}, {"usd": 30}], combine="greater")
    assert after(term, [-100.0, -100.0], revenue=[300.0, 900.0]) == [-30.0, -72.0]


def test_dollars_bound_either_side(after):
    assert after(limit(savings={"usd": 5}, losses={"usd": 3}), [9.0, -9.0]) == [5.0, -3.0]


def test_a_limit_of_nothing_is_refused():
    with pytest.raises(ValidationError, match="needs savings, losses, or both"):
        limit()


def test_a_cap_is_a_share_of_a_line_or_dollars():
    for cap in ({"share": 0.1}, {"of": "benchmark"}, {"share": 0.1, "of": "benchmark", "usd": 5}, {}):
        with pytest.raises(ValidationError, match="an amount here is either"):
            limit(savings=cap)


def test_it_says_which_caps_count():
    term = limit(losses=[{"share": 0.08, "of": "revenue"}, {"share": 0.04, "of": "benchmark"}])
    assert term.sentence() == "Limit losses to the lesser of 8% of the revenue and 4% of the benchmark."
