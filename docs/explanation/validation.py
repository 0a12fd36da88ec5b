"""Solve the spread, severity and persistence columns of the shipped tables from the published facts, as they stand.

python docs/explanation/validation.py [commercial medicare medicaid dual]

Only those columns and the shared frailty are written; levels, trends and sources of the tables stay. Start values are
the tables' own, so a second run starts where the first ended.
"""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path

from vbcsim.calibrate.calibration import Calibration, calibrate
from vbcsim.calibrate.calibration_files import diagnostics, figure
from vbcsim.calibrate.facts import published
from vbcsim.calibrate.rows import table_path
from vbcsim.calibrate.shipped import FRAILTIES, shipped_population
from vbcsim.calibrate.validation_text import table_text

SOLVED = "spread, memory and severity solved from published facts (docs/explanation/validation.md)"
COLUMNS = ("overdispersion", "shared_weight", "persistence", "body_sigma", "tail_probability", "tail_index")


def refit(name: str) -> Calibration:
    """Solve one line of business and write its columns."""
    result = calibrate(published(name), shipped_population(name), persons=60_000)
    services = {s.category: s for s in result.population.services}
    solved = {
        category: {column: _figure(column, float(getattr(service, column))) for column in COLUMNS}
        | ({"maximum_usd": figure(service.maximum_usd)} if service.maximum_usd is not None else {})
        for category, service in services.items()
    }
    rewrite(table_path(f"vbcsim:{name}_services"), "category", solved)
    frailty = result.population.frailty
    source = "MEPS-HC 2012-2015 (AHRQ public-use files), solved from the facts in docs/explanation/validation.md"
    row = {"variance": figure(frailty.variance), "persistence": figure(frailty.persistence), "source": source}
    rewrite(table_path(FRAILTIES), "line_of_business", {name: row})
    return result


def _figure(column: str, value: float) -> str:
    """A figure of a table; an index just above 2, which needs no maximum, is not rounded to 2."""
    return f"{value:.4f}" if column == "tail_index" and 2.0 < value < 2.01 else figure(value)


def rewrite(path: Path, key: str, rows: dict[str, dict[str, str]]) -> None:
    """Set cells of a table, its comments and other cells kept."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    comments = [line for line in lines if line.startswith("#")]
    table = list(csv.reader(line for line in lines if not line.startswith("#")))
    header = table[0]
    for row in table[1:]:
        cells = rows.get(row[header.index(key)], {})
        for column, text in cells.items():
            if column in header:
                row[header.index(column)] = text
        own = row[header.index("source")]
        if cells and "source" not in cells and SOLVED not in own:
            row[header.index("source")] = f"{own}; {SOLVED}"
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(table)
    path.write_text("".join(comments) + out.getvalue(), encoding="utf-8")


def main() -> None:
    """Refit the lines of business named."""
    for name in sys.argv[1:] or ["commercial", "medicare", "medicaid", "dual"]:
        result = refit(name)
        print(table_text(result.findings), "\n" + "\n".join(result.warnings), "\n", flush=True)
        print(json.dumps(diagnostics(result)["parameters"]), flush=True)


if __name__ == "__main__":
    main()
