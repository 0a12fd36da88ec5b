"""Exhibits: every shipped figure agrees by every method that draws nothing; simulated ones within their errors."""

from __future__ import annotations

import math

import pytest

from vbcsim.calibrate.exhibits.run import exhibit, shipped_exhibits
from vbcsim.core.errors import BadInput

EXACT = ("formula", "moments", "series", "fft", "quantiles")

SMALL = """\
title: Two throws
source: made up
collectives:
  coin: {risks: {all: {frequency: {kind: binomial, trials: 2, probability: 0.5}, severity: {kind: fixed, amount: 10}}}}
contracts:
  half:
    on: coin
    design:
      provisions:
        - name: result
          payer: payer
          payee: provider
          terms: [{difference: {of: expenditure}}, {share: {savings: 0.5, losses: 0.5}}]
  line:
    design:
      provisions:
        - name: result
          payer: payer
          payee: provider
          terms: [{difference: {of: expenditure}}, {share: {savings: 0.5, losses: 0.5}}]
    lines: {expenditure: {kind: uniform, low: 0, high: 1}}
cases:
  - {name: mean, about: coin, figure: mean, published: 10, within: 0, by: [moments, simulated]}
  - {name: misprint, about: coin, figure: variance, published: 5, correct: 50, within: 0.5, by: [moments]}
  - {name: chances, about: coin, figure: at_most, at: [0, 10], published: [0.25, 0.75], within: 1.0e-9,
     by: [fft], grid: {step: 10, points: 16, tilt: 0}}
  - {name: half of it, about: half, figure: mean, published: 5, within: 0, by: [simulated]}
  - {name: half of a line, about: line, figure: mean, published: 0.25, within: 1.0e-9, by: [quantiles]}
  - {name: its upper half, about: line, figure: mean, options: {where: {expenditure: [0.5, 1]}}, published: 0.375,
     within: 1.0e-6, by: [quantiles]}
  - {name: wrong, about: coin, figure: mean, published: 11, within: 0.5, by: [moments]}
"""


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    path = tmp_path_factory.mktemp("exhibits") / "small.yaml"
    path.write_text(SMALL, encoding="utf-8")
    return exhibit(path, draws=500, seed=3)


@pytest.mark.parametrize("file", shipped_exhibits(), ids=lambda path: path.stem)
def test_shipped_figures_agree_by_every_method_that_draws_nothing(file):
    found = exhibit(file, draws=2, methods=EXACT)
    assert found.compared
    assert [f"{one.label} by {one.method}: {one.value}" for one in found.compared if not one.agrees] == []
    assert found.exhibits.source


@pytest.mark.parametrize("name", ["wang_layers", "reinsurance_features", "aggregate_distributions"])
def test_shipped_figures_agree_within_four_errors_when_simulated(name):
    (file,) = [path for path in shipped_exhibits() if path.stem == name]
    found = exhibit(file, draws=4000, seed=2, methods=["simulated"])
    assert len(found.compared) >= 4
    sure = [one.label for one in found.compared if one.standard_error == 0.0]
    assert sure in ([], ["sliding scale, commission below 35%"])  # there the scale is flat
    assert [f"{one.label}: {one.value} ± {one.standard_error}" for one in found.compared if not one.agrees] == []


def test_each_method_is_compared_with_its_own_error(small):
    by_name = {(one.case.name, one.method): one for one in small.compared}
    assert by_name["mean", "moments"].standard_error == 0.0
    drawn = by_name["mean", "simulated"]
    assert drawn.standard_error == pytest.approx(math.sqrt(50 / 500), rel=0.1)
    assert drawn.agrees == (abs(drawn.value - 10) <= 4 * drawn.standard_error)
    assert by_name["half of it", "simulated"].value == pytest.approx(drawn.value / 2)
    assert by_name["half of a line", "quantiles"].value == pytest.approx(0.25)


def test_a_misprint_is_shown_beside_what_is_right_and_a_miss_is_told(small):
    misprint, wrong = (next(one for one in small.compared if one.case.name == name) for name in ("misprint", "wrong"))
    assert (misprint.published, misprint.reference, misprint.agrees) == (5, 50, True)
    assert wrong.verdict == "off by -1"
    assert small.agreeing == len(small.compared) - 1


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "about: coin, figure: mean, published: 10",
            "about: dice, figure: mean, published: 10",
            "no model is named dice",
        ),
        (
            "figure: mean, published: 10",
            "figure: maen, published: 10",
            'no figure of a collective; did you mean "mean"',
        ),
        ("by: [moments, simulated]", "by: [series]", "not computed by series"),
        ("by: [fft], grid: {step: 10, points: 16, tilt: 0}", "by: [fft]", "fft needs a grid"),
        ("published: [0.25, 0.75]", "published: [1, 2, 3]", "3 published figures for 2 places"),
        ("title: Two throws", "titel: Two throws", "titel"),
    ],
)
def test_a_file_that_cannot_be_read_says_where(tmp_path, old, new, message):
    assert old in SMALL
    path = tmp_path / "file.yaml"
    path.write_text(SMALL.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BadInput, match=message):
        exhibit(path, draws=10)
