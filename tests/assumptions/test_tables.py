"""The shipped tables: they load, say where each row comes from, and add up to what they say."""

from __future__ import annotations

import numpy as np
import pytest

from vbcsim.assumptions.spec import Service
from vbcsim.calibrate.rows import read_cells, read_frailties, read_services
from vbcsim.cohort.spec import Cell
from vbcsim.scenario.tables import shipped_tables

LINES = ("commercial", "medicare", "medicaid", "dual", "oncology")
CATEGORIES = {
    *("inpatient", "emergency", "observation", "outpatient_surgery", "outpatient_other", "primary_care", "specialist"),
    *("imaging_lab", "skilled_nursing", "home_health", "behavioral", "part_b_drugs", "ancillary", "retail_drugs"),
}


def services(line: str) -> tuple[Service, ...]:
    return read_services(f"vbcsim:{line}_services")


def cells(line: str) -> tuple[Cell, ...]:
    return read_cells(f"vbcsim:{line}_cells")


def shares(line: str) -> np.ndarray:
    members = np.array([c.members for c in cells(line)], dtype=float)
    return members / members.sum()


def usd(line: str) -> np.ndarray:
    """Yearly cost by cell and category."""
    whole = np.array([s.utilization_per_1000 / 1000 * s.mean_cost_usd for s in services(line)])
    own = [
        [c.utilization_relativity * c.price_relativity * c.use.get(s.category, 1) for s in services(line)]
        for c in cells(line)
    ]
    return whole * np.array(own)


@pytest.mark.parametrize("line", LINES)
def test_every_line_of_business_has_the_same_categories_and_a_source_in_every_row(line):
    rows = services(line)
    assert {s.category for s in rows} == CATEGORIES
    assert {s.line_of_business for s in rows} == {c.line_of_business for c in cells(line)} == {line}
    assert all(s.source and s.reference_year for s in rows)
    assert all(c.source for c in cells(line))


def test_every_line_of_business_has_its_shared_frailty():
    assert [f.line_of_business for f in read_frailties("vbcsim:shared_frailty")] == list(LINES)


@pytest.mark.parametrize(
    ("line", "usd_pmpm"),
    [
        ("commercial", 559.0),  # HCCI 2022
        ("medicare", (11_419 + 3_189) / 12),  # ACO public-use file 2021 before truncation, and retail drugs
        ("dual", (16_899 + 6_216) / 12),
        ("oncology", 15_000.0),  # $90,000 in six months
    ],
)
def test_cost_is_that_of_the_table_s_head(line, usd_pmpm):
    assert (shares(line) @ usd(line)).sum() / 12 == pytest.approx(usd_pmpm, rel=2e-3)


def test_the_mix_of_commercial_spending_is_that_of_hcci():
    part = dict(
        zip([s.category for s in services("commercial")], shares("commercial") @ usd("commercial"), strict=True)
    )
    total = sum(part.values())
    assert part["inpatient"] / total == pytest.approx(0.195, abs=0.004)
    assert part["retail_drugs"] / total == pytest.approx(0.21, abs=0.004)


@pytest.mark.parametrize("line", LINES[:-1])
def test_relativities_have_mean_one_over_members(line):
    for category in CATEGORIES:
        mean = shares(line) @ [c.use[category] for c in cells(line)]
        assert mean == pytest.approx(1.0, abs=2e-3), category


@pytest.mark.parametrize(
    ("line", "cell", "other", "ratio"),
    [
        ("commercial", "45-64_female", "0-17_male", 5681 / 1657),
        ("commercial", "18-44_female", "18-44_male", 3432 / 1798),
        ("medicare", "75-84_male", "65-74_male", 11179 / 8507),
        ("medicaid", "45-64_male", "0-17_female", 7972 / 1232),
        ("dual", "under_65_female", "65-74_male", 22167 / 10399),
    ],
)
def test_cells_cost_what_the_survey_says_by_age_and_sex(line, cell, other, ratio):
    """MEPS-HC 2012-2015, yearly cost of a person."""
    by_cell = dict(zip([c.cell for c in cells(line)], usd(line).sum(axis=1), strict=True))
    assert by_cell[cell] / by_cell[other] == pytest.approx(ratio, rel=3e-3)


def test_women_of_childbearing_age_have_maternity_stays():
    use = {c.cell: c.use["inpatient"] for c in cells("commercial")}
    assert use["18-44_female"] / use["18-44_male"] == pytest.approx(85 / 21, rel=5e-3)


@pytest.mark.parametrize(("line", "trend"), [("commercial", 0.05), ("medicare", 0.045), ("medicaid", 0.045)])
def test_trends_add_up_to_the_stated_one(line, trend):
    rows = services(line)
    usd_now = np.array([s.utilization_per_1000 * s.mean_cost_usd for s in rows])
    growth = np.array([(1 + s.utilization_trend) * (1 + s.price_trend) - 1 for s in rows])
    assert usd_now @ growth / usd_now.sum() == pytest.approx(trend, abs=0.001)


def test_tables_say_in_their_head_what_they_are():
    for name, path in shipped_tables().items():
        assert path.read_text(encoding="utf-8").startswith("# "), name
