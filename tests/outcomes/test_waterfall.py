"""The waterfall: every clause in its place, and sums that are exact in every draw."""

from __future__ import annotations

import numpy as np
import pytest

from vbcsim.contract.book import Book
from vbcsim.contract.read import read_arrangement
from vbcsim.contract.settle import SettledPart, settle
from vbcsim.contract.steps import settled_provisions
from vbcsim.core.errors import VbcsimError
from vbcsim.outcomes.waterfall import CHANGES, steps_of, waterfall

YEARS = (2023, 2024, 2025)
DRAWS = 500
TAKE = {"difference": {"of": "benchmark", "less": "expenditure"}}
SHARING = {
    "name": "shared_savings",
    "payer": "payer",
    "payee": "provider",
    "terms": [
        TAKE,
        {"minimum_rate": {"savings": 0.02}},
        {"share": {"savings": 0.5, "losses": 0.4}},
        {"limit": {"savings": {"usd": 30}, "losses": {"usd": 15}}},
    ],
}
FEE = {"name": "fee", "payer": "payer", "payee": "provider", "terms": [{"fixed": {"usd": 5}}, {"scale": {"by": 0.8}}]}
REFUND = {"name": "refund", "payer": "provider", "payee": "payer", "terms": [{"portion": {"of": "fee", "rate": 0.1}}]}


@pytest.fixture(scope="module")
def book():
    spent = np.random.default_rng(7).normal(1000.0, 40.0, (DRAWS, 3))
    return Book.from_lines({"benchmark": 1000.0, "expenditure": spent}, YEARS)


def settled(book, **designs):
    made = {name: read_arrangement({"provisions": provisions}, name) for name, provisions in designs.items()}
    provisions = {name: list(settled_provisions([SettledPart("", book, a)])) for name, a in made.items()}
    return settle(book, made), provisions


def test_steps_add_up_in_every_draw_and_in_the_mean(book):
    settlement, provisions = settled(book, both=[SHARING, FEE, REFUND], sharing=[SHARING])
    for party in ("provider", "payer"):
        found = waterfall(settlement, provisions, party)
        net = settlement["net_usd"].sel(party=party).sum("year")
        for design in ("both", "sharing"):
            row = found.sel(design=design)
            is_change = np.isin(row["step_kind"], CHANGES)
            assert float(row["amount_usd"].values[is_change].sum()) == pytest.approx(
                float(net.sel(design=design).mean())
            )
            last = int(np.flatnonzero(row["step_kind"].values == "net")[0])
            np.testing.assert_allclose(row["level_usd"].values[last], row["amount_usd"].values[last], atol=1e-9)
            assert float(row["amount_mcse"][last]) == pytest.approx(
                float(net.sel(design=design).std(ddof=1)) / np.sqrt(DRAWS)
            )
            drawn = [step.usd for step in steps_of(provisions[design], party) if step.kind in CHANGES]
            np.testing.assert_allclose(np.sum(drawn, axis=0), net.sel(design=design), rtol=0, atol=1e-9)


def test_levels_stand_where_they_tell_something(book):
    settlement, provisions = settled(book, both=[SHARING, FEE, REFUND])
    row = waterfall(settlement, provisions, "provider").sel(design="both")
    told = list(zip(row["step_kind"].values, row["step_name"].values, strict=True))
    assert told == [
        ("line", "benchmark"),
        ("line", "expenditure"),
        ("gross", "gross"),
        ("clause", "minimum_rate"),
        ("clause", "share"),
        ("clause", "limit"),
        ("provision", "provision"),
        ("clause", "fixed"),
        ("clause", "scale"),
        ("provision", "provision"),
        ("clause", "portion"),
        ("net", "net"),
    ]
    gross, fee, refund = (float(row["amount_usd"][k]) for k in (2, 9, 10))
    saved = 3000.0 - float(book["expenditure"].sum(axis=1).mean())
    assert (gross, fee, refund) == (pytest.approx(saved), pytest.approx(12.0), pytest.approx(-1.2))


def test_savings_and_losses_are_told_apart(book):
    settlement, provisions = settled(book, sharing=[SHARING])
    row = waterfall(settlement, provisions, "provider").sel(design="sharing")
    np.testing.assert_allclose(
        (row["savings_part_usd"] + row["losses_part_usd"]).values[:-1], row["amount_usd"].values[:-1], atol=1e-9
    )
    saved = np.maximum(1000.0 - book["expenditure"], 0.0).sum(axis=1).mean()
    assert float(row["savings_part_usd"][2]) == pytest.approx(saved)
    share = {part: float(row[f"{part}_part_usd"][4]) for part in ("savings", "losses")}
    assert share["savings"] < 0.0 < share["losses"]


def test_how_often_a_clause_acts(book):
    idle = {"limit": {"savings": {"usd": 1e6}}}
    settlement, provisions = settled(book, d=[SHARING | {"terms": [*SHARING["terms"], idle]}])
    row = waterfall(settlement, provisions, "provider").sel(design="d")
    acted = dict(zip(row["step_name"].values, row["p_changes"].values.tolist(), strict=True))
    rate = 1.0 - book["expenditure"] / 1000.0
    assert acted["minimum_rate"] == np.mean((np.abs(rate) < 0.02).any(axis=1))
    assert acted["limit#2"] == 0.0
    assert float(row["p_changes_mcse"].values[list(acted).index("limit#2")]) > 0.0


def test_groups_settled_apart_are_added_up(book):
    design = read_arrangement({"provisions": [SHARING]}, "d")
    parts = [SettledPart(group, book, design) for group in ("north", "south")]
    one = steps_of(settled_provisions(parts[:1]), "provider")
    both = steps_of(settled_provisions(parts), "provider")
    for alone, together in zip(one, both, strict=True):
        np.testing.assert_allclose(2.0 * alone.usd, together.usd, rtol=1e-12)
        assert together.words == alone.words


def test_a_party_that_no_money_reaches_has_nothing(book):
    settlement, provisions = settled(book, fee=[FEE], none=[])
    found = waterfall(settlement, provisions, "reinsurer")
    assert found["step_kind"].values.tolist() == [["net"], ["net"]]
    assert found["amount_usd"].values.tolist() == [[0.0], [0.0]]
    none = waterfall(settlement, provisions, "provider").sel(design="none")
    assert none["step_kind"].values.tolist() == ["net", "", ""]


def test_another_settlement_is_refused(book):
    settlement, provisions = settled(book, d=[SHARING])
    with pytest.raises(VbcsimError, match="do not add up"):
        waterfall(settlement + 1.0, provisions, "provider")
