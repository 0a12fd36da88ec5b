"""The page of a portfolio: sentences that follow from the draws, and tables that add up."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr

from vbcsim.outcomes.portfolio import portfolio
from vbcsim.report.portfolio import portfolio_page, portfolio_tables
from vbcsim.report.portfolio_answer import portfolio_answer
from vbcsim.scenario.portfolio import Holding, load_portfolio

CONTRACTS = """vbcsim_portfolio: 1
name: two
title: "Two <contracts>"
question: What do they lose together?
source: made up
draws: 400
contracts:
  bold: {scenario: small.yaml, design: half, title: "Bold, all risk"}
  mild: {scenario: small.yaml, design: half, weight: 50%, changes: {years.base: [2021, 2022]}}
"""


@pytest.fixture(scope="module")
def holding(tmp_path_factory, repository) -> Holding:
    folder = tmp_path_factory.mktemp("portfolio")
    text = (repository / "tests" / "scenario" / "data" / "small.yaml").read_text(encoding="utf-8")
    (folder / "small.yaml").write_text(text, encoding="utf-8")
    (folder / "p.yaml").write_text(CONTRACTS, encoding="utf-8")
    return load_portfolio(folder / "p.yaml")


def held(holding: Holding, **nets: np.ndarray) -> SimpleNamespace:
    """A portfolio of these draws, all in the first year."""
    usd = np.stack([np.stack([net, np.zeros_like(net)], axis=1) for net in nets.values()])
    coords = {"contract": list(nets), "draw": np.arange(usd.shape[1]), "year": list(holding.years)}
    dataset = xr.Dataset({"held_usd": (("contract", "draw", "year"), usd)}, coords)
    return SimpleNamespace(
        holding=holding, nets=dataset, outcomes=portfolio(nets, "together", {"seed": 1}), capital=None
    )


@pytest.fixture(scope="module")
def found(holding) -> SimpleNamespace:
    rng = np.random.default_rng(2)
    return held(holding, bold=rng.normal(0.5e6, 4e6, 400), mild=rng.normal(0.2e6, 1e6, 400))


def test_the_answer_says_what_is_lost_by_which_and_what_is_spared(found):
    said = dict(portfolio_answer(found))
    assert list(said) == ["Together", "Which contract brings the loss", "What spreading is worth", "Losing at once"]
    assert said["Together"].startswith("Together the 2 contracts bring the provider $500,000 on average over 2023")
    assert (
        "from \N{LEFT DOUBLE QUOTATION MARK}Bold, all risk" in said["Which contract brings the loss"].split(" and ")[0]
    )
    assert "less, because bad outcomes do not all fall together" in said["What spreading is worth"]
    assert "had they nothing to do with one another" in said["Losing at once"]


def test_a_portfolio_that_never_loses_is_not_said_to(holding):
    gains = np.linspace(1e6, 2e6, 400)
    said = dict(portfolio_answer(held(holding, bold=gains, mild=gains)))
    assert "none of the 400 draws" in said["Together"]
    assert "they still bring $2.05 million" in said["Together"]
    assert said["Which contract brings the loss"].startswith("Even in the worst 5% of outcomes")


def test_the_tables_hold_each_contract_and_their_sum(found):
    outcomes, tails, correlations, both = portfolio_tables(found)
    assert outcomes.headings == ("Bold, all risk", "Mild", "All together")
    assert [row.name for row in tails.rows][-1] == "Spared by holding them together"
    assert correlations.rows[0].cells[0].value == "1"
    assert both.rows[0].cells[0].value.endswith("%")


def test_the_page_is_the_same_on_every_rerun_runs_nothing_and_escapes_text(found):
    page = portfolio_page(found)
    assert page == portfolio_page(found)
    assert "<script" not in page
    assert "Two &lt;contracts&gt;" in page
    assert "default-src &#39;none&#39;" in page or "default-src 'none'" in page
    assert "50% of what the provider has" in page
    assert "years.base: 2021\N{EN DASH}2022" in page
    assert "The luck of members is apart." in page
