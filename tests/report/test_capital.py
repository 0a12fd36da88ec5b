"""Capital in tables and words, and the fan of a balance."""

from __future__ import annotations

import numpy as np
import pytest

from tests.outcomes.test_cash import SOURCE, WAYS, made, spec
from vbcsim.outcomes.capital import capital
from vbcsim.report.capital import capital_tables, capital_words, dollars, odds, yearly_tables
from vbcsim.report.drawing import svg
from vbcsim.report.pictures.balance import balance_data, running_balance

TITLES = {"a": "Half of $avings"}


@pytest.fixture(scope="module")
def found():
    earned = np.linspace(-3e6, 1e6, 100)[:, None] * [1.0, 1.0]
    usd = np.stack([earned, np.zeros_like(earned)])[None]
    told = spec(reserves_usd=[2e6], discount_rate=0.05, cost_of_capital=0.1)
    return capital(made(usd), WAYS, told, kept_usd={"collateral": {"a": np.full((100, 2), 5e5)}})


def test_the_table_tells_every_figure_with_its_error(found):
    (table,) = capital_tables(found, TITLES)
    assert (table.caption, table.unit) == ("What the provider must hold over 32 months", "$ million")
    rows = {row.name: row.cells[0] for row in table.rows}
    assert rows["Reserve that runs out 1 time in 20"].value.startswith("5.6")
    assert rows["Reserve that runs out 1 time in 20"].error
    assert rows["Chance of running out with $2 million"].value == "50%"
    thin = [row.technical for row in table.rows if row.name.startswith("Reserve")]
    assert thin == ["only 5 draws lie beyond", "the worst draw: simulate more"]
    assert "Present value at 5%, average" in rows
    assert [row.name for row in table.rows].count("Cost of that reserve") == 2
    assert capital_tables(None, TITLES) == yearly_tables(None, TITLES) == []


def test_security_stands_by_year(found):
    (table,) = yearly_tables(found, TITLES)
    assert table.headings == ("2024", "2025")
    assert [cell.value for cell in table.rows[0].cells] == ["500", "500"]


def test_what_is_supposed_is_said_in_sentences():
    told = spec(
        lag_months={"payer": 8, "provider": 11},
        paid={"care_fee": {}, "shared_savings": {"every": "quarter", "share": 0.5, "amount": "expected"}},
        advances=[{"usd": 250_000.0} | SOURCE],
        accounts=["programme_cost"],
    )
    said = " ".join(capital_words(told))
    assert "paid 8 months by the payer and 11 months by the provider after its end" in said
    assert "The care fee is paid at the end of every month." in said
    assert "50% of what is expected is paid at the end of every quarter; the rest is reconciled" in said
    assert "The payer advances $250 thousand in month 0" in said
    assert "programme cost" in said


def test_odds_and_dollars_as_a_reader_says_them():
    assert [odds(p) for p in (0.05, 0.01, 0.03)] == ["1 time in 20", "1 time in 100", "in 3% of cases"]
    assert [dollars(usd) for usd in (2e7, 1.5e6, 900.0)] == ["$20 million", "$1.5 million", "$900"]


def test_the_fan_is_the_same_on_every_rerun_and_its_data_are_the_balance(found):
    assert svg(running_balance, found, TITLES, "provider") == svg(running_balance, found, TITLES, "provider")
    data = balance_data(found, TITLES, "provider")
    assert [row[1] for row in data.rows] == [0, 20, 32]
    assert data.rows[-1][-1] == pytest.approx(-2.0)
