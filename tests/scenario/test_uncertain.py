"""Distributions in a scenario file: read, changed from the command line, written again, refused at their place."""

from __future__ import annotations

from pathlib import Path

import pytest

from vbcsim.core.errors import BadInput
from vbcsim.core.uncertain import Distribution
from vbcsim.experience.simulate import experience_hash
from vbcsim.pipeline import build_cohort
from vbcsim.scenario.dump import dump_scenario
from vbcsim.scenario.load import load_scenario, parse_scenario

SMALL = Path(__file__).parent / "data" / "small.yaml"
TREND = "assumptions.services[inpatient].utilization_trend"
UNCERTAIN = ("persistence: 0.7, improvement_rate: 1%", "persistence: 0.7, improvement_rate: {normal: [1%, 0.005]}")


def test_a_file_may_state_a_distribution_and_is_written_as_it_was_read(small_text, tmp_path):
    scenario = parse_scenario(small_text.replace(*UNCERTAIN))
    assert scenario.assumptions.provider_group.improvement_rate == Distribution("normal", [0.01, 0.005])
    for name, text in dump_scenario(scenario).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert load_scenario(tmp_path / "scenario.yaml") == scenario


@pytest.mark.parametrize("value", ["{uniform: [-2%, 1%]}", "uniform(-0.02, 0.01)", '"uniform(-2%, 1%)"'])
def test_the_command_line_may_state_one(value):
    scenario = load_scenario(SMALL, [f"{TREND}={value}"])
    assert scenario.assumptions.services[0].utilization_trend == Distribution("uniform", [-0.02, 0.01])


def test_the_command_line_may_take_one_back(small_text, tmp_path):
    file = tmp_path / "a.yaml"
    file.write_text(small_text.replace(*UNCERTAIN), encoding="utf-8")
    scenario = load_scenario(file, ["assumptions.provider_group.improvement_rate=1%"])
    assert scenario.assumptions == parse_scenario(small_text).assumptions


def test_a_table_may_hold_one(small_text, tmp_path):
    rows = parse_scenario(small_text).assumptions.services
    names = ["category", "service", "utilization_per_1000", "mean_cost_usd", "overdispersion", "shared_weight"]
    names += ["persistence", "body_sigma", "source"]
    lines = [",".join(names)]
    for row in rows:
        cells = [str(getattr(row, name)) for name in names]
        cells[2] = '"lognormal(300, 30)"'
        lines.append(",".join(cells))
    (tmp_path / "services.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    head, _, rest = small_text.partition("  services:\n")
    tail = rest[rest.index("  shared_frailty:") :]
    (tmp_path / "a.yaml").write_text(f"{head}  services: {{table: services.csv}}\n{tail}", encoding="utf-8")
    read = load_scenario(tmp_path / "a.yaml").assumptions.services
    assert [s.utilization_per_1000 for s in read] == [Distribution("lognormal", [300, 30])] * 2


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("{norml: [0, 1]}", 'did you mean "normal"?'),
        ("{normal: [0, 0.5]}", "can be drawn down to -3.169; allowed is above -1: lower its sd"),
        ("{normal: [0]}", "a normal is written {normal: [mean, sd]}"),
        ("normal(0, 5 usd)", "is in usd; this field is in rate"),
    ],
)
def test_a_wrong_one_is_refused_where_it_stands(value, said):
    with pytest.raises(BadInput) as caught:
        load_scenario(SMALL, [f"{TREND}={value}"])
    (problem,) = caught.value.problems
    assert f"--set {TREND}=" in problem.place
    assert TREND in problem.place.removeprefix("--set ")
    assert said in problem.message


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("cohort.cells[aged].members", "this figure cannot be uncertain"),
        ("assumptions.large_claimants.floor_usd", "this figure cannot be uncertain"),
        ("assumptions.market_trend.prospective_rate", "this figure cannot be uncertain"),
        ("cohort.retention", "this figure cannot be uncertain"),
    ],
)
def test_a_figure_that_cannot_be_uncertain_says_so(path, kept):
    with pytest.raises(BadInput) as caught:
        load_scenario(SMALL, [f"{path}={{uniform: [0.1, 0.2]}}"])
    assert any(kept in problem.message for problem in caught.value.problems)


def test_the_spread_decides_the_experience_as_much_as_the_mean():
    def of(value: str) -> str:
        return experience_hash(build_cohort(load_scenario(SMALL, [f"{TREND}={value}"])), 1, "members")

    hashes = [of(v) for v in ("-1%", "normal(-1%, 1%)", "normal(-1%, 2%)", "uniform(-3%, 1%)")]
    assert len(set(hashes)) == 4
    assert of("normal(-1%, 1%)") == hashes[1]


PANDEMIC = """  pandemic:
    starts: 2023-03
    courses: {table: vbcsim:pandemic_2020}
    categories: {inpatient: inpatient, office: office}
    source: judgement
  large_claimants:"""


@pytest.fixture
def pandemic_file(small_text, tmp_path):
    file = tmp_path / "a.yaml"
    file.write_text(small_text.replace("  large_claimants:", PANDEMIC), encoding="utf-8")
    return file


def test_a_pandemic_takes_its_courses_from_a_table_that_comes_with_vbcsim(pandemic_file):
    told = load_scenario(pandemic_file, ["assumptions.pandemic.courses[office].telehealth_share=uniform(0.3, 0.7)"])
    pandemic = told.assumptions.pandemic
    assert pandemic is not None
    assert [c.course for c in pandemic.courses] == ["inpatient", "office", "emergency", "outpatient"]
    assert pandemic.courses[1].telehealth_share == Distribution("uniform", [0.3, 0.7])
    assert pandemic.years == (2023,)
    assert "pandemic_course" in build_cohort(told)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("categories={drugs: office}", "pandemic.categories: drugs is not among the service categories"),
        ("starts=2030-01", "starts in 2030-01 and lasts to 2030; the years of the study are 2021 to 2024: move it"),
        ("courses[ofice].rebound_share=0.1", 'did you mean "office"?'),
    ],
)
def test_a_pandemic_that_does_not_fit_is_refused_where_it_is_read(pandemic_file, change, said):
    with pytest.raises(BadInput) as caught:
        load_scenario(pandemic_file, [f"assumptions.pandemic.{change}"])
    assert said in "; ".join(problem.message for problem in caught.value.problems)


def test_rows_of_one_line_of_business_are_told_apart_by_it(small_text, tmp_path):
    row = "    - category: office\n"
    dual = row + "      line_of_business: dual\n"
    head, _, rest = small_text.partition(row)
    office, _, tail = rest.partition("  shared_frailty:")
    file = tmp_path / "a.yaml"
    file.write_text(f"{head}{row}{office}{dual}{office}  shared_frailty:{tail}", encoding="utf-8")
    told = load_scenario(file, ["assumptions.services[office, dual].mean_cost_usd=normal(150, 5)"])
    assert [s.mean_cost_usd for s in told.assumptions.services[1:]] == [130.0, Distribution("normal", [150, 5])]
