"""Minimum rate: first dollar, excess, asymmetric, the half rate, and amounts exactly at the minimum."""

import numpy as np
import pytest

from vbcsim.contract.terms.minimum_rate import MinimumRate


def test_sharing_is_from_the_first_dollar_once_the_minimum_is_met(after):
    term = MinimumRate(savings=0.02)
    amounts = [30.0, 20.0, 19.99, 0.0, -19.99, -20.0, -30.0]
    assert after(term, amounts, benchmark=[1000.0] * 7) == [30.0, 20.0, 0.0, 0.0, 0.0, -20.0, -30.0]


def test_only_the_excess_is_shared_where_the_contract_says_so(after):
    term = MinimumRate(savings=0.02, losses=0.03, first_dollar=False)
    assert after(term, [50.0, 20.0, 10.0, -29.0, -50.0], benchmark=[1000.0] * 5) == [30.0, 0.0, 0.0, 0.0, -20.0]


def test_savings_and_losses_may_have_their_own_minimum(after):
    term = MinimumRate(savings=0.02, losses=0.0)
    assert after(term, [10.0, -1.0], benchmark=[1000.0] * 2) == [0.0, -1.0]


def test_a_minimum_of_zero_passes_everything(after):
    assert after(MinimumRate(savings=0.0), [1e-9, 0.0, -1e-9], benchmark=[1000.0] * 3) == [1e-9, 0.0, -1e-9]


@pytest.mark.parametrize("rate", [0.005, 0.01, 0.015, 0.02, 0.0251, 0.03617, 0.039])
def test_an_amount_that_meets_the_minimum_but_for_rounding_is_shared(after, rate):
    """Benchmark less 98% of itself is 2% of it on paper, and a last binary place more or less in floating point."""
    benchmark = np.random.default_rng(3).uniform(1e7, 1e9, 2000)
    exact = benchmark - benchmark * (1.0 - rate)
    for sign in (1.0, -1.0):
        for term in (MinimumRate(savings=rate), MinimumRate(savings=rate, losses=rate)):
            np.testing.assert_array_equal(after(term, sign * exact, benchmark=benchmark), sign * exact)
            assert not np.any(after(term, sign * (exact - 0.01), benchmark=benchmark))


def test_half_the_rate_below_the_minimum_for_those_it_is_meant_for(after):
    term = MinimumRate(savings=0.02, below=0.5, below_if=("low_revenue", "large_enough"))
    kept = after(
        term,
        [10.0, 10.0, 10.0, 30.0, -10.0, -30.0],
        benchmark=[1000.0] * 6,
        low_revenue=[1.0, 0.0, 1.0, 1.0, 1.0, 1.0],
        large_enough=[1.0, 1.0, 0.0, 1.0, 1.0, 1.0],
    )
    assert kept == [5.0, 0.0, 0.0, 30.0, 0.0, -30.0]


def test_the_minimum_may_come_from_a_table_by_lives(after):
    bands = [{"from": 5000, "to": 5999, "value": [0.039, 0.036]}, {"from": 6000, "value": 0.02}]
    term = MinimumRate.model_validate({"savings": {"by": "lives", "bands": bands}})
    kept = after(term, [37.0, 37.0, 37.0], benchmark=[1000.0] * 3, lives=[5000.0, 5999.0, 7000.0])
    assert kept == [0.0, 37.0, 37.0]


def test_it_says_when_nothing_is_shared():
    sentence = MinimumRate(savings=0.02, losses=0.03, below=0.5, below_if=("low_revenue",)).sentence()
    assert sentence == (
        "Share nothing of savings below 2% of the benchmark, nor of losses below 3% of the benchmark; larger ones "
        "count from the first dollar. Of smaller savings 50% is kept where low_revenue applies."
    )
