"""A reconciliation as a CSV table and as one JSON object."""

from __future__ import annotations

import csv
import io
from dataclasses import asdict
from pathlib import Path
from typing import Any

from vbcsim.calibrate.reconcile import Reconciliation
from vbcsim.core.files import write_atomic

__all__ = ["COLUMNS", "csv_text", "json_object", "write_csv"]

COLUMNS = (
    "aco_id",
    "performance_year",
    "track",
    "settled_usd",
    "published_usd",
    "difference_usd",
    "within_rounding",
    "clause",
    "tolerance_usd",
    "note",
)
"""Columns of the table, in order."""


def csv_text(result: Reconciliation) -> str:
    """The rows as CSV (RFC 4180). A text that a spreadsheet would take for a formula is made inert by an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in result.rows:
        writer.writerow([_cell(getattr(row, name)) for name in COLUMNS])
    return out.getvalue()


def write_csv(result: Reconciliation, path: str | Path) -> None:
    """Write the table, whole or not at all; raises BadInput where the folder cannot be written."""
    write_atomic(path, csv_text(result))


def json_object(result: Reconciliation) -> dict[str, Any]:
    """The reconciliation for ``--json``: summaries by year, every row, and what could not be read."""
    return {
        "program": result.program,
        "years": {str(summary.performance_year): asdict(summary) for summary in result.years},
        "rows": [asdict(row) for row in result.rows],
        "beyond_rounding": len(result.beyond_rounding),
        "problems": [{"place": problem.place, "message": problem.message} for problem in result.problems],
    }


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value + 0.0:.2f}"
    text = str(value)
    return f"'{text}" if text.lstrip()[:1] in {"=", "+", "-", "@"} or text[:1] in {"\t", "\r", "\n"} else text
