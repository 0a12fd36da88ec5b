"""The book: the lines of an experience or of a table, derived lines made once, values read."""

from __future__ import annotations

import numpy as np
import pytest

from vbcsim.contract.book import Book, experience_lines
from vbcsim.contract.lines.combine import Combine
from vbcsim.contract.lines.constant import Constant
from vbcsim.contract.lines.truncated import Truncated
from vbcsim.contract.value import OneLess, Table
from vbcsim.core.errors import BadInput


def test_lines_of_an_experience_are_those_of_performance_years(toy):
    book = Book.from_experience(toy.ds)
    assert book.years == (2023, 2024)
    performance = toy.ds.sel(year=[2023, 2024])
    np.testing.assert_allclose(book["expenditure"], performance["expenditure_usd"].sum(("stratum", "category")))
    np.testing.assert_allclose(
        book["expenditure_inpatient"], performance["expenditure_usd"].sel(category="inpatient").sum("stratum")
    )
    np.testing.assert_allclose(
        book["utilization_professional"], performance["utilization"].sel(category="professional").sum("stratum")
    )
    np.testing.assert_array_equal(book["lives"], [[80.0, 80.0]])
    np.testing.assert_allclose(book["person_years"], [[68.0, 68.0]])
    np.testing.assert_allclose(book["member_months"], [[816.0, 816.0]])
    np.testing.assert_array_equal(book["revenue"], performance["provider_revenue_usd"])
    np.testing.assert_array_equal(book["prospective_index"], performance["prospective_index"].values[np.newaxis])
    weights = np.array([36.0, 32.0])
    by_hand = (performance["risk_score"].values * weights).sum(axis=-1) / 68.0
    np.testing.assert_allclose(book["risk_score"], by_hand)


def test_an_experience_gives_the_lines_that_are_promised_before_it_is_simulated(toy):
    promised = experience_lines(["inpatient", "professional"])
    assert promised == set(Book.from_experience(toy.ds))


def test_an_unknown_line_is_answered_with_the_nearest(toy):
    with pytest.raises(BadInput, match='no such line; did you mean "expenditure"'):
        Book.from_experience(toy.ds)["expenditures"]


def test_a_given_line_stands_before_a_maker_and_a_maker_before_claims(toy):
    made = {"expenditure": Constant(usd=7.0), "benchmark": Constant(usd=9.0)}
    table = Book.from_lines({"expenditure": [[5.0]]}, [2023]).declare(made)
    assert table["expenditure"].tolist() == [[5.0]]
    assert table["benchmark"].tolist() == [[9.0]]
    claims = Book.from_experience(toy.ds).declare(made)
    assert claims["expenditure"].tolist() == [[7.0, 7.0]]


def test_a_maker_of_a_line_may_read_the_line_of_claims_that_it_stands_before(toy):
    book = Book.from_experience(toy.ds)
    doubled = book.declare({"expenditure": Combine(how="product", of=("expenditure", 2.0))})
    np.testing.assert_allclose(doubled["expenditure"], 2.0 * book["expenditure"])


def test_lines_that_make_one_another_are_refused():
    book = Book.from_lines({"lives": 5000.0}, [2023])
    ring = book.declare({"a": Combine(how="sum", of=("b",)), "b": Combine(how="sum", of=("a",))})
    with pytest.raises(BadInput, match="no such line"):
        ring["a"]


def test_equal_makers_of_different_designs_share_one_array(toy):
    book = Book.from_experience(toy.ds)
    first = book.declare({"expenditure": Truncated(threshold_usd=30_000.0)})
    second = book.declare({"expenditure": Truncated(threshold_usd=30_000.0), "other": Constant(value=1.0)})
    third = book.declare({"expenditure": Truncated(threshold_usd=40_000.0)})
    assert first["expenditure"] is second["expenditure"]
    assert not np.array_equal(first["expenditure"], third["expenditure"])


def test_a_line_made_from_a_provision_is_not_shared_between_designs():
    book = Book.from_lines({"lives": 5000.0}, [2023])
    made = {"fees": Combine(how="sum", of=("care_fee", 1.0))}
    cheap = book.declare(made).with_lines({"care_fee": np.array([[10.0]])})
    dear = book.declare(made).with_lines({"care_fee": np.array([[20.0]])})
    assert (cheap["fees"].item(), dear["fees"].item()) == (11.0, 21.0)


def test_lines_cannot_be_written_into(toy):
    line = Book.from_experience(toy.ds)["revenue"]
    with pytest.raises(ValueError, match="read-only"):
        line[0, 0] = 0.0


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ({"a": [[1.0, 2.0, 3.0]]}, "give a number, 2 years, or rows of 2 years"),
        ({"a": [[1.0, np.nan]]}, "holds nan, which is no amount"),
        ({"a": [[1.0, np.inf]]}, "holds inf"),
        ({"a": [[1.0, 2.0]] * 3, "b": [[1.0, 2.0]] * 2}, "2 rows where other lines have 3"),
    ],
)
def test_a_table_that_does_not_fit_is_refused(lines, message):
    with pytest.raises(BadInput, match=message):
        Book.from_lines(lines, [2022, 2023])


def test_a_value_by_year_is_in_force_from_its_year_on():
    book = Book.from_lines({"lives": 1.0}, [2018, 2019, 2020, 2021])
    assert book.value({2012: 0.02, 2019: 0.0, 2021: 0.02}).tolist() == [0.02, 0.0, 0.0, 0.02]
    with pytest.raises(BadInput, match="no value in force in 2018: the first is dated 2019"):
        book.value({2019: 0.0})


def test_a_table_is_linear_within_a_band_and_held_between_bands():
    bands = [
        {"from": 5000, "to": 5999, "value": [0.039, 0.036]},
        {"from": 6000, "to": 6999, "value": [0.036, 0.034]},
        {"from": 7000, "value": 0.02},
        {"from": 8000, "value": "elected"},
    ]
    table = Table.model_validate({"by": "lives", "bands": bands})
    lives = [[400.0], [5000.0], [5333.0], [5999.0], [5999.5], [6000.0], [6999.0], [7500.0], [9000.0]]
    book = Book.from_lines({"lives": lives, "elected": 0.01}, [2015])
    rate = np.broadcast_to(book.value(table), (9, 1))[:, 0]
    expected = [0.039, 0.039, 0.039 - 0.003 * 333 / 999, 0.036, 0.036, 0.036, 0.034, 0.02, 0.01]
    np.testing.assert_allclose(rate, expected, rtol=0, atol=1e-15)


def test_one_less_a_rate_is_clipped():
    value = OneLess(one_less=0.75, times=("quality_score", "met"), floor=0.4, cap=0.75)
    book = Book.from_lines({"quality_score": [[0.9], [0.6], [0.1], [0.9]], "met": [[1.0], [1.0], [1.0], [0.0]]}, [2023])
    np.testing.assert_allclose(book.value(value)[:, 0], [0.4, 0.55, 0.75, 0.75])
