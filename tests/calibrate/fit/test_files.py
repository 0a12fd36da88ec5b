"""What is written: tables that a scenario reads, and diagnostics that tell of no small number of persons."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from vbcsim.calibrate.fit import files
from vbcsim.calibrate.fit.files import FILES, write_fit
from vbcsim.calibrate.fit.goodness import goodness_of
from vbcsim.calibrate.rows import read_cells, read_services
from vbcsim.core.uncertain import Distribution


@pytest.fixture(scope="module")
def folder(fitted, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("fit") / "tables"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "goodness_of", lambda line, seed: goodness_of(line, seed=seed, persons=8000, samples=19))
        written = write_fit(fitted, out)
    assert [p.name for p in written] == list(FILES)
    return out


def test_a_scenario_reads_the_tables(folder, fitted):
    services, cells = read_services(folder / "services.csv"), read_cells(folder / "cells.csv")
    assert [s.category for s in services] == ["stay", "visit", "drug"]
    figure = fitted.lines[0].figure("stay", "overdispersion")
    assert isinstance(services[0].overdispersion, Distribution)
    assert float(services[0].overdispersion) == pytest.approx(figure.value, rel=1e-3)
    assert sum(c.members for c in cells) == 4000


def test_the_section_is_one_of_a_scenario(folder):
    from vbcsim.assumptions.spec import SharedFrailty
    from vbcsim.scenario.yaml import read_yaml

    section = read_yaml(folder / "assumptions.yaml").data["assumptions"]
    assert section["services"] == {"table": "services.csv"}
    assert isinstance(SharedFrailty.model_validate(section["shared_frailty"]).persistence, Distribution)


def test_the_diagnostics_name_every_figure_with_its_weight(folder, fitted):
    told = json.loads((folder / "diagnostics.json").read_text(encoding="utf-8"))
    (line,) = told["lines"]
    assert len(line["figures"]) == len(fitted.lines[0].figures)
    assert {"estimate", "standard_error", "shipped", "credibility", "value", "sd"} <= set(line["figures"][0])
    assert {c["statistic"] for c in line["goodness_of_fit"]} >= {"Anderson-Darling", "chi-square"}


def test_the_page_shows_what_was_fitted_and_how_it_fits(folder):
    text = (folder / "diagnostics.md").read_text(encoding="utf-8")
    assert "4,000 persons, 8,000 person-years, 2021 to 2022; shrunk towards nothing" in text
    assert "| stay | overdispersion |" in text
    assert "Goodness of fit" in text
    # Numbers of persons or services that are shown are 0, or 11 and more.
    assert all(int(n.replace(",", "")) >= 11 for n in re.findall(r"([\d,]+) (?:services|costs|persons)", text))
