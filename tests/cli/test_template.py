"""``vbcsim template``, a run from its workbook, and a draw explained as a workbook."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from vbcsim.cli import main
from vbcsim.scenario.load import load_scenario


def vbcsim(*words):
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture
def scenario(repository):
    return repository / "scenarios" / "heal_cigna.yaml"


def test_a_scenario_goes_through_a_workbook(scenario, tmp_path):
    book = tmp_path / "book.xlsx"
    made = vbcsim("template", "--xlsx", book, "--from", scenario)
    assert made.exit_code == 0, made.output
    assert f"{book} is written, with what {scenario} says" in made.output
    assert load_scenario(book) == load_scenario(scenario)
    checked = vbcsim("check", book)
    assert checked.exit_code == 0, checked.output
    assert f"{book} is sound" in checked.output


def test_a_blank_workbook_says_what_it_needs(tmp_path):
    book = tmp_path / "book.xlsx"
    assert vbcsim("template", "--xlsx", book, "--json").exit_code == 0
    checked = vbcsim("check", book)
    assert checked.exit_code == 2
    assert f'{book}!Scenario!C6 name: "name" is missing; add it' in checked.output
    assert "nothing was run and nothing was written" in checked.output


def test_a_filled_workbook_is_not_written_over(tmp_path):
    book = tmp_path / "book.xlsx"
    book.write_bytes(b"a week of work")
    refused = vbcsim("template", "--xlsx", book)
    assert refused.exit_code == 2
    assert "is there already and may hold work" in refused.output
    assert book.read_bytes() == b"a week of work"
    assert "does not end in .xlsx" in vbcsim("template", "--xlsx", tmp_path / "book.xls").output


def test_a_wrong_scenario_is_not_begun_from(tmp_path):
    (tmp_path / "a.yaml").write_text("vbcsim: 1\n")
    refused = vbcsim("template", "--xlsx", tmp_path / "book.xlsx", "--from", tmp_path / "a.yaml")
    assert refused.exit_code == 2
    assert '"name" is missing' in refused.output
    assert not (tmp_path / "book.xlsx").exists()


def test_explain_writes_a_draw_as_formulas(small_run, tmp_path):
    small_run.save(tmp_path / "run")
    book = tmp_path / "draw.xlsx"
    told = vbcsim("explain", tmp_path / "run", "--design", "enhanced", "--draw", 7, "--xlsx", book)
    assert told.exit_code == 0, told.output
    assert "enhanced in draw 7, every clause as a formula beside the engine's number" in told.output
    assert book.read_bytes()[:2] == b"PK"
    refused = vbcsim("explain", tmp_path / "run", "--draw", 4000, "--xlsx", tmp_path / "b.xlsx")
    assert refused.exit_code == 2
    assert "the run has the draws 0 to 399; choose one of them" in refused.output


def test_explain_needs_a_run_for_a_workbook(scenario, tmp_path):
    refused = vbcsim("explain", scenario, "--xlsx", tmp_path / "a.xlsx")
    assert refused.exit_code == 2
    assert "--xlsx: needs a finished run" in refused.output
