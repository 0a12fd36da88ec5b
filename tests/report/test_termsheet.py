"""Term sheets: what applies in the years of the contract, what sets the designs apart first."""

from __future__ import annotations

from typing import Any

from vbcsim.contract.arrangement import Arrangement, UsedParameter
from vbcsim.contract.read import read_arrangement
from vbcsim.report.termsheet import term_sheets

YEARS = (2023, 2024, 2025)


def design(share: float, *, floor: float = 0.0) -> Arrangement:
    terms: list[dict[str, Any]] = [
        {"difference": {"of": "benchmark", "less": "expenditure"}},
        {"minimum_rate": {"savings": 0.03}, "to": 2022},
        {
            "minimum_rate": {"savings": "least_rate"},
            "from": 2024,
            "note": "kinder in the first year.",
            "source": "draft of May",
        },
        {"share": {"savings": share, "losses": 0}},
    ]
    raw = {
        "title": "A draft",
        "lines": {"least_rate": {"constant": {"value": 0.02 + floor}}, "unused": {"constant": {"value": 1}}},
        "provisions": [{"name": "shared_savings", "payer": "payer", "payee": "provider", "terms": terms}],
    }
    figures = [
        {"name": "sequestration", "value": 0.02, "unit": "fraction", "source": "statute", "grade": "D"},
        {"name": "sharing_rate", "value": share, "unit": "fraction", "source": "draft", "grade": "M"},
    ]
    return read_arrangement(raw, "draft", parameters=[UsedParameter.model_validate(f) for f in figures])


def test_clauses_of_other_years_are_left_out_and_part_years_are_said() -> None:
    sheet = term_sheets({"a": design(0.4)}, YEARS).sheets["a"]
    clauses = [clause.sentence for clause in sheet.provisions[0].clauses]
    assert len(clauses) == 3
    assert clauses[1].startswith("In 2024–2025: Share nothing of savings or losses below the least rate")
    assert clauses[1].endswith("(kinder in the first year).")
    assert sheet.provisions[0].clauses[1].source == "draft of May"
    assert sheet.provisions[0].flow.startswith("payer pays provider")


def test_lines_stand_beside_the_clause_that_reads_them_and_what_is_alike_is_told_once() -> None:
    alike = term_sheets({"a": design(0.4), "b": design(0.5)}, YEARS).sheets
    told = [[(line.name, line.sentence) for line in c.lines] for c in alike["a"].provisions[0].clauses]
    assert told == [[], [("Least rate", "Stated in the contract: 2%.")], []]
    assert [c.lines for c in alike["b"].provisions[0].clauses] == [(), (), ()]
    apart = term_sheets({"a": design(0.4), "b": design(0.5, floor=0.01)}, YEARS).sheets
    assert [line.sentence for line in apart["b"].provisions[0].clauses[1].lines] == ["Stated in the contract: 3%."]


def test_figures_stand_side_by_side_what_differs_first() -> None:
    figures = term_sheets({"a": design(0.4), "b": design(0.5)}, YEARS).figures
    assert [(f.name, f.values, f.alike, f.unverified) for f in figures] == [
        ("Sharing rate", ("40%", "50%"), False, True),
        ("Sequestration", ("2%", "2%"), True, False),
    ]
    assert figures[1].source == "statute (agrees with published settlements)"


def test_no_design_no_sheet() -> None:
    assert term_sheets({}, YEARS) == ({}, ())
