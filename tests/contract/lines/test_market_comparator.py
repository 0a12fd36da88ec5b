"""Market comparator: the market without the group's own panel, with sampling error."""

import numpy as np

from vbcsim.contract.book import Book
from vbcsim.contract.lines.market_comparator import MarketComparator


def own_growth(toy):
    per_capita = toy.ds["expenditure_usd"].sum(("stratum", "category")) / toy.ds["person_years"].sum("stratum")
    return (per_capita / per_capita.sel(year=2022)).sel(year=[2023, 2024]).transpose("draw", "year").values


def test_the_own_panel_is_taken_out_of_the_market(toy):
    book = Book.from_experience(toy.ds)
    line = MarketComparator(own_share=0.2).make(book)
    np.testing.assert_allclose(0.8 * line + 0.2 * own_growth(toy), book["regional_index"], rtol=1e-12)


def test_left_in_a_panel_is_measured_partly_against_itself(toy):
    """A saving of the panel moves the whole market by its share, and the comparator without it not at all."""
    book = Book.from_experience(toy.ds)
    cheaper = toy.ds.copy(deep=True)
    cheaper["expenditure_usd"].loc[{"year": 2024}] *= 0.9
    market = 0.2 * own_growth(toy)
    moved = cheaper.assign(regional_index=cheaper["regional_index"].copy())
    saved = 0.2 * 0.1 * own_growth(toy)[:, 1]
    moved["regional_index"].loc[{"year": 2024}] -= saved
    assert market.shape == (5, 2)
    without = MarketComparator(own_share=0.2)
    np.testing.assert_allclose(without.make(Book.from_experience(moved)), without.make(book), rtol=1e-12)
    assert (MarketComparator().make(Book.from_experience(moved))[:, 1] < MarketComparator().make(book)[:, 1]).all()


def test_the_comparator_is_itself_a_sample():
    book = Book.from_lines({"regional_index": [[1.05], [1.05]], "comparator_noise": [[0.98], [1.02]]}, [2023])
    np.testing.assert_allclose(MarketComparator(noise="comparator_noise").make(book), [[1.029], [1.071]])


def test_its_error_is_drawn_with_the_experience_and_scaled_by_the_contract():
    lines = {"regional_index": [[1.05], [1.05]], "comparator_error": [[-1.0], [2.0]]}
    made = MarketComparator(error_sd=0.02).make(Book.from_lines(lines, [2023]))
    np.testing.assert_allclose(made, [[1.05 * 0.98], [1.05 * 1.04]])
    assert "comparator_error" in MarketComparator(error_sd=0.02).lines()
    assert "comparator_error" not in MarketComparator().lines()
