"""The scenarios that come with vbcsim: each loads, says where its figures come from, runs, and answers its question."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import vbcsim

FILES = sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))
NAMED = [file for file in FILES if file.stem != "mssp_aco"]
"""Scenarios of an arrangement; the first one was made from a public-use file, and claims nothing."""
EXPECTED = {
    "aco_reach",
    "allina_bcbsmn",
    "bcbsm_full_risk",
    "bcbsma_equity",
    "bcbst_medical_home",
    "commercial_shared_savings",
    "eom",
    "heal_cigna",
    "homeward_bcbsmn",
    "jefferson_independence",
    "medicaid_withhold",
    "minnesota_oncology",
    "mssp_aco",
}
DRAWS = 6
MEMBERS = 1500
"""Members to which a cohort is made smaller, so that a test takes a second."""

every_file = pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
every_named = pytest.mark.parametrize("file", NAMED, ids=[file.stem for file in NAMED])


def test_every_arrangement_has_its_file():
    assert {file.stem for file in FILES} == EXPECTED


@every_file
def test_it_loads_and_asks_a_question_with_designs_to_compare(file):
    scenario = vbcsim.load_scenario(file)
    assert scenario.question.endswith("?")
    assert len(scenario.designs) >= 3
    for name, design in scenario.designs.items():
        assert design.get("title"), f"{name} has no title"


@every_named
def test_it_has_a_claim_and_a_null_case_and_named_answers(file):
    scenario = vbcsim.load_scenario(file)
    assert {"claimed", "no_effect"} <= set(scenario.cases)
    assert len(scenario.answers) >= 3
    assert len(scenario.question) > 40


@every_named
def test_terms_of_designs_say_where_they_come_from(file):
    """Each design says in its note which terms are stated and which judged; a provision of its own has a source."""
    scenario = vbcsim.load_scenario(file)
    for name, design in scenario.designs.items():
        for provision in design.get("provisions", ()):
            assert provision.get("source"), f"{name}: {provision['name']} has no source"
        unknown = not scenario.arrangements[name].parameters if name in scenario.arrangements else True
        if "program" not in design or not unknown:
            said = str(design.get("note", "")) + " ".join(str(p.get("source")) for p in design.get("provisions", ()))
            program = "program" in design and not set(design) - {"program", "title", "track", "lines"}
            assert program or any(word in said for word in ("judgement", "unverified", "stated")), name


def small(file: Path) -> vbcsim.Scenario:
    """The scenario with a cohort of about 1,500 members and few draws."""
    scenario = vbcsim.load_scenario(file)
    part = min(1.0, MEMBERS / scenario.members)
    cells = [cell.model_copy(update={"members": max(2, round(cell.members * part))}) for cell in scenario.cohort.cells]
    cohort = scenario.cohort.model_copy(update={"cells": tuple(cells)})
    return scenario.model_copy(update={"cohort": cohort, "draws": DRAWS, "split_draws": 0})


@every_file
def test_it_runs_settles_to_nothing_over_the_parties_and_answers(file):
    run = vbcsim.run(small(file))
    net = run.settlement["net_usd"]
    scale = float(abs(net).max()) or 1.0
    assert float(abs(net.sum("party")).max()) <= 1e-9 * scale
    assert np.isfinite(net.values).all()
    answers = run.answers
    asked = {spec.name for spec in run.scenario.answers}
    if not asked:
        return
    assert set(answers["answer"].values.tolist()) == asked
    told = np.isfinite(answers["answer_value"].values)
    assert told.any(axis=1).all(), "an answer is given in no case"
    chances = answers["answer_statistic"].values == "probability"
    values = answers["answer_value"].values[chances]
    assert ((values >= 0) & (values <= 1) | ~np.isfinite(values)).all()
