"""Rate book: published rates, grown and risk adjusted."""

import numpy as np

from vbcsim.contract.book import Book
from vbcsim.contract.lines.rate_book import RateBook


def test_each_stratum_has_its_rate_for_its_people_and_risk(toy):
    book = Book.from_experience(toy.ds)
    line = RateBook(per_capita_usd={"aged": 10_000.0, "disabled": 14_000.0}).make(book)
    ds = toy.ds.sel(year=[2023, 2024])
    by_hand = (
        10_000.0 * ds["person_years"].sel(stratum="aged") * ds["risk_score"].sel(stratum="aged")
        + 14_000.0 * ds["person_years"].sel(stratum="disabled") * ds["risk_score"].sel(stratum="disabled")
    ) * ds["regional_index"]
    np.testing.assert_allclose(line, by_hand.transpose("draw", "year"))


def test_one_rate_for_all_without_risk(toy):
    book = Book.from_experience(toy.ds)
    line = RateBook(per_capita_usd=10_000.0, risk_adjusted=False, growth="prospective_index").make(book)
    np.testing.assert_allclose(line, 10_000.0 * 68.0 * book["prospective_index"])
