"""`vbcsim validate` and `vbcsim calibrate facts` as they are typed."""

from __future__ import annotations

import json

import pytest

PLAN = """population: plan
facts:
  - {fact: utilization_per_1000, of: stay, value: 100}
  - {fact: mean_cost_per_service, of: stay, value: 12000}
  - {fact: overdispersion, of: stay, value: 4}
  - {fact: cost_cv, value: 6}
"""


def test_findings_of_a_population_as_json_and_as_a_page(type_, json_of, here):
    found = json_of("validate", "commercial", "--persons", "3000", "--out", "page.md")
    told = found["populations"]["commercial"]
    assert told["persons"] == 3000
    assert len(told["findings"]) > 50
    assert {"agree"} < {f["verdict"].split()[0] for f in told["findings"]} <= {"agree", "off"}
    assert (here / "page.md").read_text().count("| top_share") == 4
    result = type_("validate", "commercial", "--persons", "3000")
    assert result.exit_code == 0
    assert "commercial: agree" in result.stdout
    assert "off by" in result.stdout


EXHIBIT = """title: A coin
source: made up
collectives:
  coin: {risks: {all: {frequency: {kind: binomial, probability: 0.5}, severity: {kind: fixed, amount: 10}}}}
cases: [{name: mean, about: coin, figure: mean, published: 5, within: 0, by: [moments, simulated]}]
"""


def test_the_ending_of_the_file_decides_between_the_pack_and_the_page(json_of, here):
    (here / "own.yaml").write_text(EXHIBIT)
    (here / "bt.json").write_text('{"coverage": 0.9}')
    words = ["validate", "medicaid", "--persons", "1000", "--draws", "400", "--exhibits", "own.yaml"]
    found = json_of(*words, "--backtest", "bt.json", "--out", "pack.html")
    assert found["tables"]["own"]["of"] == 2
    first = (here / "pack.html").read_bytes()
    assert b"--exhibits own.yaml --backtest bt.json --out pack.html" in first
    assert b"A coin" in first
    json_of(*words, "--backtest", "bt.json", "--out", "pack.html")
    assert (here / "pack.html").read_bytes() == first
    json_of(*words, "--out", "page.md")
    page = (here / "page.md").read_text()
    assert page.index("# Validation: simulated persons") < page.index("# Validation: published tables")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--out", "pack.pdf"], "neither .html (the pack) nor .md (the page)"),
        (["--reconcile", "py.csv"], "give --out pack.html too"),
        (["--exhibits", "none.yaml"], "none.yaml"),
        (["--exhibits", "bad.yaml"], "bad.yaml:5 cases"),
        (["--backtest", "bad.yaml", "--out", "p.html"], "is no JSON"),
    ],
)
def test_what_the_pack_cannot_be_made_of_is_told(type_, here, words, sentence):
    (here / "bad.yaml").write_text(EXHIBIT.replace("about: coin", "about: dice").replace("figure: mean", "figure: 3"))
    result = type_("validate", "commercial", "--persons", "1000", *words)
    assert result.exit_code == 2
    assert sentence in result.stderr
    assert not (here / "p.html").exists()


def test_a_population_that_is_not_known_is_told(type_):
    result = type_("validate", "comercial")
    assert result.exit_code == 2
    assert 'no facts of "comercial" come with vbcsim; did you mean "commercial"?' in result.stderr


def test_facts_become_tables_that_are_not_written_over_unasked(type_, json_of, here):
    (here / "plan.yaml").write_text(PLAN)
    words = ["calibrate", "facts", "plan.yaml", "--out", "tables", "--persons", "2000", "--tiers", "0.5"]
    found = json_of(*words)
    assert [p.split("/")[-1] for p in found["written"]] == [
        "services.csv",
        "assumptions.yaml",
        "diagnostics.json",
        "tiers.csv",
    ]
    assert json.loads((here / "tables" / "diagnostics.json").read_text())["population"] == "plan"
    result = type_(*words)
    assert result.exit_code == 2
    assert (
        "tables/services.csv: is there already; name another folder, or write over it with --replace" in result.stderr
    )
    assert type_(*words, "--replace").exit_code == 0


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["nothing.yaml", "--out", "t"], "nothing.yaml: no such file"),
        (["plan.yaml", "--out", "plan.yaml"], "plan.yaml: is a file; name a folder with --out"),
        (["plan.yaml", "--out", "t", "--tiers", "2"], "write rising shares between 0 and 1"),
        (["plan.yaml", "--out", "t", "--services", "vbcsim:teeth"], 'no table "teeth" comes with vbcsim'),
        (["broken.yaml", "--out", "t"], 'broken.yaml:2: "cost_vc" is not a kind of fact; did you mean "cost_cv"?'),
    ],
)
def test_what_cannot_be_solved_is_a_sentence_and_leaves_nothing(type_, here, words, sentence):
    (here / "plan.yaml").write_text(PLAN)
    (here / "broken.yaml").write_text("facts:\n  - {fact: cost_vc, value: 3}\n")
    result = type_("calibrate", "facts", *words)
    assert result.exit_code == 2
    assert sentence in result.stderr
    assert not (here / "t").exists()
