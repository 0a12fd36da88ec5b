"""Members by enrollment type: published, rounded, suppressed."""

from __future__ import annotations

from pathlib import Path

import pytest

from vbcsim.calibrate.aco_year import AcoYear
from vbcsim.calibrate.enrollment import TYPES, enrollment_types
from vbcsim.calibrate.public_use_file import read_public_use_file
from vbcsim.core.errors import BadInput

PUBLISHED = {
    "esrd": (50, 80_000.0, 1.0),
    "disabled": (900, 11_000.0, 0.98),
    "aged_dual": (450, 16_000.0, 1.01),
    "aged_non_dual": (8600, 10_000.0, 1.02),
}


def aco(hidden: dict[str, str] | None = None, figures: dict[str, tuple[float, float, float]] | None = None) -> AcoYear:
    figures = figures or PUBLISHED
    people = sum(count for count, _, _ in figures.values())
    total = sum(count * usd for count, usd, _ in figures.values()) / people
    cells = {"per_capita_exp_total_py": f"{total:.6f}"}
    for name, columns in TYPES.items():
        cells |= {column: str(figure) for column, figure in zip(columns, figures[name], strict=True)}
    cells |= hidden or {}
    usual = {"place": "py2022.csv:2", "aco_id": "A1", "aco_name": "", "performance_year": 2022, "months": 12}
    money = {"benchmark_usd": 1.0, "expenditure_usd": 1.0, "published_usd": 0.0, "disaster_usd": 0.0}
    shares = {"minimum_rate": 0.0, "minimum_rate_half_unit": 0.0, "quality_score": 1.0, "quality_half_unit": 0.0}
    rest = {"track": "basic_a", "agreement_start": None, "agreement_period": None, "standard": "met"}
    flags = {"low_revenue": None, "guardrail": False, "notes": ()}
    return AcoYear(**usual, **money, **shares, **rest, **flags, lives=people, person_years=people, cells=cells)


def test_published_figures_are_carried_over() -> None:
    found = enrollment_types(aco(), [])
    assert [(t.name, t.person_years, t.risk_score, t.note) for t in found] == [
        (name, count, risk, "") for name, (count, _, risk) in PUBLISHED.items()
    ]
    assert [t.per_capita_usd for t in found] == pytest.approx([usd for _, usd, _ in PUBLISHED.values()])


def test_nobody_of_a_type_is_no_cell() -> None:
    found = enrollment_types(aco({"n_ab_year_esrd_py": "0"}, {**PUBLISHED, "esrd": (0, 0.0, 0.0)}), [])
    assert [t.name for t in found] == ["disabled", "aged_dual", "aged_non_dual"]


def test_suppressed_pair_is_solved_from_the_totals() -> None:
    figures = {**PUBLISHED, "esrd": (7, 82_000.0, 1.0)}
    hidden = dict.fromkeys(TYPES["esrd"], "*") | {"n_ab_year_aged_dual_py": "*"}
    esrd, _, dual, _ = enrollment_types(aco(hidden, figures), [aco()])
    assert (esrd.person_years, dual.person_years) == (7, 450)
    assert esrd.per_capita_usd == pytest.approx(82_000, rel=1e-6)
    assert esrd.risk_score == 1.0
    assert dual.per_capita_usd == pytest.approx(16_000)
    assert "suppressed" in esrd.note
    assert "risk score: mean of the file" in esrd.note
    assert "risk score" not in dual.note


def test_one_suppressed_count_is_what_the_totals_leave() -> None:
    found = enrollment_types(aco({"n_ab_year_esrd_py": "*"}), [aco()])
    assert (found[0].name, found[0].person_years) == ("esrd", 50)


def test_more_suppressed_than_the_totals_can_tell() -> None:
    hidden = {TYPES[name][0]: "*" for name in ("esrd", "disabled", "aged_dual")}
    with pytest.raises(BadInput, match="esrd, disabled, aged_dual are suppressed: more than the totals can tell"):
        enrollment_types(aco(hidden), [aco()])


def test_a_row_without_totals() -> None:
    with pytest.raises(BadInput, match=r"py2022.csv:2: has no n_ab_year_py or per_capita_exp_total_py"):
        enrollment_types(aco({"per_capita_exp_total_py": "*"}), [])


@pytest.mark.parametrize("year", [2015, 2016, 2021, 2022])
def test_every_published_row_adds_up(shared_data: Path, year: int) -> None:
    rows = read_public_use_file(shared_data / "mssp" / f"py{year}.csv").rows
    solved = 0
    for row in rows:
        found = enrollment_types(row, rows)
        people = sum(t.person_years for t in found)
        assert people == round(row.person_years or 0)
        total = row.number("per_capita_exp_total_py")
        assert sum(t.person_years * t.per_capita_usd for t in found) / people == pytest.approx(total, rel=1e-9)
        hidden = [t for t in found if t.note]
        solved += bool(hidden)
        if hidden:  # what was solved is a count that would have been suppressed, at a cost as elsewhere
            assert 1 <= hidden[0].person_years <= 10
            assert 60_000 < hidden[0].per_capita_usd < 110_000
    assert solved == {2015: 1, 2016: 0, 2021: 0, 2022: 18}[year]
