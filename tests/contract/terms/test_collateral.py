"""Collateral: the cost of keeping security."""

import pytest

from vbcsim.contract.terms.collateral import Collateral


def test_the_cost_follows_the_lesser_of_what_is_asked(after):
    secured = [{"share": 0.01, "of": "benchmark"}, {"share": 0.02, "of": "revenue"}]
    term = Collateral.model_validate({"secured": secured, "cost_rate": 0.03})
    paid = after(term, [0.0, 5.0], benchmark=[1e6, 1e6], revenue=[4e5, 9e5])
    assert paid == pytest.approx([0.03 * 8000.0, 5.0 + 0.03 * 10_000.0])


def test_or_the_greater(after):
    secured = [{"share": 0.01, "of": "benchmark"}, {"share": 0.02, "of": "revenue"}]
    term = Collateral.model_validate({"secured": secured, "cost_rate": 0.5, "combine": "greater"})
    assert after(term, [0.0], benchmark=[1e6], revenue=[4e5]) == [5000.0]
    assert term.sentence() == (
        "Pay 50% a year for security of the greater of 1% of the benchmark and 2% of the revenue."
    )
