"""Blend: lines by share."""

import numpy as np
import pytest
from pydantic import ValidationError

from vbcsim.contract.book import Book
from vbcsim.contract.lines.blend import Blend

BOOK = Book.from_lines({"own": [[100.0, 100.0]], "regional": [[120.0, 120.0]], "weight": 0.25}, [2023, 2024])


def test_lines_are_weighted_by_their_shares():
    np.testing.assert_allclose(Blend(of={"own": 0.6, "regional": 0.4}).make(BOOK), [[108.0, 108.0]])


def test_a_regional_part_may_be_phased_in():
    maker = Blend(of={"own": {2023: 1.0, 2024: 0.5}, "regional": {2023: 0.0, 2024: 0.5}})
    np.testing.assert_allclose(maker.make(BOOK), [[100.0, 110.0]])


def test_it_reads_what_it_blends_and_the_lines_of_its_shares():
    assert set(Blend(of={"own": "weight", "regional": 0.5}).lines()) == {"own", "regional", "weight"}


def test_shares_that_do_not_sum_to_one_are_refused():
    with pytest.raises(ValidationError, match=r"the shares sum to 0\.9"):
        Blend(of={"own": 0.6, "regional": 0.3})
