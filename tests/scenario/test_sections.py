"""Interventions and measures in a scenario: read, refused at their line, changed by path, written and read again."""

from __future__ import annotations

import pytest

from vbcsim.core.errors import BadInput
from vbcsim.scenario.dump import dump_scenario
from vbcsim.scenario.key import experience_differences
from vbcsim.scenario.load import load_scenario, parse_scenario
from vbcsim.scenario.schema import scenario_schema

SECTIONS = """interventions:
  visits:
    kind: care_coordination
    uptake: {beta: [0.3, 0.05]}
    use: {inpatient: {normal: [-0.06, 0.02]}, office: 0.02}
    cost: {engaged_pmpm: 40}
    source: judgement
measures:
  screening:
    kind: colorectal_screening
    share: 0.4
    rate: 0.6
    source: judgement
"""


def test_sections_survive_being_written(small_text, tmp_path):
    scenario = parse_scenario(small_text + SECTIONS)
    assert scenario.interventions["visits"].use == {
        "inpatient": scenario.interventions["visits"].use["inpatient"],
        "office": 0.02,
    }
    assert scenario.interventions["visits"].use["inpatient"].figures == (-0.06, 0.02)
    for name, text in dump_scenario(scenario).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    again = load_scenario(tmp_path / "scenario.yaml")
    assert again == scenario
    assert dump_scenario(again) == dump_scenario(scenario)


@pytest.mark.parametrize(
    ("old", "new", "place", "words"),
    [
        ("care_coordination", "care_cordination", "s.yaml:69 interventions.visits.kind", 'mean "care_coordination"?'),
        ("    kind: care_coordination\n", "", "s.yaml:68 interventions.visits:", '"kind" is missing'),
        ("uptake: {beta: [0.3, 0.05]}", "uptake: 1.3", "s.yaml:70 interventions.visits.uptake", "at most 1"),
        ("normal: [-0.06, 0.02]", "normal: [-0.06]", "s.yaml:71 interventions.visits.use.inpatient", "[mean, sd]"),
        (
            "use: {inpatient",
            "use: {inpatent",
            "s.yaml:71 interventions.visits.use.inpatent",
            'did you mean "inpatient"?',
        ),
        ("engaged_pmpm: 40", "engaged_pmpm: 40%", "s.yaml:72 interventions.visits.cost.engaged_pmpm", "percentage"),
        ("    rate: 0.6", "    rte: 0.6", "s.yaml:78 measures.screening.rte", 'did you mean "rate"?'),
        ("    share: 0.4\n", "", "s.yaml:75 measures.screening.share", "state `share`"),
    ],
)
def test_what_is_wrong_in_a_section_is_refused_at_its_line(small_text, old, new, place, words):
    assert SECTIONS.count(old) == 1
    with pytest.raises(BadInput) as caught:
        parse_scenario(small_text + SECTIONS.replace(old, new), "s.yaml")
    problems = [str(problem) for problem in caught.value.problems]
    assert any(problem.startswith(place) and words in problem for problem in problems), problems


def test_overrides_reach_into_sections_and_distributions(small_text, tmp_path):
    (tmp_path / "s.yaml").write_text(small_text + SECTIONS)

    def loaded(*overrides):
        return load_scenario(tmp_path / "s.yaml", overrides)

    assert loaded("interventions.visits.uptake=0.5").interventions["visits"].uptake == 0.5
    assert loaded("interventions.visits.uptake={uniform: [0.1, 0.2]}").interventions["visits"].uptake.kind == "uniform"
    assert loaded("interventions.visits.use.inpatient.normal[0]=-0.1").interventions["visits"].use[
        "inpatient"
    ].figures == (-0.1, 0.02)
    assert loaded("interventions.visits.cost.per_year_usd=900").interventions["visits"].cost.per_year_usd == 900
    assert loaded("interventions.visits.target.line_of_business=all").interventions[
        "visits"
    ].target.line_of_business == ("all",)
    assert loaded("assumptions.market_trend.national_shock_sd=0.02").interventions == loaded().interventions
    changed = loaded("measures.screening.rate={inpatient: 0.5}".replace("inpatient", "all"))
    assert changed.measures["screening"].rate == {"all": 0.5}


def test_a_change_may_add_a_whole_entry_and_take_one_away(small_text, tmp_path):
    (tmp_path / "s.yaml").write_text(small_text + SECTIONS)
    without = load_scenario(tmp_path / "s.yaml", ["interventions.visits="])
    assert without.interventions == {}
    added = load_scenario(
        tmp_path / "s.yaml", ["interventions.calls={kind: care_coordination, uptake: 0.2, source: x}"]
    )
    assert list(added.interventions) == ["visits", "calls"]
    assert experience_differences(without, added) == ("interventions",)
    (tmp_path / "t.yaml").write_text(small_text)
    first = load_scenario(
        tmp_path / "t.yaml", ["interventions.calls={kind: care_coordination, uptake: 0.2, source: x}"]
    )
    assert list(first.interventions) == ["calls"]
    with pytest.raises(BadInput, match='interventions has no "vists"; did you mean "visits"'):
        load_scenario(tmp_path / "s.yaml", ["interventions.vists="])
    with pytest.raises(BadInput, match=r'"emergency" is not a service category'):
        load_scenario(tmp_path / "s.yaml", ["interventions.visits.use.emergency=0.1"])


def test_a_case_may_change_them(small_text):
    from vbcsim.scenario.cases import case_scenario

    cases = """cases:
  none: {title: No programme, changes: {interventions.visits: null}, source: x}
  large: {title: Large, changes: {interventions.visits.use.inpatient: {normal: [-0.2, 0.01]}}, source: x}
"""
    scenario = parse_scenario(small_text + SECTIONS + cases)
    assert case_scenario(scenario, "none").interventions == {}
    assert case_scenario(scenario, "large").interventions["visits"].use["inpatient"].figures == (-0.2, 0.01)
    assert case_scenario(scenario, "large").measures == scenario.measures


def test_the_schema_names_every_kind_of_intervention_and_measure():
    from vbcsim.experience.intervention import intervention_family
    from vbcsim.experience.measure import measure_family

    schema = scenario_schema()
    for section, family in (("interventions", intervention_family()), ("measures", measure_family())):
        found = next(iter(schema["properties"][section].get("patternProperties", {}).values()), None)
        found = found or schema["properties"][section]["additionalProperties"]
        assert set(found["discriminator"]["mapping"]) == set(family)
