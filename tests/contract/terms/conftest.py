"""A term applied to amounts beside the lines of a small book."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from vbcsim.contract.book import Book
from vbcsim.contract.term import Term


def _after(term: Term, amounts: Any, years: tuple[int, ...] = (2023,), **lines: Any) -> list[float] | Any:
    """The amounts after the term; one amount a draw, or rows of years."""
    before = np.asarray(amounts, dtype=np.float64)
    rows = before.reshape(-1, len(years))
    one_year = {name: np.reshape(line, (-1, len(years))) for name, line in lines.items()}
    book = Book.from_lines({"draws": np.zeros(rows.shape), **one_year}, years)
    after = np.broadcast_to(term.apply(rows, book), rows.shape)
    return after.reshape(before.shape).tolist()


@pytest.fixture(scope="session")
def after() -> Callable[..., Any]:
    """The amounts after a term."""
    return _after
