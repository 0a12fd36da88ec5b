"""``vbcsim report`` writes the page of a finished run anew: the same bytes, in the run or beside it."""

from __future__ import annotations

import csv
import json
import shutil

import pytest
from click.testing import CliRunner

from vbcsim.cli import main
from vbcsim.core.files import read_manifest


@pytest.fixture(scope="module")
def folder(small_run, tmp_path_factory):
    from vbcsim.cli.results import write
    from vbcsim.core.files import claim_folder

    path = tmp_path_factory.mktemp("run") / "demo"
    with claim_folder(path) as claimed:
        write(small_run, claimed)
    return path


@pytest.fixture
def copy(folder, tmp_path):
    return shutil.copytree(folder, tmp_path / "demo")


@pytest.fixture
def quick(monkeypatch):
    """A page that takes no time to make."""
    monkeypatch.setattr("vbcsim.report.html.html_report", lambda material: f"<!DOCTYPE html><p>{material.title}</p>")


def call(*words):
    return CliRunner().invoke(main, [str(word) for word in words], standalone_mode=False)


def test_the_page_is_the_one_that_the_run_wrote(copy):
    before = {p.name: p.read_bytes() for p in copy.iterdir()}
    found = json.loads(call("report", copy, "--json").stdout)
    assert found["written"] == [str(copy / "report.html")]
    assert {p.name: p.read_bytes() for p in copy.iterdir()} == before


def test_a_pdf_belongs_to_the_run(copy, quick, monkeypatch):
    monkeypatch.setattr("vbcsim.core.chromium.pdf_of", lambda page: b"%PDF " + page[:15].encode())
    assert call("report", copy, "--pdf", "--quiet").exit_code == 0
    assert (copy / "report.pdf").read_bytes() == b"%PDF <!DOCTYPE html>"
    assert "report.pdf" in read_manifest(copy).files, "so that a later run takes the old one away"


def test_data_stand_in_a_folder_as_they_stand_in_the_page(copy, quick, tmp_path):
    page = tmp_path / "board.html"
    assert call("report", copy, "--out", page, "--data", tmp_path / "data", "--quiet").exit_code == 0
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    names = {p.name for p in (tmp_path / "data").iterdir()}
    assert {"outcomes_provider.csv", "waterfall.csv", "tornado.csv", "dominance.csv", "years.csv"} <= names
    text = (tmp_path / "data" / "years.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.reader(text.splitlines()))
    assert rows[0][:2] == ["design", "year"]
    assert len(rows) == 1 + 3 * 3


def test_without_chromium_the_page_is_written_all_the_same(copy, quick, tmp_path, monkeypatch, capfd):
    monkeypatch.setenv("VBCSIM_CHROMIUM", str(tmp_path / "absent"))
    page = tmp_path / "board.html"
    done = call("report", copy, "--out", page, "--pdf")
    assert done.return_value == 1 or done.exit_code == 1
    assert page.exists()
    assert not page.with_suffix(".pdf").exists()
    assert "no PDF" in done.output + capfd.readouterr().err


def test_a_page_needs_the_name_of_a_page(copy, tmp_path):
    done = call("report", copy, "--out", tmp_path / "report.pdf")
    assert done.return_value == 2 or done.exit_code == 2
    assert "let it end in .html" in done.output
