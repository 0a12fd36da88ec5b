"""The validation pack: every figure and miss, hashes, versions, the command; the same bytes for the same evidence."""

from __future__ import annotations

import hashlib

import pytest

from vbcsim.calibrate.exhibits.run import exhibit
from vbcsim.calibrate.reconcile import Reconciliation
from vbcsim.core.errors import Problem
from vbcsim.core.version import VERSION
from vbcsim.report.validation_pack import Evidence, validation_pack

SMALL = """\
title: "Throws <of> a coin"
source: made up
collectives:
  coin: {risks: {all: {frequency: {kind: binomial, probability: 0.5}, severity: {kind: fixed, amount: 10}}}}
cases:
  - {name: mean, about: coin, figure: mean, published: 5, within: 0, by: [moments]}
  - {name: variance, about: coin, figure: variance, published: 24, correct: 25, within: 0, by: [moments],
     note: misprinted}
  - {name: wrong, about: coin, figure: mean, published: 6, within: 0.5, by: [moments]}
"""
BACKTEST = {"coverage": {"50%": 0.48, "80%": 0.83}, "acos": 1234, "bands": [{"size": "5,000", "crps": 0.0213}] * 70}


@pytest.fixture
def evidence(tmp_path):
    path = tmp_path / "coin.yaml"
    path.write_text(SMALL, encoding="utf-8")
    told = Reconciliation("mssp", (), (Problem("py.csv:3", "no benchmark"),))
    return Evidence(
        exhibits=[exhibit(path, draws=10)],
        reconciliation=told,
        backtests={"bt.json": BACKTEST},
        files=[path],
        command="vbcsim validate published --out pack.html",
    )


def test_it_holds_every_figure_and_marks_what_is_off(evidence):
    page = validation_pack(evidence)
    assert "2 of 3 computed figures of published tables agree" in page
    assert page.count('<span class="flag">off</span>') == 1
    assert "off by -1" in page
    assert "variance: misprinted" in page
    assert "Throws &lt;of&gt; a coin" in page
    assert "py.csv:3: no benchmark" in page
    assert "0.0213" in page
    assert "10 more rows are in the file" in page
    assert "Result: coverage" in page


def test_it_says_how_to_make_it_again(evidence):
    page = validation_pack(evidence)
    assert page == validation_pack(evidence)
    assert VERSION in page
    assert "vbcsim validate published --out pack.html" in page
    assert hashlib.sha256(evidence.files[0].read_bytes()).hexdigest() in page
    for folder in ("calibrate/published", "assumptions/tables", "contract/programs"):
        assert f"vbcsim/{folder}" in page
    assert "http" not in page.split("</head>")[1]  # loads nothing


def test_what_was_not_tested_is_said():
    page = validation_pack(Evidence())
    assert "Nothing was tested" in page
    assert "give CMS public-use files with --reconcile" in page
    assert "vbcsim backtest --json" in page
