"""The pipeline in a notebook: every stage a verb that can be used alone, and all of them at once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import vbcsim
from vbcsim.contract.book import Book
from vbcsim.pipeline import first_draws

SMALL = Path(__file__).parent / "scenario" / "data" / "small.yaml"


@pytest.fixture(scope="module")
def scenario() -> vbcsim.Scenario:
    return vbcsim.load_scenario(SMALL)


@pytest.fixture(scope="module")
def experience(scenario):
    return vbcsim.simulate(vbcsim.build_cohort(scenario), draws=60, seed=scenario.seed)


def test_the_verbs_one_by_one_give_what_they_give_at_once(scenario, experience):
    settlement = vbcsim.settle(experience, scenario)
    whole = vbcsim.run(SMALL, draws=60)
    assert whole.settlement.identical(settlement)
    assert whole.outcomes.identical(vbcsim.summarize(settlement))
    assert whole.comparison.identical(vbcsim.compare(settlement))
    assert whole.scenario.draws == 60


def test_designs_may_be_given_by_themselves_and_a_table_settled_without_simulation(scenario, experience):
    alone = vbcsim.settle(experience, {"half": scenario.arrangements["half"]})
    both = vbcsim.settle(experience, scenario)
    assert (alone["net_usd"].sel(design="half") == both["net_usd"].sel(design="half")).all()
    table = Book.from_lines({"benchmark": 1000.0, "expenditure": [[900.0], [990.0], [1100.0]]}, [2023])
    settled = vbcsim.settle(table, {"half": scenario.arrangements["half"]})
    assert settled["net_usd"].sel(design="half", party="provider", year=2023).values.tolist() == [50.0, 0.0, -30.0]


def test_what_is_asked_of_a_run_changes_it(scenario):
    other = vbcsim.run(scenario, draws=20, seed=5)
    assert (other.experience.sizes["draw"], other.scenario.seed) == (20, 5)
    assert vbcsim.run(SMALL, overrides=["draws=20", "seed=5"]).settlement.identical(other.settlement)
    with pytest.raises(vbcsim.BadInput, match='"fast" is not an engine'):
        vbcsim.run(scenario, draws=20, engine="fast")


def test_the_first_draws_are_what_fewer_draws_give(scenario, experience):
    few = vbcsim.simulate(vbcsim.build_cohort(scenario), draws=25, seed=scenario.seed)
    assert first_draws(experience, 25).identical(few)
    assert first_draws(experience, 60) is experience


def test_a_copy_with_other_designs_resolves_them_anew(scenario):
    assert set(scenario.arrangements) == {"half", "nothing"}
    other = scenario.model_copy(update={"designs": {"nothing": scenario.designs["nothing"]}})
    assert set(other.arrangements) == {"nothing"}
    assert set(scenario.arrangements) == {"half", "nothing"}


def test_designs_that_cannot_be_read_are_told_together_in_a_notebook_too(scenario):
    other = scenario.model_copy(update={"designs": {"a": {"program": "mspp"}, "b": {"program": 3}, "c": {"terms": 1}}})
    with pytest.raises(vbcsim.BadInput) as caught:
        _ = other.arrangements
    assert [problem.place for problem in caught.value.problems] == [
        "designs.a.program",
        "designs.b.program",
        "designs.c.terms",
    ]


def test_a_folder_whose_manifest_lacks_a_stage_is_no_run(tmp_path):
    from vbcsim.core.files import claim_folder

    with claim_folder(tmp_path / "r") as folder:
        folder.write("scenario.yaml", SMALL.read_text(encoding="utf-8"))
        folder.finish({})
    with pytest.raises(vbcsim.BadInput, match=r"is a run without experience\.nc, results\.nc; run it again"):
        vbcsim.open_run(tmp_path / "r")


CASES = """economics:
  payer: {premium_pmpm: 500, admin_share: 8%, source: judgement}
  provider: {own_share: {inpatient: 0.5, office: 0.2}, margin: 3%, cost_trend: 3%, source: judgement}
cases:
  fewer:
    title: Fewer stays
    changes: {'assumptions.services[inpatient].utilization_per_1000': 200}
    source: judgement
  dearer:
    title: A lower premium
    changes: {economics.payer.premium_pmpm: 450}
    source: judgement
