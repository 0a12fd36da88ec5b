"""Benchmark adjustment: the larger of several or their sum, within bounds."""

import numpy as np
import pytest

from vbcsim.contract.book import Book
from vbcsim.contract.lines.benchmark_adjustment import BenchmarkAdjustment

BOOK = Book.from_lines({"regional": [[-0.01], [0.03], [0.09]], "prior": 0.04}, [2024])


@pytest.mark.parametrize(
    ("body", "rates"),
    [
        ({"how": "larger"}, [0.02, 0.03, 0.09]),
        ({"how": "larger", "cap": 0.05}, [0.02, 0.03, 0.05]),
        ({"how": "sum"}, [0.01, 0.05, 0.11]),
        ({"how": "sum", "equity": 0.005, "cap": 0.05}, [0.015, 0.05, 0.05]),
        ({"how": "sum", "prior_savings": -0.5, "floor": None}, [-0.01, 0.03, 0.09]),
        ({"how": "sum", "prior_savings": -0.5}, [0.0, 0.03, 0.09]),
    ],
)
def test_adjustments_are_brought_together(body, rates):
    maker = BenchmarkAdjustment(**{"regional": "regional", "prior_savings": "prior", **body})
    np.testing.assert_allclose(maker.make(BOOK)[:, 0], rates)


def test_prior_savings_count_at_half():
    assert BenchmarkAdjustment(prior_savings=0.03).make(BOOK).tolist() == [[0.015]]
