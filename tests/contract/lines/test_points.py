"""Points: measures on their own ladders, brought together."""

import numpy as np

from vbcsim.contract.book import Book
from vbcsim.contract.lines.points import Points

BOOK = Book.from_lines({"screening": [[0.70], [0.85]], "readmission": [[0.16], [0.14]], "survey": 0.5}, [2024])


def test_each_measure_is_scored_between_its_gates_and_weighted():
    measures = [
        {"score": {"by": "screening", "bands": [{"from": 0.6, "to": 0.8, "value": [0.0, 1.0]}]}, "weight": 2},
        {"score": {"by": "readmission", "bands": [{"from": 0.0, "value": 1.0}, {"from": 0.15, "value": 0.0}]}},
        {"score": "survey"},
    ]
    line = Points.model_validate({"measures": measures}).make(BOOK)
    np.testing.assert_allclose(line[:, 0], [(2 * 0.5 + 0.0 + 0.5) / 4, (2 * 1.0 + 1.0 + 0.5) / 4])
