"""What ``calibrate facts`` writes: a services table, a section for a scenario, tiers, and the diagnostics."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from vbcsim.assumptions.spec import Service
from vbcsim.calibrate.calibration import Calibration
from vbcsim.calibrate.tiers import Tier
from vbcsim.calibrate.validation import finding_object
from vbcsim.core.files import write_atomic
from vbcsim.core.uncertain import Distribution

__all__ = ["csv_text", "diagnostics", "figure", "services_csv", "write_calibration"]

_SOLVED: Final = ("overdispersion", "shared_weight", "persistence", "body_sigma", "tail_probability", "tail_index")
_LEVEL: Final = ("category", "line_of_business", "service", "utilization_per_1000", "mean_cost_usd")
_TREND: Final = ("maximum_usd", "utilization_trend", "price_trend", "seasonality", "reference_year")
_COLUMNS: Final = (*_LEVEL, *_SOLVED, *_TREND, "source")
_USUAL: Final = {"line_of_business": "all", "maximum_usd": None, "seasonality": None, "reference_year": None}
"""Columns that are left out where every row has this."""


def write_calibration(result: Calibration, folder: Path) -> tuple[Path, ...]:
    """Write every file into a folder that is there, each whole or not at all; returns their paths."""
    texts = {
        "services.csv": services_csv(result.population.services, _source(result), _note(result)),
        "assumptions.yaml": _section(result),
        "diagnostics.json": json.dumps(diagnostics(result), indent=2, allow_nan=False) + "\n",
    }
    if result.tiers:
        texts["tiers.csv"] = _tiers_csv(result.tiers)
    for name, text in texts.items():
        write_atomic(folder / name, text)
    return tuple(folder / name for name in texts)


def services_csv(services: Sequence[Service], source: str, note: str = "") -> str:
    """A services table, with figures to four significant places; ``source`` joins each row's own."""
    columns = [c for c in _COLUMNS if c not in _USUAL or any(getattr(s, c) != _USUAL[c] for s in services)]
    rows = []
    for s in services:
        values = {c: _cell(c, getattr(s, c)) for c in columns}
        values["source"] = f"{s.source}; {source}" if source and source not in s.source else s.source
        rows.append([values[c] for c in columns])
    return "".join(f"# {line}\n" for line in note.splitlines()) + csv_text(columns, rows)


def _cell(column: str, value: Any) -> str:
    """A value as a cell of a table; twelve months as one text, a year as it is."""
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, Distribution):
        return f"{value.kind}({', '.join(figure(f) for f in value.figures)})"
    if isinstance(value, tuple):
        return " ".join(f"{month:.4g}" for month in value)
    if column == "tail_index" and 2.0 < value < 2.01:
        return f"{value:.4f}"  # just above 2 no maximum is needed; 2 would be refused
    return str(value) if column == "reference_year" else figure(float(value))


def figure(value: float) -> str:
    """A figure to four significant places, whole dollars and services kept."""
    return f"{value:.0f}" if abs(value) >= 10_000 else f"{value:.4g}"


def diagnostics(result: Calibration) -> dict[str, Any]:
    """Facts with residuals, parameters with what was known of them, warnings."""
    solution = result.solution
    return {
        "population": result.table.population,
        "facts": result.table.file,
        "findings": [finding_object(f) for f in result.findings],
        "parameters": [
            {"parameter": p.label, "start": p.start, "solved": float(value), "told_by_the_facts": round(float(told), 3)}
            for p, value, told in zip(solution.parameters, solution.values, solution.told, strict=True)
        ],
        "shared_frailty": {
            "variance": result.population.frailty.variance,
            "persistence": result.population.frailty.persistence,
        },
        "objective": list(solution.objective),
        "warnings": list(result.warnings),
    }


def _source(result: Calibration) -> str:
    return f"spread, severity and persistence solved from the facts in {Path(result.table.file).name}"


def _note(result: Calibration) -> str:
    met = sum(f.agrees for f in result.findings if f.fact.use == "fitting")
    of = sum(f.fact.use == "fitting" for f in result.findings)
    return f"{result.table.title}: {met} of {of} facts that were fitted are met; diagnostics.json tells each."


def _section(result: Calibration) -> str:
    frailty = result.population.frailty
    return (
        "# A section for a scenario; services.csv stands beside it.\n"
        "assumptions:\n"
        "  services: {table: services.csv}\n"
        "  shared_frailty:\n"
        f"    variance: {figure(frailty.variance)}\n"
        f"    persistence: {figure(frailty.persistence)}\n"
        f"    source: {json.dumps(_source(result), ensure_ascii=False)}\n"
    )


def _tiers_csv(tiers: Sequence[Tier]) -> str:
    """Cells of 100,000 members, one for each tier."""
    categories = list(tiers[0].use)
    columns = ["cell", "members", "risk_tier", "frailty_relativity", "risk_score", *(f"use.{c}" for c in categories)]
    rows = [
        [t.name, max(1, round(100_000 * t.share)), t.name, figure(t.frailty_relativity), figure(t.cost), *_use(t.use)]
        for t in tiers
    ]
    return csv_text(columns, rows)


def _use(use: Mapping[str, float]) -> list[str]:
    return [figure(value) for value in use.values()]


def csv_text(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """A table as the text of a CSV file."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue()
