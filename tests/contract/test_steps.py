"""What each clause adds or takes away, in dollars."""

from __future__ import annotations

import numpy as np

from vbcsim.contract.book import Book
from vbcsim.contract.read import read_arrangement
from vbcsim.contract.settle import SettledPart
from vbcsim.contract.steps import settled_provisions

YEARS = (2023, 2024)
LINES = {
    "benchmark": [[1000.0, 1000.0]],
    "expenditure": [[900.0, 980.0], [1100.0, 950.0]],
    "carved_out": 10.0,
    "member_months": 12.0,
}


def settled(raw, lines=LINES):
    return list(settled_provisions([SettledPart("", Book.from_lines(lines, YEARS), read_arrangement(raw, "d"))]))


def shared(*terms, **more):
    return {"name": "shared", "payer": "payer", "payee": "provider", "terms": list(terms)} | more


TAKE = {"difference": {"of": "benchmark", "less": "expenditure"}}


def test_lines_then_clauses_in_order():
    limit = {"limit": {"losses": {"usd": 20}}, "from": 2024}
    raw = {
        "provisions": [shared(TAKE, {"minimum_rate": {"savings": 0.04}}, {"share": {"savings": 0.5, "losses": 0.5}})]
    }
    (found,) = settled(raw)
    assert [(c.kind, c.name) for c in found.changes] == [
        ("line", "benchmark"),
        ("line", "expenditure"),
        ("clause", "minimum_rate"),
        ("clause", "share"),
    ]
    assert found.gross_after == 2
    np.testing.assert_array_equal(found.gross, [[100.0, 20.0], [-100.0, 50.0]])
    np.testing.assert_array_equal(found.changes[2].usd, [[0.0, -20.0], [0.0, 0.0]])
    np.testing.assert_array_equal(found.changes[3].usd, [[-50.0, 0.0], [50.0, -25.0]])
    np.testing.assert_array_equal(found.amount, [[50.0, 0.0], [-50.0, 25.0]])
    (dated,) = settled({"provisions": [shared(TAKE, limit)]})
    assert dated.changes[2].words == "Limit losses to $20. (from 2024)"
    np.testing.assert_array_equal(dated.changes[2].usd, 0.0)


def test_a_difference_acts_only_in_its_years():
    (found,) = settled({"provisions": [shared(TAKE | {"from": 2024})]})
    assert [change.words for change in found.changes] == ["benchmark (from 2024)", "expenditure (from 2024)"]
    np.testing.assert_array_equal(sum(c.usd for c in found.changes), [[0.0, 20.0], [0.0, 50.0]])
    (later,) = settled({"provisions": [shared(TAKE, {"share": {"savings": 0, "losses": 0}, "from": 2030})]})
    assert len(later.changes) == 2


def test_a_further_difference_belongs_to_the_gross_result():
    (found,) = settled({"provisions": [shared(TAKE, {"difference": {"of": "carved_out"}})]})
    assert found.gross_after == 3
    np.testing.assert_array_equal(found.gross, [[110.0, 30.0], [-90.0, 60.0]])


def test_no_gross_result_without_a_target_and_a_cost():
    raw = {
        "provisions": [
            shared({"per_member_month": {"rate_pmpm": 2}}, {"scale": {"by": 0.5}}),
            shared({"difference": {"of": "benchmark"}}, name="all"),
            shared({"difference": {"of": "benchmark", "less": "carved_out"}}, name="other"),
        ]
    }
    for found in settled(raw):
        assert found.gross_after == 0
        np.testing.assert_array_equal(found.gross, np.zeros((2, 2)))
    fee = settled(raw)[0]
    assert [float(c.usd[0, 0]) for c in fee.changes] == [24.0, -12.0]


def test_a_provision_read_by_another_comes_first():
    take = {"difference": {"of": "benchmark", "less": ["expenditure", "fee"]}}
    raw = {"provisions": [shared(take), shared({"fixed": {"usd": 7}}, name="fee")]}
    fee, savings = settled(raw)
    assert (fee.name, savings.name) == ("fee", "shared")
    np.testing.assert_array_equal(savings.changes[2].usd, np.full((1, 2), -7.0))