split_draws: 20
"""


@pytest.fixture(scope="module")
def cases() -> vbcsim.Run:
    from vbcsim.scenario.load import parse_scenario

    return vbcsim.run(parse_scenario(SMALL.read_text(encoding="utf-8") + CASES), draws=40)


def test_every_case_runs_on_the_same_random_numbers(cases):
    assert list(cases.cases) == ["base", "fewer", "dearer"]
    base, fewer = cases.cases["base"], cases.cases["fewer"]
    alone = vbcsim.run(SMALL, overrides=["assumptions.services.inpatient.utilization_per_1000=200"], draws=40)
    np.testing.assert_array_equal(fewer.experience["expenditure_usd"], alone.experience["expenditure_usd"])
    stays, many = (case.experience["utilization"].sel(category="inpatient").values for case in (fewer, base))
    assert stays.sum() < many.sum()
    assert (stays <= many).mean() > 0.9, "a member's stays fall with the rate, draw by draw"
    office = [case.experience["utilization"].sel(category="office") for case in (fewer, base)]
    assert office[0].equals(office[1])


def test_a_case_that_changes_only_economics_shares_the_experience(cases):
    base, dearer = cases.cases["base"], cases.cases["dearer"]
    assert dearer.experience is base.experience
    assert dearer.settlement.equals(base.settlement)
    premium = [case.ledger["account_usd"].sel(account="premium", party="payer") for case in (dearer, base)]
    np.testing.assert_allclose(premium[0], 0.9 * premium[1])


def test_cases_are_compared_with_base_draw_by_draw(cases):
    found = cases.case_comparison
    assert found["pair"].values.tolist()[0] == "fewer: half - base: half"
    pair = found.isel(pair=0).sel(party="provider")
    nets = [
        cases.cases[name].settlement["net_usd"].sel(design="half", party="provider").sum("year").values
        for name in ("fewer", "base")
    ]
    assert float(pair["mean_difference_usd"]) == pytest.approx((nets[0] - nets[1]).mean())
    assert float(pair["sd_difference_usd"]) < nets[1].std()
    same = found.sel(pair="dearer: half - base: half")
    assert (same["p_equal"] == 1.0).all()


def test_own_revenue_by_category_is_what_the_contract_and_the_ledger_read(cases):
    from vbcsim.pipeline import settled_parts

    spent = cases.experience["expenditure_usd"].sel(year=[2023, 2024]).sum("stratum")
    own = 0.5 * spent.sel(category="inpatient") + 0.2 * spent.sel(category="office")
    np.testing.assert_allclose(settled_parts(cases)["half"].book["revenue"], own)
    np.testing.assert_allclose(
        cases.ledger["account_usd"].sel(design="half", party="provider", account="fee_for_service"), own
    )


def test_the_variance_is_split_by_layer(cases):
    split = cases.variance_split
    assert split.attrs["draws"] == 20
    assert set(split["layer"].values) == {"process", "parameter", "systemic", "group"}
    shares = split["variance_total_share"].sel(design="half", party="provider")
    assert float(shares.sel(layer="process")) > 0.1
    assert float(shares.sel(layer="parameter")) == 0.0, "nothing in this scenario is uncertain by draw"
    assert vbcsim.run(SMALL, overrides=["split_draws=0"], draws=20).variance_split is None


def test_a_run_with_cases_survives_its_folder(cases, tmp_path):
    import json

    cases.save(tmp_path / "r")
    files = {str(path.relative_to(tmp_path / "r")) for path in (tmp_path / "r").rglob("*") if path.is_file()}
    assert files == {
        *("scenario.yaml", "experience.nc", "results.nc", "manifest.json"),
        *("cases/fewer/experience.nc", "cases/fewer/results.nc", "cases/dearer/results.nc"),
    }
    again = vbcsim.open_run(tmp_path / "r")
    assert again.scenario == cases.scenario
    for name, case in cases.cases.items():
        other = again.cases[name]
        assert other.scenario == case.scenario
        for stage in ("cohort", "experience", "settlement", "outcomes", "comparison", "ledger"):
            assert getattr(other, stage).equals(getattr(case, stage)), (name, stage)
    assert again.cases["dearer"].experience is again.cases["base"].experience
    assert again.variance_split.equals(cases.variance_split)
    assert again.case_comparison.equals(cases.case_comparison)
    facts = json.loads((tmp_path / "r" / "manifest.json").read_text())
    assert facts["cases"]["dearer"]["experience"] == "experience.nc"


def test_the_experience_of_any_case_is_kept(cases, tmp_path):
    from vbcsim.pipeline import kept_experience
    from vbcsim.scenario.cases import case_scenario

    cases.save(tmp_path / "r")
    fewer = case_scenario(cases.scenario, "fewer")
    kept = kept_experience(tmp_path / "r", fewer, vbcsim.build_cohort(fewer))
    assert kept.equals(cases.cases["fewer"].experience)
    other = fewer.model_copy(update={"seed": 99})
    assert kept_experience(tmp_path / "r", other, vbcsim.build_cohort(other)) is None
