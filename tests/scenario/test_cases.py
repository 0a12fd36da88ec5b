"""Cases: changes by path, refused at their line; each case is a scenario of its own and survives being written."""

from __future__ import annotations

import pytest

from vbcsim.core.errors import BadInput
from vbcsim.scenario.cases import case_scenario, every_case
from vbcsim.scenario.dump import dump_scenario
from vbcsim.scenario.load import load_scenario, parse_scenario

CASES = """
cases:
  claimed:
    title: As announced
    changes:
      assumptions.services[inpatient].utilization_trend: -5%
      cohort.cells.aged.members: 170
    source: a press release
  dearer:
    title: Dearer
    changes: {'assumptions.services.office.mean_cost_usd': 150}
    source: judgement
"""


def test_each_case_is_the_scenario_with_its_changes(small_text):
    scenario = parse_scenario(small_text + CASES)
    cases = every_case(scenario)
    assert list(cases) == ["base", "claimed", "dearer"]
    assert cases["base"] is scenario
    claimed = cases["claimed"]
    assert claimed.assumptions.services[0].utilization_trend == -0.05
    assert [cell.members for cell in claimed.cohort.cells] == [40, 170]
    assert scenario.assumptions.services[0].utilization_trend == -0.01
    back = claimed.model_copy(update={"assumptions": scenario.assumptions, "cohort": scenario.cohort})
    assert back == scenario.model_copy(update={"cases": {}})


def test_cases_survive_being_written(small_text, tmp_path):
    scenario = parse_scenario(small_text + CASES)
    for name, text in dump_scenario(scenario).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    again = load_scenario(tmp_path / "scenario.yaml")
    assert again == scenario
    assert case_scenario(again, "claimed") == case_scenario(scenario, "claimed")


def test_an_override_reaches_the_base_of_every_case_and_the_changes_of_one(small_text, tmp_path):
    (tmp_path / "s.yaml").write_text(small_text + CASES)
    overrides = ["cohort.cells.disabled.members=50", 'cases.claimed.changes["cohort.cells.aged.members"]=180']
    scenario = load_scenario(tmp_path / "s.yaml", overrides)
    assert [cell.members for cell in case_scenario(scenario, "claimed").cohort.cells] == [50, 180]


@pytest.mark.parametrize(
    ("old", "new", "place", "words"),
    [
        ("cells.aged.members: 170", "cells.agd.members: 170", "s.yaml:73 cases.claimed.changes.cohort", '"agd"'),
        ("cells.aged.members: 170", "cells.aged.membrs: 170", "s.yaml:73", 'did you mean "members"?'),
        (
            "cells.aged.members: 170",
            "cells.aged.members: -3",
            "s.yaml:73 cohort.cells[aged].members",
            'in the case "claimed", -3 is not allowed',
        ),
        ("cohort.cells.aged.members: 170", "designs.half.title: x", "s.yaml:73", '"designs" is the same in every case'),
        ("  claimed:", "  base:", "s.yaml:1", "a case is named base, which is the scenario itself"),
        ("    title: As announced\n", "", "s.yaml:69 cases.claimed.title", '"title" is missing'),
        (
            "cohort.cells.aged.members: 170",
            "assumptions.large_claimants.floor_usd: 150000",
            "s.yaml:",
            'in the case "claimed", a per-person threshold of $100,000',
        ),
    ],
)
def test_a_wrong_case_is_refused_at_its_line(small_text, old, new, place, words):
    text = small_text + CASES
    assert text.count(old) == 1
    with pytest.raises(BadInput) as caught:
        parse_scenario(text.replace(old, new), "s.yaml")
    problems = [str(problem) for problem in caught.value.problems]
    assert any(problem.startswith(place) and words in problem for problem in problems), problems


def test_a_wrong_scenario_is_not_told_again_for_each_case(small_text):
    with pytest.raises(BadInput) as caught:
        parse_scenario((small_text + CASES).replace("retention: 0.9", "retention: 9"), "s.yaml")
    assert [problem.place for problem in caught.value.problems] == ["s.yaml:10 cohort.retention"]
