"""The reconciliation as a table and as JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from vbcsim.calibrate.reconcile import Reconciliation, reconcile
from vbcsim.calibrate.reconcile_table import COLUMNS, csv_text, json_object, write_csv
from vbcsim.core.errors import BadInput

MakeFile = Callable[..., Path]


@pytest.fixture
def result(make_file: MakeFile) -> Reconciliation:
    rows = [
        {"id": "A1", "spend": "99000000", "track": "Current_Track_1"},
        {"id": "=cmd()", "track": "Current_Track_1"},
        {"id": "-A3, with comma", "spend": "105000000", "track": "Current_Track_3"},
    ]
    return reconcile([make_file("2017", rows, name="py2017.csv")])


def test_csv_has_the_columns_asked_for(result: Reconciliation) -> None:
    rows = list(csv.DictReader(io.StringIO(csv_text(result), newline="")))
    assert tuple(rows[0]) == COLUMNS
    asked = "aco_id performance_year track settled_usd published_usd difference_usd within_rounding clause"
    assert COLUMNS[:8] == tuple(asked.split())
    assert rows[0]["settled_usd"] == "0.00"
    assert rows[0]["within_rounding"] == "true"
    assert float(rows[2]["difference_usd"]) == -2_000_000


def test_no_cell_is_a_formula(result: Reconciliation) -> None:
    rows = list(csv.DictReader(io.StringIO(csv_text(result), newline="")))
    assert [row["aco_id"] for row in rows] == ["A1", "'=cmd()", "'-A3, with comma"]
    for row in rows:
        text = [cell for name, cell in row.items() if not name.endswith("_usd")]
        assert all(cell[:1] not in ("=", "+", "-", "@", "\t", "\r") for cell in text)
        assert all(float(cell) is not None for name, cell in row.items() if name.endswith("_usd"))


def test_json(result: Reconciliation) -> None:
    found = json.loads(json.dumps(json_object(result), allow_nan=False))
    assert found["program"] == "mssp"
    assert found["years"]["2017"]["acos"] == 3
    assert found["rows"][2]["aco_id"] == "-A3, with comma"
    assert found["beyond_rounding"] == 2


def test_written_whole_or_not_at_all(result: Reconciliation, tmp_path: Path) -> None:
    write_csv(result, tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_bytes().decode() == csv_text(result)
    with pytest.raises(BadInput):
        write_csv(result, tmp_path / "no" / "folder" / "out.csv")
