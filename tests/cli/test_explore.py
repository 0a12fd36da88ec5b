"""``vbcsim explore`` writes one page; ``vbcsim settle`` reads the drafts that it saves."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from vbcsim.cli import main

DRAFT = """\
designs:
  ours:
    title: Half of everything
    provisions:
      - {name: shared_savings, payer: payer, payee: provider,
         terms: [{difference: {of: benchmark, less: expenditure}}, {share: {savings: 0.5, losses: 0.5}}]}
    lines:
      benchmark: {pmpm: {rate_pmpm: 900}}
"""


@pytest.fixture(scope="module")
def folder(small_run, tmp_path_factory):
    return small_run.save(tmp_path_factory.mktemp("run") / "demo")


def call(*words):
    return CliRunner().invoke(main, [str(word) for word in words], standalone_mode=False)


def test_it_writes_one_page_and_says_where(folder, tmp_path):
    page = tmp_path / "page.html"
    done = call("explore", folder, "--out", page, "--json")
    assert json.loads(done.stdout)["bytes"] == len(page.read_bytes())
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_a_folder_without_a_run_is_told_and_nothing_is_written(tmp_path):
    page = tmp_path / "page.html"
    assert call("explore", tmp_path, "--out", page).return_value == 2
    assert not page.exists()


def test_settle_reads_a_file_of_designs_alone(folder, tmp_path):
    file = tmp_path / "drafts.yaml"
    file.write_text(DRAFT, encoding="utf-8")
    found = json.loads(call("settle", folder, file, "--json").stdout)
    assert list(found["designs"]) == ["ours"]
    assert found["zero_sum_max_abs_usd"] == 0.0


def test_a_mistake_in_a_draft_is_placed_in_its_own_file(folder, tmp_path, capfd):
    file = tmp_path / "drafts.yaml"
    file.write_text(DRAFT.replace("losses: 0.5", "loses: 0.5"), encoding="utf-8")
    done = call("settle", folder, file)
    assert done.return_value == 2
    assert "drafts.yaml:6" in done.stderr + capfd.readouterr().err
