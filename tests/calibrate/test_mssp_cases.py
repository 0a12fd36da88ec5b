"""Worked cases of the Shared Savings Program: its scale, its rules one by one, and published settlements."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ruamel.yaml import YAML

from vbcsim.contract.book import Book
from vbcsim.contract.program import resolve
from vbcsim.contract.settle import settle_amounts

CASES = Path(__file__).resolve().parent.parent / "cases"


def _cases() -> list[Any]:
    found = []
    for path in sorted(CASES.glob("mssp_*.yaml")):
        file = YAML(typ="safe", pure=True).load(path.read_text())
        defaults = file.get("defaults", {})
        for case in file["cases"]:
            whole = {**defaults, **case, "lines": {**defaults.get("lines", {}), **case["lines"]}}
            found.append(pytest.param(whole, id=f"{path.stem}: {case['name']}"))
    return found


@pytest.mark.parametrize("case", _cases())
def test_case(case: dict[str, Any]) -> None:
    arrangement = resolve("mssp", case["inputs"], [case["year"]])
    book = Book.from_lines(case["lines"], [case["year"]])
    if "minimum_rate" in case:
        found = book.declare(arrangement.lines)["minimum_rate"]
        expected = case["minimum_rate"]
    else:
        found = settle_amounts(book, arrangement)["shared_savings"]
        expected = case["shared_savings"]
    assert np.ravel(found).tolist() == pytest.approx([expected], rel=0, abs=case["within"] + 1e-9)
