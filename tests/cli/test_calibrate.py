"""`vbcsim calibrate` and `vbcsim reconcile` on the public-use files."""

from __future__ import annotations

import csv
import json

import pytest

from vbcsim.scenario.load import load_scenario


def test_a_row_becomes_a_scenario_that_loads(json_of, type_, here, shared_data):
    file = str(shared_data / "mssp" / "py2022.csv")
    found = json_of("calibrate", "mssp", file, "--aco", "A4994", "--out", "aco.yaml", "--draws", "50")
    scenario = load_scenario(here / "aco.yaml")
    assert (found["scenario"], found["members"]) == (scenario.name, scenario.members)
    assert scenario.draws == 50
    assert "Next: vbcsim run b.yaml" in type_("calibrate", "mssp", file, "--aco", "A4994", "--out", "b.yaml").stdout


def test_a_file_that_is_there_is_not_written_over_unasked(type_, here, shared_data):
    words = ["calibrate", "mssp", str(shared_data / "mssp" / "py2022.csv"), "--aco", "A4994", "--out", "small.yaml"]
    before = (here / "small.yaml").read_text()
    result = type_(*words)
    assert result.exit_code == 2
    assert (
        "small.yaml: is there already; name another file with --out, or write over it with --replace" in result.stderr
    )
    assert (here / "small.yaml").read_text() == before
    assert type_(*words, "--replace").exit_code == 0
    assert load_scenario(here / "small.yaml").members != 200


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--aco", "A0000", "--out", "x.yaml"], "none is 'A0000'"),
        (["--aco", "A4994", "--out", "no/folder/x.yaml"], "no/folder/x.yaml: cannot be written"),
        (["--aco", "A4994", "--out", "x.yaml", "--years", "9"], "'--years': 9 is not in the range 1<=x<=5"),
        (["--out", "x.yaml"], "Missing option '--aco'"),
    ],
)
def test_what_cannot_be_made_is_a_sentence_and_leaves_nothing(type_, here, shared_data, words, sentence):
    result = type_("calibrate", "mssp", str(shared_data / "mssp" / "py2022.csv"), *words)
    assert result.exit_code == 2
    assert sentence in result.stderr
    assert [p.name for p in here.iterdir()] == ["small.yaml"]


def test_reconcile_writes_every_row_and_says_whether_all_agree(type_, json_of, here, shared_data):
    files = [str(shared_data / "mssp" / f"py{year}.csv") for year in (2021, 2022)]
    result = type_("reconcile", *files, "--out", "rows.csv")
    assert result.exit_code == 0
    assert result.stdout.endswith("957 rows settled, 957 within rounding.\n")
    with (here / "rows.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 957
    assert {row["within_rounding"] for row in rows} == {"true"}
    found = json_of("reconcile", *files)
    assert (len(found["rows"]), found["beyond_rounding"], found["problems"]) == (957, 0, [])


def test_a_broken_row_is_told_with_its_line_and_the_rest_is_settled(type_, here, shared_data):
    lines = (shared_data / "mssp" / "py2022.csv").read_text(encoding="utf-8-sig").splitlines()
    header = next(csv.reader([lines[0]]))
    cells = next(csv.reader([lines[2]]))
    cells[[name.lower() for name in header].index("abtotbnchmk")] = "lots"
    lines[2] = ",".join(f'"{cell}"' for cell in cells)
    (here / "broken.csv").write_text("\n".join(lines[:6]) + "\n", encoding="utf-8")
    result = type_("reconcile", "broken.csv", "--year", "2022")
    assert result.exit_code == 1
    assert "broken.csv:3" in result.stderr
    assert "4 rows settled" in result.stdout
    told = json.loads(type_("reconcile", "broken.csv", "--year", "2022", "--json").stdout)
    assert len(told["problems"]) == 1
