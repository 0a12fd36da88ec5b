"""Capital of a run: asked for by the scenario, kept in the folder, made anew by a new settlement."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import vbcsim
from vbcsim.contract.book import Book
from vbcsim.contract.read import read_arrangement
from vbcsim.outcomes.capital_spec import Capital, Instalments
from vbcsim.outcomes.cash import cash
from vbcsim.pipeline import open_run, settle_run
from vbcsim.scenario.drafts import load_designs

SMALL = Path(__file__).parents[1] / "scenario" / "data" / "small.yaml"
SECTION = """
capital:
  lag_months: {payer: 9, provider: 12}
  reserves_usd: [50000]
  discount_rate: 4%
  source: a draft
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    path = tmp_path_factory.mktemp("capital") / "small.yaml"
    path.write_text(SMALL.read_text(encoding="utf-8") + SECTION, encoding="utf-8")
    return vbcsim.run(path, draws=60, overrides=["split_draws=0"])


def test_a_run_without_the_section_has_no_capital(small_run):
    assert small_run.capital is None


def test_it_is_kept_in_the_folder_and_read_again(run, tmp_path):
    run.save(tmp_path / "run")
    assert open_run(tmp_path / "run").capital.identical(run.capital)


def test_the_reserve_is_what_the_cash_of_the_settlement_asks_for(run):
    directions = {name: design.directions for name, design in run.scenario.settled_designs.items()}
    paid = cash(run.settlement, directions, run.scenario.capital)["cash_usd"].sel(design="half", party="provider")
    lowest = np.minimum(paid.cumsum("month").min("month"), 0.0).values
    found = run.capital.sel(design="half", party="provider")
    assert found["ruin_probability"].sel(reserve=50_000.0).item() == np.mean(lowest < -50_000.005)
    assert found["reserve_needed_usd"].sel(chance=0.05).item() == pytest.approx(-np.sort(lowest)[3])
    assert run.capital["reserve_needed_usd"].sel(design="nothing").values.tolist() == [[0.0, 0.0]]


def test_settling_again_makes_it_anew(run):
    later = run.scenario.capital.model_copy(update={"lag_months": 24})
    scenario = run.scenario.model_copy(update={"capital": later})
    settled = settle_run(scenario, run.cohort, run.experience)
    assert settled.capital["month"].values.tolist() == [0, 36, 48]
    assert run.capital["month"].values.tolist() == [0, 21, 24, 33, 36]


DRAFT = """
designs:
  savings_only:
    lines:
      benchmark: {constant: {usd: {2023: 1100000, 2024: 1130000}}}
    provisions:
      - name: bonus
        payer: payer
        payee: provider
        terms: [{difference: {of: benchmark, less: expenditure}}, {share: {savings: 0.4, losses: 0}}]
"""


def test_a_draft_is_settled_with_the_timing_of_the_run_where_it_fits(run, tmp_path):
    named = run.scenario.capital.model_copy(update={"paid": {"shared_savings": Instalments()}})
    finished = run.scenario.model_copy(update={"capital": named})
    (tmp_path / "draft.yaml").write_text(DRAFT, encoding="utf-8")
    asked = load_designs(tmp_path / "draft.yaml", finished).with_experience_of(finished)
    assert asked.capital.paid == {}
    settled = settle_run(asked, run.cohort, run.experience)
    assert settled.capital["design"].values.tolist() == ["savings_only"]
    settled.save(tmp_path / "again")
    assert open_run(tmp_path / "again").capital.identical(settled.capital)


AIP = {
    "provisions": [
        {
            "name": "advance",
            "payer": "payer",
            "payee": "provider",
            "terms": [{"fixed": {"usd": {2024: 400.0, 2025: 0.0}}}],
        },
        {
            "name": "savings",
            "payer": "payer",
            "payee": "provider",
            "terms": [
                {"difference": {"of": "benchmark", "less": "expenditure"}},
                {"share": {"savings": 0.5, "losses": 0}},
            ],
        },
        {
            "name": "recoupment",
            "payer": "provider",
            "payee": "payer",
            "terms": [{"recoup": {"of": "savings", "advanced": "advance"}}],
        },
    ]
}


def test_an_advance_of_the_contract_is_paid_by_the_quarter_and_recouped_at_the_settlement():
    book = Book.from_lines({"benchmark": 1000.0, "expenditure": [[800.0, 500.0], [990.0, 1000.0]]}, [2024, 2025])
    settlement = vbcsim.settle(book, {"aip": read_arrangement(AIP, "aip")})
    told = {"lag_months": 9, "paid": {"advance": {"every": "quarter", "in_advance": True}}, "source": "made up"}
    ways = {"aip": {p.name: (p.payer, p.payee) for p in read_arrangement(AIP, "aip").provisions}}
    found = cash(settlement, ways, Capital.model_validate(told))["cash_usd"].sel(design="aip", party="provider")
    moved = {
        int(month): found.sel(month=month).values.tolist() for month in found["month"] if found.sel(month=month).any()
    }
    # 400 in advance; of 100 and 250 earned all is taken back in the first draw; of 5 and nothing in the second, 5.
    assert moved == {month: [100.0, 100.0] for month in (0, 3, 6, 9)}
    assert settlement["net_usd"].sel(party="provider").sum("year").values.tolist() == [[400.0, 400.0]]
