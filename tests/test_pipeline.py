"""The pipeline in a notebook: every stage a verb that can be used alone, and all of them at once."""

from __future__ import annotations

from pathlib import Path

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
