"""From a row of a public-use file to a scenario, and back: the scenario reproduces the row."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from vbcsim.calibrate.annual_cost import annual_cost
from vbcsim.calibrate.mssp import CalibratedAco, calibrate_mssp, calibrated_aco
from vbcsim.calibrate.public_use_file import read_public_use_file
from vbcsim.core.errors import BadInput
from vbcsim.scenario.load import parse_scenario
from vbcsim.scenario.model import Scenario

TYPES = {"esrd": "esrd", "disabled": "dis", "aged_dual": "agdu", "aged_non_dual": "agnd"}


@pytest.fixture(scope="module")
def file(shared_data: Path) -> Path:
    return shared_data / "mssp" / "py2022.csv"


@pytest.fixture(scope="module")
def aco(file: Path) -> CalibratedAco:
    read = read_public_use_file(file)
    return calibrated_aco(read.aco("A2205"), list(read.rows))


@pytest.fixture(scope="module")
def scenario(file: Path) -> Scenario:
    return parse_scenario(calibrate_mssp(file, "A2205"))


def test_expected_truncated_cost_by_type_is_the_published_one(aco: CalibratedAco, scenario: Scenario) -> None:
    thresholds = scenario.designs["enhanced"]["truncation_usd"]
    total = 0.0
    for cell in scenario.cohort.cells:
        assumed = scenario.assumptions
        cost = annual_cost(
            assumed.services, assumed.shared_frailty, cell.utilization_relativity, cell.frailty_relativity
        )
        truncated = cell.price_relativity * cost.limited_mean_usd(thresholds[cell.cell] / cell.price_relativity)
        published = aco.row.number(f"per_capita_exp_all_{TYPES[cell.cell]}_py")
        assert truncated == pytest.approx(published, rel=0.0005)  # rounding of the file's dollars and of the scenario
        percentile = cell.price_relativity * cost.quantile_usd(0.99)
        assert percentile == pytest.approx(thresholds[cell.cell], rel=0.0001)
        total += cell.members * truncated
    assert total / scenario.members == pytest.approx(aco.row.number("per_capita_exp_total_py"), rel=0.0001)


def test_use_per_1000_is_the_published_one(aco: CalibratedAco, scenario: Scenario) -> None:
    relativity = sum(c.members * c.utilization_relativity for c in scenario.cohort.cells) / scenario.members
    assert relativity == pytest.approx(1.0, abs=1e-5)
    use = {s.category: s.utilization_per_1000 for s in scenario.assumptions.services}
    assert use["inpatient"] == aco.row.number("adm")
    assert use["skilled_nursing"] == aco.row.number("p_snf_adm")
    assert use["professional"] == aco.row.number("p_em_total")


def test_spending_by_category_is_the_published_one_up_to_truncation(aco: CalibratedAco, scenario: Scenario) -> None:
    # Published by category it is not cut off; the model differs by what its own truncation takes more or less.
    price = (
        sum(c.members * c.utilization_relativity * c.price_relativity for c in scenario.cohort.cells) / scenario.members
    )
    assert price == pytest.approx(1.0, abs=0.02)
    spent = {s.category: price * s.utilization_per_1000 / 1000 * s.mean_cost_usd for s in scenario.assumptions.services}
    assert spent["inpatient"] == pytest.approx(aco.row.number("capann_inp_all"), rel=0.02)
    assert spent["outpatient"] + spent["emergency"] == pytest.approx(aco.row.number("capann_opd"), rel=0.02)


def test_members_years_and_floors(aco: CalibratedAco, scenario: Scenario) -> None:
    assert scenario.members == aco.row.person_years
    assert [c.members for c in scenario.cohort.cells] == [75, 904, 429, 11486]
    assert (scenario.years.base, scenario.years.performance) == ((2020, 2021, 2022), (2023, 2024, 2025))
    floors = scenario.assumptions.large_claimants.floor_usd
    assert isinstance(floors, dict)
    for design in scenario.designs.values():
        for name, usd in design["truncation_usd"].items():
            lowest = usd / (1 + design["truncation_growth"]) ** 2
            assert 0.9 * lowest < floors[name] < lowest


def test_designs(scenario: Scenario) -> None:
    assert list(scenario.designs) == ["basic_a", "basic_e", "enhanced"]  # its own track is basic_e
    for design in scenario.designs.values():
        assert design["elected_minimum_rate"] == 0  # elected by the real ACO
        assert design["benchmark_rules"] == "blend"  # an agreement of 2023
        assert design["low_revenue"] is True
        assert design["regional_adjustment"] == pytest.approx(304 / 12010, abs=0.00005)
        assert design["prior_savings_rate"] == 0.052
    assert set(scenario.arrangements) == set(scenario.designs)


def test_record_is_what_was_published(scenario: Scenario) -> None:
    record = {name: figure.value for name, figure in scenario.record.items()}
    assert record["benchmark"] == 154_865_496
    assert record["earned"] == 3_949_432
    assert record["savings_rate"] == 0.052
    assert record["track"] == "basic_e"
    assert all("performance year 2022, ACO A2205" in figure.source for figure in scenario.record.values())


def test_own_track_is_a_design(file: Path) -> None:
    one_sided = parse_scenario(calibrate_mssp(file, "A1006", years=5, draws=50, seed=9))
    assert list(one_sided.designs) == ["basic_a", "basic_e", "enhanced", "current"]
    assert one_sided.designs["current"]["track"] == "basic_b"
    assert one_sided.designs["enhanced"]["elected_minimum_rate"] == "scale"
    assert one_sided.years.performance == (2023, 2024, 2025, 2026, 2027)
    assert (one_sided.draws, one_sided.seed) == (50, 9)


@pytest.mark.parametrize(("year", "rules"), [(2015, "national"), (2016, "national"), (2021, "blend")])
def test_other_years(shared_data: Path, year: int, rules: str) -> None:
    path = shared_data / "mssp" / f"py{year}.csv"
    found = parse_scenario(calibrate_mssp(path, read_public_use_file(path).rows[1].aco_id))
    assert found.years.performance == (year + 1, year + 2, year + 3)
    assert found.designs["basic_a"]["benchmark_rules"] == rules
    assert found.designs["basic_a"]["regional_adjustment"] == 0


def test_prior_savings_count_from_2024(aco: CalibratedAco) -> None:
    later = replace(aco, row=replace(aco.row, performance_year=2023))
    assert later.benchmark_rules == "prospective"
    assert later.performance_years == range(2024, 2027)
    from vbcsim.contract.book import Book
    from vbcsim.contract.program import resolve

    design = {"track": "basic_e", "prior_savings_rate": 0.06, "regional_adjustment": 0.01}
    for rate, adjustment in ((0.06, 0.03), (0.2, 0.05), (0.0, 0.01)):
        arrangement = resolve("mssp", {**design, "prior_savings_rate": rate}, [2024])
        line = Book.from_lines({"lives": 10_000}, [2024]).declare(arrangement.lines)["benchmark_adjustment"]
        assert line.ravel().tolist() == pytest.approx([adjustment])


def test_a_suppressed_type_is_said(file: Path) -> None:
    text = calibrate_mssp(file, "A1051")
    assert "# esrd: person-years suppressed in the file" in text
    assert parse_scenario(text).members == 10816


def test_names_cannot_break_the_file(aco: CalibratedAco) -> None:
    from vbcsim.calibrate.scenario_text import scenario_text

    row = replace(aco.row, aco_id="A-1\n#", aco_name='Q"uo: te\u202e\nvbcsim: 2 # {')
    found = parse_scenario(scenario_text(replace(aco, row=row), draws=10, seed=1))
    assert found.name == "mssp_a_1___2022"
    assert found.title.startswith('Q"uo: te')


@pytest.mark.parametrize("years", [0, 6])
def test_number_of_years(file: Path, years: int) -> None:
    with pytest.raises(BadInput, match="1 to 5 performance years"):
        calibrate_mssp(file, "A2205", years=years)


def test_unknown_aco(file: Path) -> None:
    with pytest.raises(BadInput, match="holds 482 ACOs and none is 'A2206'; the closest are"):
        calibrate_mssp(file, "A2206")
