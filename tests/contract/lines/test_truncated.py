"""Truncated expenditure: exact against members one by one."""

import numpy as np
import pytest

from vbcsim.contract.book import Book
from vbcsim.contract.lines.truncated import Truncated
from vbcsim.core.errors import BadInput


def by_hand(toy, thresholds):
    """Each member's cost up to the threshold of the stratum and year, summed (draw, performance year)."""
    cut = np.minimum(toy.member_usd, thresholds[:, :, np.newaxis]).sum(axis=(2, 3))
    return cut[:, 3:]


def test_each_member_counts_up_to_the_threshold_of_the_stratum(toy):
    maker = Truncated(threshold_usd={"aged": 30_000.0, "disabled": 15_000.0}, year=2022, growth=0.04)
    thresholds = 1.04 ** (np.arange(2020, 2025) - 2022.0)[:, np.newaxis] * np.array([30_000.0, 15_000.0])
    line = Book.from_experience(toy.ds).declare({"expenditure": maker})["expenditure"]
    np.testing.assert_allclose(line, by_hand(toy, thresholds), rtol=0, atol=1e-6)


def test_the_reference_year_is_the_last_base_year_where_left_out(toy):
    book = Book.from_experience(toy.ds)
    np.testing.assert_array_equal(
        Truncated(threshold_usd=40_000.0, growth=0.1).make(book),
        Truncated(threshold_usd=40_000.0, growth=0.1, year=2022).make(book),
    )


def test_a_threshold_above_everybody_cuts_nothing(toy):
    book = Book.from_experience(toy.ds)
    np.testing.assert_array_equal(Truncated(threshold_usd=1e9).make(book), book["expenditure"])


def test_a_threshold_below_the_floor_in_a_performance_year_is_refused(toy):
    maker = Truncated(threshold_usd=21_000.0, year=2024, growth=0.06)
    with pytest.raises(BadInput, match=r"\$19,811 for aged is below the large-claimant floor of \$20,000"):
        maker.make(Book.from_experience(toy.ds))
    assert Truncated(threshold_usd=21_000.0, growth=0.06).make(Book.from_experience(toy.ds)).shape == (5, 2)


def test_the_lowest_threshold_is_known_before_anything_is_simulated():
    maker = Truncated(threshold_usd=21_000.0, year=2024, growth=0.05)
    lowest = maker.lowest_thresholds_usd((2023, 2024), (2020, 2021, 2022))
    assert lowest == pytest.approx({"*": 21_000.0 / 1.05})


def test_a_plain_table_of_lines_has_no_members_to_truncate():
    with pytest.raises(BadInput, match="it reads strata and base years, which a table of lines lacks"):
        Truncated(threshold_usd=1e5).make(Book.from_lines({"expenditure": 1.0}, [2023]))
