"""What a design compares with a target, and what it pays had cost come out otherwise."""

from __future__ import annotations

import numpy as np

from vbcsim.contract.book import Book
from vbcsim.contract.measured import measured_parts
from vbcsim.contract.read import read_arrangement
from vbcsim.contract.settle import SettledPart, settle_amounts

YEARS = (2023, 2024)
LINES = {
    "benchmark": [[1000.0, 1000.0]],
    "expenditure": [[900.0, 980.0], [1100.0, 950.0]],
    "lives": 8000.0,
    "cost_of_drugs": 50.0,
}
SCALE = {"by": "lives", "bands": [{"from": 0, "value": 0.05}, {"from": 10000, "value": 0.01}]}
TAKE = {"difference": {"of": "benchmark", "less": "expenditure"}}


def of(*provisions, party="provider"):
    arrangement = read_arrangement({"provisions": list(provisions)}, "d")
    return measured_parts([SettledPart("", Book.from_lines(LINES, YEARS), arrangement)], party)


def sharing(*terms, **more):
    return {"name": "s", "payer": "payer", "payee": "provider", "terms": [*terms]} | more


def test_the_book_itself_pays_what_it_settles():
    (part,) = of(sharing(TAKE, {"minimum_rate": {"savings": SCALE}}, {"share": {"savings": 0.5, "losses": 0.5}}))
    assert part.costs == ("expenditure",)
    assert part.lives == 8000.0
    np.testing.assert_array_equal(part.target_usd, [np.full((2, 2), 1000.0)])
    settled = settle_amounts(part.part.book, part.part.arrangement)["s"].sum(axis=1)
    np.testing.assert_array_equal(part.paid(part.cost_usd), settled)
    np.testing.assert_array_equal(settled, [50.0, -25.0])


def test_lower_cost_and_more_lives_pay_more():
    (part,) = of(sharing(TAKE, {"minimum_rate": {"savings": SCALE}}, {"share": {"savings": 0.5, "losses": 0}}))
    np.testing.assert_array_equal(part.paid(part.cost_usd), [50.0, 25.0])
    np.testing.assert_array_equal(
        part.paid(part.cost_usd, size=2.0), [60.0, 25.0]
    )  # 2% of 2024 is above the minimum now
    np.testing.assert_allclose(part.paid(0.9 * part.cost_usd), [0.5 * (190 + 118), 0.5 * 145])
    np.testing.assert_allclose(part.paid(part.cost_usd, 1.1 * part.target_usd), [0.5 * (200 + 120), 0.5 * 150])


def test_a_provision_paid_the_other_way_counts_against_the_party():
    owed = sharing({"difference": {"of": "expenditure", "less": "benchmark"}}, payer="provider", payee="payer")
    (part,) = of(owed)
    assert (part.costs, part.signs) == (("expenditure",), {"s": -1.0})
    np.testing.assert_array_equal(part.paid(part.cost_usd), [120.0, -50.0])
    (payer,) = of(owed, party="payer")
    np.testing.assert_array_equal(payer.paid(payer.cost_usd), [-120.0, 50.0])


def test_a_cost_that_is_compared_twice_counts_once_and_fees_are_no_reward():
    fee = sharing({"fixed": {"usd": 5}}, name="fee")
    two = sharing(TAKE, name="t")
    take = {"difference": {"of": "benchmark", "less": ["expenditure", "fee", "cost_of_drugs"]}}
    (part,) = of(fee, sharing(take), two)
    assert part.costs == ("expenditure", "cost_of_drugs")
    assert set(part.signs) == {"s", "t"}
    assert of(fee) == ()
    assert of(two, party="reinsurer") == ()
