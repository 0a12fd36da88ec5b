"""Rebased benchmark: each period stands on its own earlier years."""

import numpy as np
import pytest
from pydantic import ValidationError

from vbcsim.contract.book import Book
from vbcsim.contract.lines.historical import Historical
from vbcsim.contract.lines.rebased import Rebased

PLAIN = {"trend": {"national": 1.0}, "update": {"national": 1.0}}
FIRST = {**PLAIN, "weights": (0.1, 0.3, 0.6)}
SECOND = {**PLAIN, "weights": (0.5, 0.5), "base_years": (2022, 2023)}


def test_each_year_has_the_benchmark_of_its_period(toy):
    book = Book.from_experience(toy.ds)
    line = Rebased(periods={2023: FIRST, 2024: SECOND}).make(book)
    np.testing.assert_array_equal(line[:, 0], Historical(**FIRST).make(book)[:, 0])
    np.testing.assert_array_equal(line[:, 1], Historical(**SECOND).make(book)[:, 1])
    assert not np.allclose(line[:, 1], Historical(**FIRST).make(book)[:, 1])


def test_savings_of_one_period_lower_the_benchmark_of_the_next(toy):
    cheaper = toy.ds.copy(deep=True)
    cheaper["expenditure_usd"].loc[{"year": 2023}] *= 0.9
    maker = Rebased(periods={2023: FIRST, 2024: SECOND})
    before, after = (maker.make(Book.from_experience(ds)) for ds in (toy.ds, cheaper))
    np.testing.assert_array_equal(after[:, 0], before[:, 0])
    assert (after[:, 1] < before[:, 1]).all()


def test_a_line_of_growth_is_taken_from_the_last_base_year(toy):
    book = Book.from_experience(toy.ds)
    by_blend = Historical(**{**SECOND, "risk_adjusted": False}).make(book)
    by_line = Historical(**{**SECOND, "risk_adjusted": False, "update": "national_index"}).make(book)
    np.testing.assert_allclose(by_line[:, 1], by_blend[:, 1], rtol=1e-12)


@pytest.mark.parametrize(
    ("periods", "message"),
    [
        ({2023: FIRST, 2024: {**SECOND, "base_years": (2023, 2024)}}, "stands on 2024, which it has not seen"),
        ({2023: FIRST, 2024: FIRST}, "needs its own base_years"),
        ({2023: {**SECOND, "base_years": (2020, 2021, 2022)}}, "2 weights for 3 base years"),
    ],
)
def test_periods_look_back_only(periods, message):
    with pytest.raises(ValidationError, match=message):
        Rebased(periods=periods)


def test_the_lowest_threshold_of_any_period_is_asked_of_the_claimant_list():
    cut = {"threshold_usd": 100_000.0, "year": 2022, "growth": 0.1}
    maker = Rebased(periods={2023: {**FIRST, "truncation": cut}, 2024: {**SECOND, "truncation": cut}})
    lowest = maker.lowest_thresholds_usd((2023, 2024), (2020, 2021, 2022))
    assert lowest == pytest.approx({"*": 100_000.0 / 1.1**2})
