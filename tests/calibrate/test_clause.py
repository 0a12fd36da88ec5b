"""The clause that decided a settlement."""

from __future__ import annotations

import numpy as np
import pytest

from vbcsim.calibrate.clause import deciding_clauses
from vbcsim.contract.book import Book
from vbcsim.contract.program import resolve
from vbcsim.contract.settle import entries

USUAL = {
    "benchmark": 1e8,
    "expenditure": 9e7,
    "lives": 60_000,
    "quality_score": 0.9,
    "quality_standard_met": 1,
    "revenue": 1e9,
}


@pytest.mark.parametrize(
    ("track", "year", "changed", "clause"),
    [
        ("basic_e", 2024, {}, "share: sharing rate"),
        ("basic_e", 2018, {}, "share: sharing rate"),
        ("basic_e", 2024, {"expenditure": 9.9e7}, "minimum_rate: savings short of the minimum savings rate"),
        ("basic_e", 2024, {"expenditure": 1.01e8}, "minimum_rate: losses short of the minimum loss rate"),
        ("basic_a", 2024, {"expenditure": 1.2e8}, "share: losses are not shared on a one-sided track"),
        ("basic_a", 2024, {"expenditure": 1.01e8}, "share: losses are not shared on a one-sided track"),
        ("basic_e", 2024, {"expenditure": 1.03e8}, "share: loss rate"),
        ("basic_e", 2024, {"expenditure": 2e8}, "limit: limit on losses"),
        ("basic_e", 2024, {"expenditure": 5e7}, "limit: payment limit"),
        ("basic_e", 2024, {"quality_standard_met": 0}, "gate: quality standard not met"),
        ("basic_e", 2024, {"guardrail_open": 0}, "gate: guardrail on the three-way trend"),
        ("basic_e", 2021, {"expenditure": 1.2e8}, "relief: disaster relief"),
        ("basic_e", 2024, {"expenditure": 1e8}, "difference: neither savings nor losses"),
        (
            "basic_e",
            2024,
            {"expenditure": 9.9e7, "low_revenue": 1, "agreement_start": 2024},
            "minimum_rate: half rate short of the minimum savings rate",
        ),
    ],
)
def test_clause(track: str, year: int, changed: dict[str, float], clause: str) -> None:
    steps = list(entries(Book.from_lines({**USUAL, **changed}, [year]), resolve("mssp", {"track": track}, [year])))
    assert deciding_clauses(steps, 1) == [clause]


def test_each_row_has_its_own_clause() -> None:
    lines = {**USUAL, "expenditure": np.array([[9e7], [9.9e7], [1.2e8]])}
    steps = list(entries(Book.from_lines(lines, [2024]), resolve("mssp", {"track": "basic_b"}, [2024])))
    assert [clause.split(":")[0] for clause in deciding_clauses(steps, 3)] == ["share", "minimum_rate", "share"]
