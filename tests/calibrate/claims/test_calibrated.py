"""From claims to tables: planted parameters come back within their errors, and the scenario that is written loads."""

from __future__ import annotations

import numpy as np
import pytest

from tests.calibrate.claims.written import STAY_USD, STAYS
from vbcsim.calibrate.claims.calibrated import calibrate_claims
from vbcsim.calibrate.claims.extract import read_claims
from vbcsim.calibrate.claims.scenario import files_of
from vbcsim.scenario.load import load_scenario


def test_planted_parameters_are_found_within_their_errors(calibrated):
    line = calibrated.fit.lines[0]
    for category, field, planted in (
        ("inpatient", "utilization_per_1000", STAYS),
        ("inpatient", "mean_cost_usd", STAY_USD),
        ("emergency", "utilization_per_1000", 250.0),
        ("primary_care", "mean_cost_usd", 140.0),
    ):
        figure = line.figure(category, field)
        assert abs(figure.estimate - planted) < 4 * figure.standard_error, (category, field, figure)
        assert figure.standard_error < 0.1 * planted


def test_completed_cost_is_what_was_simulated(written, calibrated):
    """Everything was paid before the last payment month: nothing is left to complete but rounding of the pattern."""
    usd = calibrated.people.usd.sum()
    assert usd == pytest.approx(written.cents.sum() / 100.0, rel=0.002)


def test_the_scenario_that_is_written_loads(calibrated, written, tmp_path):
    for name, text in files_of(calibrated, draws=50, seed=3, years=2).items():
        (tmp_path / name).write_text(text)
    scenario = load_scenario(tmp_path / "scenario.yaml")
    assert scenario.members == pytest.approx(len(written.people), abs=len(scenario.cohort.cells))
    assert scenario.years.base == (2022, 2023)
    assert scenario.years.performance == (2024, 2025)
    assert {c.region for c in scenario.cohort.cells} <= {"north", "south", "all"}
    assert {c.risk_tier for c in scenario.cohort.cells} >= {"tier_1", "tier_2"}
    assert [s.category for s in scenario.assumptions.services] == list(calibrated.people.categories)
    pmpm = sum(
        c.members * c.use.get(s.category, 1.0) * c.price.get(s.category, 1.0) * s.utilization_per_1000 * s.mean_cost_usd
        for c in scenario.cohort.cells
        for s in scenario.assumptions.services
    ) / (12_000.0 * scenario.members)
    last = calibrated.people.year == 2023
    assert pmpm == pytest.approx(calibrated.people.usd[last].sum() / calibrated.people.months[last].sum(), rel=0.12)


def test_the_dearer_tier_uses_more_and_differs_less(calibrated):
    risk = {c.risk_tier: [] for c in calibrated.cells}
    for cell in calibrated.cells:
        risk[cell.risk_tier].append(cell.risk_score)
    assert np.mean(risk["tier_2"]) > 1.5 * np.mean(risk["tier_1"])


def test_lines_of_business_with_other_categories_make_one_scenario(put, tmp_path):
    lines = {"C": "commercial", "M": "medicare"}
    people = "".join(
        f"{c}{k},2022-01-01,2022-{11 + k % 2}-30,19{50 if c == 'M' else 85}-05-05,F,{line}\n"
        for c, line in lines.items()
        for k in range(70)
    )
    rows = "".join(
        f"V{c}{k}{m},1,{c}{k},2022-{m:02d}-10,2022-12-20,{90 + k + m},,,11,99213\n"
        for c in lines
        for k in range(70)
        for m in (1 + k % 10, 11 - k % 6)
    )
    tests = "".join(f"L{k},1,C{k},2022-03-10,2022-04-20,{40 + k},,,81,80053\n" for k in range(30))
    odd = "".join(f"U{k},1,M{k},2022-12-01,2022-12-20,{40 + k},,,11,??\n" for k in range(70))
    found = calibrate_claims(read_claims(put(eligibility=people, medical_claim=rows + tests + odd)))
    for name, text in files_of(found, draws=10, seed=1, years=1).items():
        (tmp_path / name).write_text(text)
    scenario = load_scenario(tmp_path / "scenario.yaml")
    none = {(s.category, s.line_of_business) for s in scenario.assumptions.services if s.utilization_per_1000 == 0}
    assert none == {("unclassified", "commercial")}
    assert 0.0 < found.exit_rate < 0.1


def test_a_category_that_few_used_takes_the_shipped_level(put, months):
    people = "".join(f"P{k},2022-01-01,2022-12-31,1980-05-05,F,commercial\n" for k in range(80))
    visits = "".join(f"V{k},1,P{k},2022-{1 + k % 12:02d}-10,2022-12-20,{90 + k},,,11,99213\n" for k in range(80))
    stays = "".join(f"S{k},1,P{k},2022-03-10,2022-04-20,{9000 + k},111,0120,,\n" for k in range(3))
    found = calibrate_claims(read_claims(put(eligibility=people, medical_claim=visits + stays)))
    assert found.fit.lines[0].few == {"inpatient"}
    stay = next(s for s in found.services if s.category == "inpatient")
    assert float(stay.mean_cost_usd) == pytest.approx(found.fit.lines[0].figure("inpatient", "mean_cost_usd").shipped)
    assert all(c.use["inpatient"] == 1.0 for c in found.cells)


def test_few_leavers_are_not_told(put, months):
    people = "".join(
        f"P{k},2022-01-01,2022-{'06-30' if k < 3 else '12-31'},1980-05-05,F,commercial\n" for k in range(80)
    )
    visits = "".join(f"V{k},1,P{k},2022-{1 + k % 12:02d}-10,2022-12-20,{90 + k},,,11,99213\n" for k in range(80))
    found = calibrate_claims(read_claims(put(eligibility=people, medical_claim=visits)), complete=False)
    assert found.extract.exits[0] == 3
    assert found.exit_rate == pytest.approx(5.5 / found.extract.exits[1])
    assert any("fewer than 11 members left" in note for note in found.notes)


def test_unknown_services_of_few_join_another_category(put, months):
    people = "".join(f"P{k},2022-01-01,2022-12-31,1980-05-05,F,commercial\n" for k in range(80))
    visits = "".join(f"V{k},1,P{k},2022-{1 + k % 12:02d}-10,2022-12-20,{90 + k},,,11,99213\n" for k in range(80))
    odd = "U1,1,P1,2022-03-10,2022-04-20,500,,,11,??\nU2,1,P2,2022-03-10,2022-04-20,70,,,11,??\n"
    found = calibrate_claims(read_claims(put(eligibility=people, medical_claim=visits + odd)), complete=False)
    assert [s.category for s in found.services] == ["primary_care"]
    assert found.people.usd.sum() == sum(90 + k for k in range(80)) + 570
    assert any("fewer than 11 persons had services that no rule knows" in note for note in found.notes)
