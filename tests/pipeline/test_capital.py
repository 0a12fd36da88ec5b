"""Capital of a run: asked for by the scenario, kept in the folder, made anew by a new settlement."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import vbcsim
from vbcsim.outcomes.capital_spec import Instalments
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
