"""Discounted line: less a rate."""

import numpy as np

from vbcsim.contract.book import Book
from vbcsim.contract.lines.discounted import Discounted


def test_a_discount_by_year():
    book = Book.from_lines({"benchmark": [[100.0, 200.0]]}, [2024, 2025])
    np.testing.assert_allclose(Discounted(of="benchmark", rate={2023: 0.03, 2025: 0.035}).make(book), [[97.0, 193.0]])
