"""Figures of settled designs: lines with the amounts of provisions, by group and case."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from vbcsim.contract.book import Book
from vbcsim.contract.design import Design
from vbcsim.contract.figure import RunFigures, SettledFigures, line_of
from vbcsim.contract.read import read_arrangement
from vbcsim.contract.settle import settle
from vbcsim.core.errors import BadInput

RAW = {
    "lines": {
        "benchmark": {"rate_book": {"per_capita_usd": 4000}},
        "savings_rate": {"ratio": {"of": "benchmark", "less": "expenditure", "to": "benchmark"}},
        "fee_rate": {"ratio": {"of": "care_fee", "to": "benchmark"}},
    },
    "provisions": [
        {
            "name": "care_fee",
            "payer": "payer",
            "payee": "provider",
            "terms": [{"per_member_month": {"rate_pmpm": 2.0}}],
        }
    ],
}
ONE = read_arrangement(RAW, "one")


EACH = Design(ONE, each="enrollment_type")


@pytest.fixture(scope="module")
def experience(toy) -> xr.Dataset:
    return toy.ds.assign_coords(enrollment_type=("stratum", toy.ds["stratum"].values))


@pytest.fixture(scope="module")
def figures(experience) -> SettledFigures:
    designs = {"one": ONE, "each": EACH}
    settlement = settle(experience, designs)
    amounts = settlement["net_usd"].values[:, :, :, :, np.newaxis]
    ledger = xr.Dataset(
        {"account_usd": (("design", "party", "draw", "year", "account"), amounts)},
        coords={name: settlement[name] for name in ("design", "party", "year")} | {"account": ["margin"]},
    )
    return SettledFigures(experience, settlement, designs, ledger)


def test_a_line_is_read_as_the_design_makes_it():
    book = Book.from_lines({"benchmark": 100.0, "expenditure": [[90.0], [120.0]], "member_months": 5.0}, [2023])
    assert line_of(book, ONE, "savings_rate")[:, 0].tolist() == pytest.approx([0.1, -0.2])


def test_a_line_made_from_a_provision_knows_what_it_pays():
    book = Book.from_lines({"benchmark": 100.0, "expenditure": [[90.0], [120.0]], "member_months": 5.0}, [2023])
    assert line_of(book, ONE, "fee_rate")[:, 0].tolist() == pytest.approx([0.1, 0.1])
    assert line_of(book, ONE, "care_fee").shape == (2, 1)


def test_groups_settled_apart_are_read_apart_and_add_up(figures):
    one, both = figures.line("one", "expenditure"), figures.line("each", "expenditure")
    assert one.shape[0] == 1
    assert both.shape[0] == 2
    np.testing.assert_allclose(both.sum(axis=0), one[0])
    np.testing.assert_array_equal(figures.line("each", "expenditure", "aged")[0], both[0])
    money = [figures.net("each", "provider", group) for group in ("aged", "disabled")]
    np.testing.assert_allclose(sum(money), figures.net("each", "provider"))


def test_a_party_that_no_design_knows_has_nothing(figures):
    assert not figures.net("one", "reinsurer").any()


def test_a_group_that_is_not_there_is_told(figures):
    with pytest.raises(BadInput, match="no group young; there are aged, disabled"):
        figures.line("each", "expenditure", "young")
    with pytest.raises(BadInput, match="no group young"):
        figures.net("each", "provider", "young")
    with pytest.raises(BadInput, match="settles no groups apart"):
        figures.line("one", "expenditure", "aged")


def test_accounts_come_from_the_ledger(figures, experience):
    np.testing.assert_array_equal(figures.account("one", "provider.margin"), figures.net("one", "provider"))
    with pytest.raises(BadInput, match=r"no account margins.*margin"):
        figures.account("one", "provider.margins")
    with pytest.raises(BadInput, match="state `economics:`"):
        SettledFigures(experience, settle(experience, {"one": ONE}), {"one": ONE}).account("one", "provider.margin")


def test_the_cases_of_a_run_are_read_by_name(figures):
    run = RunFigures({"base": figures, "claimed": figures})
    assert run.cases == ("base", "claimed")
    assert run.years == figures.years
    for read in (run.line("claimed", "one", "expenditure", None), run.net("base", "one", "provider", None)):
        assert read.shape == (1, 5, 2)
    assert run.account("base", "one", "payer.margin", None).shape == (1, 5, 2)
