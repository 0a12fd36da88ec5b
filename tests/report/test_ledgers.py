"""Both parties' books: averages of every account that moves, and the margin's spread."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from vbcsim.report.html import html_report
from vbcsim.report.ledgers import ledger_tables

ACCOUNTS = ("premium", "claims", "fee_for_service", "settlement", "margin")


@pytest.fixture(scope="module")
def booked(make):
    material = make(300)
    net = material.settlement["net_usd"]
    blank = xr.zeros_like(net)
    payer = (net["party"] == "payer").astype(float)
    accounts = [130e6 * payer + blank, -120e6 * payer + blank, 40e6 * (1 - payer) + blank, net]
    accounts.append(sum(accounts))
    table = xr.concat(accounts, xr.IndexVariable("account", list(ACCOUNTS)))
    return replace(material, ledger=xr.Dataset({"account_usd": table}))


def test_no_books_no_tables(study):
    assert ledger_tables(study) == []


def test_every_account_that_moves_has_a_row(booked):
    provider, payer = ledger_tables(booked)
    assert [row.name for row in provider.rows][:3] == ["Fee for service", "Settlement", "Margin"]
    assert [row.name for row in payer.rows][:4] == ["Premium", "Claims", "Settlement", "Margin"]
    assert provider.rows[0].cells[0].value == "120"
    assert payer.rows[1].cells[0].value == "−360"


def test_only_the_party_whose_book_is_kept_has_a_table(booked):
    (payer,) = ledger_tables(replace(booked, ledger=booked.ledger.sel(party=["payer"])))
    assert payer.rows[0].name == "Premium"


def test_the_margin_is_the_sum_draw_by_draw(booked):
    (_, payer) = ledger_tables(booked)
    margin = 30e6 + booked.net("deep", "payer")
    low = next(row for row in payer.rows if "1 in 20 is worse" in row.name).cells[2].value
    assert float(low.replace(",", "").replace("−", "-")) == pytest.approx(
        np.quantile(margin + 0.0, 0.05) / 1e6, rel=0.01
    )


def test_the_page_shows_them(booked, undrawn):
    assert "Both parties’ books" in html_report(booked)
