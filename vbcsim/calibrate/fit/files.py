"""What a fit writes: a services table, cells, a section for a scenario, and its diagnostics for people and programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vbcsim.assumptions.spec import SharedFrailty
from vbcsim.calibrate.calibration_files import csv_text, figure, services_csv
from vbcsim.calibrate.fit.goodness import Goodness, goodness_of
from vbcsim.calibrate.fit.page import page
from vbcsim.calibrate.fit.tables import SMALL, all_rows
from vbcsim.cohort.spec import Cell
from vbcsim.core.files import write_atomic
from vbcsim.core.uncertain import Distribution

if TYPE_CHECKING:
    from vbcsim.calibrate.fit.fit import Fit, LineFit

__all__ = ["FILES", "diagnostic_texts", "diagnostics", "write_fit"]

FILES = ("services.csv", "cells.csv", "assumptions.yaml", "diagnostics.json", "diagnostics.md")
"""Names of the files that are written."""


def write_fit(fit: Fit, folder: Path) -> tuple[Path, ...]:
    """Write every file, each whole or not at all, into a folder that is made where there is none; their paths."""
    services, frailties, cells = all_rows(fit)
    note = f"Fitted to {fit.source}; weight of the data and errors of every figure: diagnostics.md."
    texts = (
        services_csv(services, "", note),
        _cells_csv(cells, fit.stratum_is, note),
        _section(frailties),
        *diagnostic_texts(fit),
    )
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in zip(FILES, texts, strict=True):
        write_atomic(folder / name, text)
    return tuple(folder / name for name in FILES)


def diagnostic_texts(fit: Fit) -> tuple[str, str]:
    """Diagnostics as JSON and as a page; persons are simulated from every line's fit, which takes some seconds."""
    checked = tuple(goodness_of(line, seed=fit.seed) for line in fit.lines)
    return json.dumps(diagnostics(fit, checked), indent=2, allow_nan=False) + "\n", page(fit, checked)


def _cells_csv(cells: Sequence[Cell], stratum_is: str, note: str) -> str:
    """Cells with their relativities; whoever is in few is in the cell of small cells."""
    names = list(dict.fromkeys(name for cell in cells for name in cell.use))
    words = ["line_of_business", "age_band", "sex", stratum_is]
    words = [w for w in dict.fromkeys(words) if any(getattr(c, w) != "all" for c in cells)]
    columns = ["cell", *words, "members", "risk_score", *(f"use.{n}" for n in names), *(f"price.{n}" for n in names)]
    rows = [
        [
            cell.cell,
            *(getattr(cell, word) for word in words),
            cell.members,
            figure(cell.risk_score),
            *(figure(cell.use.get(n, 1.0)) for n in names),
            *(figure(cell.price.get(n, 1.0)) for n in names),
        ]
        for cell in cells
    ]
    remark = f"# {note}\n# Members: person-years of the last year. Cells of fewer than {SMALL} persons are one cell.\n"
    return remark + csv_text(columns, rows)


def _section(frailties: Sequence[SharedFrailty]) -> str:
    """A section for a scenario: where the services stand, and the shared frailty."""
    rows = [
        {
            "line_of_business": f.line_of_business,
            "variance": float(figure(f.variance)),
            "persistence": _yaml(f.persistence),
            "source": json.dumps(f.source, ensure_ascii=False),
        }
        for f in frailties
    ]
    lines = [
        "# A section for a scenario; services.csv stands beside it.",
        "# Its cohort: {cells: {table: cells.csv}}.",
        "assumptions:",
        "  services: {table: services.csv}",
        "  shared_frailty:",
    ]
    for row in rows:
        alone = len(rows) == 1
        keys = [k for k in row if not (alone and k == "line_of_business")]
        lead = "    " if alone else "    - "
        for k, key in enumerate(keys):
            lines.append(f"{lead if k == 0 or alone else '      '}{key}: {row[key]}")
    return "\n".join(lines) + "\n"


def _yaml(value: float) -> str:
    if isinstance(value, Distribution):
        return f"{{{value.kind}: [{', '.join(figure(f) for f in value.figures)}]}}"
    return figure(value)


def diagnostics(fit: Fit, checked: Sequence[Goodness]) -> dict[str, Any]:
    """Figures, thresholds and comparisons as plain data."""
    return {
        "source": fit.source,
        "seed": fit.seed,
        "left_out": list(fit.left_out),
        "lines": [_line(line, good) for line, good in zip(fit.lines, checked, strict=True)],
    }


def _line(line: LineFit, good: Goodness) -> dict[str, Any]:
    return {
        "line_of_business": line.line,
        "persons": line.data.persons,
        "years": list(line.data.years),
        "shrunk_to": line.prior_name or None,
        "figures": [_plain(f) for f in line.figures],
        "thresholds": {
            name: [_plain(t) for t in found.thresholds if t.services == 0 or t.services >= SMALL]
            for name, found in line.severities.items()
            if found is not None
        },
        "goodness_of_fit": [_plain(check) for check in good.checks],
        "quantiles_over_mean": [_plain(q) for q in good.quantiles],
        "pit": [round(share, 4) for share in good.pit],
        "notes": list(line.notes),
    }


def _plain(value: Any) -> dict[str, Any]:
    """Fields of a frozen value; what is not finite is left blank."""
    fields = {name: getattr(value, name) for name in value.__slots__}
    return {k: None if isinstance(v, float) and not abs(v) < float("inf") else v for k, v in fields.items()}
