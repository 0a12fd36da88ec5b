"""Trend guarantee: the market's growth less promised points, year by year."""

import numpy as np

from vbcsim.contract.book import Book
from vbcsim.contract.lines.trend_guarantee import TrendGuarantee


def test_promised_points_come_off_each_years_growth():
    index = [[1.05, 1.05 * 1.04, 1.05 * 1.04 * 1.06]]
    book = Book.from_lines({"regional_index": index}, [2021, 2022, 2023])
    line = TrendGuarantee(guarantee={2021: 0.0, 2022: 0.02}).make(book)
    np.testing.assert_allclose(line, [[1.05, 1.05 * 1.02, 1.05 * 1.02 * 1.04]])


def test_two_points_a_year_are_about_a_tenth_after_five():
    index = [[1.05**year for year in range(1, 6)]]
    book = Book.from_lines({"regional_index": index}, range(2021, 2026))
    line = TrendGuarantee(guarantee=0.02).make(book)
    np.testing.assert_allclose(line[0, -1] / index[0][-1], (1.03 / 1.05) ** 5)
    assert round(1.0 - line[0, -1] / index[0][-1], 3) == 0.092
