"""Portion: a share of a line."""

import pytest

from vbcsim.contract.terms.portion import Portion


def test_a_withhold_is_a_portion_of_the_benchmark(after):
    assert after(Portion(of="benchmark", rate=0.05), [0.0, 3.0], benchmark=[1000.0, 200.0]) == pytest.approx(
        [50.0, 13.0]
    )


def test_the_rate_may_differ_by_year(after):
    term = Portion(of="premium", rate={2024: 0.02, 2026: 0.05})
    paid = after(term, [[0.0, 0.0, 0.0]], years=(2024, 2025, 2026), premium=[100.0, 100.0, 100.0])
    assert paid == [pytest.approx([2.0, 2.0, 5.0])]
