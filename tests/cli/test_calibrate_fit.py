"""``vbcsim calibrate fit`` from a file to tables, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from vbcsim.calibrate.fit import files
from vbcsim.calibrate.fit.goodness import goodness_of
from vbcsim.cli.calibrate import command


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """300 persons in two years; visits of gamma frailty."""
    rng = np.random.default_rng(1)
    frailty = rng.gamma(0.5, 2.0, 300)
    lines = ["person,year,age_band,sex,usd.primary_care,services.primary_care"]
    for person, f in enumerate(frailty):
        for year in (2021, 2022):
            n = rng.poisson(2 * f)
            usd = 280 * np.exp(0.5 * rng.standard_normal(n)).sum()
            lines.append(f"P{person},{year},45-64,female,{usd:.2f},{n}")
    file = tmp_path / "people.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def test_tables_come_of_person_years(people, tmp_path, monkeypatch):
    monkeypatch.setattr(files, "goodness_of", lambda line, seed: goodness_of(line, seed=seed, persons=2000, samples=19))
    out = tmp_path / "tables"
    words = ["fit", str(people), "--line", "commercial", "--out", str(out), "--json"]
    done = CliRunner().invoke(command, words)
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["lines"] == ["commercial"]
    assert {Path(p).name for p in told["written"]} == set(files.FILES)
    assert "P17" not in (out / "diagnostics.json").read_text(encoding="utf-8")
    again = CliRunner().invoke(command, words)
    assert again.exit_code != 0
    assert "--replace" in str(again.exception) + again.output


def test_an_unknown_table_is_refused_before_anything_is_written(people, tmp_path):
    out = tmp_path / "tables"
    done = CliRunner().invoke(command, ["fit", str(people), "--towards", "comercial", "--out", str(out)])
    assert done.exit_code != 0
    assert "comercial" in str(done.exception) + done.output
    assert not out.exists()
