"""Every worked case of this folder: a design settled on given lines against figures published or derived by hand.

A file holds ``title``, ``reference``, ``within`` (the tolerance, with its reason), ``years``, ``design`` and ``cases``.
A case gives ``lines``: a number, a list by draw, or ``{normal: {mean, sd}}`` for quantiles of a normal distribution;
and what is ``expected`` of provisions or lines: a number, a list by draw, or ``{mean: x}``, ``{gain: x}``,
``{loss: x}``, ``{chance_of_loss: x}`` over draws. A case may change the design, the years and the tolerance.
Files of published Shared Savings Program figures, ``mssp_*.yaml``, have a form and a test of their own.
"""

from __future__ import annotations

from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest
from ruamel.yaml import YAML

from vbcsim.contract.book import Book
from vbcsim.contract.program import resolve
from vbcsim.contract.read import read_arrangement
from vbcsim.contract.settle import settle_amounts

POINTS = 20_000
"""Quantiles that stand for a distribution, at the middle of equal shares of probability."""


def load(path):
    return YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))


FILES = [path for path in sorted(Path(__file__).parent.glob("*.yaml")) if not path.stem.startswith("mssp_")]


def collected():
    for path in FILES:
        file = load(path)
        for case in file["cases"]:
            yield pytest.param(file, case, id=f"{path.stem}-{case['name']}")


def arrangement(raw, years):
    if "program" not in raw:
        return read_arrangement(raw, "case")
    return resolve(raw["program"], {key: value for key, value in raw.items() if key != "program"}, years)


def line(given):
    """A line by draw, from a number, a list or a distribution."""
    if isinstance(given, dict):
        shape = NormalDist(given["normal"]["mean"], given["normal"]["sd"])
        return [[shape.inv_cdf((k + 0.5) / POINTS)] for k in range(POINTS)]
    return [[value] if not isinstance(value, list) else value for value in given] if isinstance(given, list) else given


SUMMARIES = {
    "mean": lambda x: x.mean(),
    "gain": lambda x: np.maximum(x, 0.0).mean(),
    "loss": lambda x: -np.minimum(x, 0.0).mean(),
    "chance_of_loss": lambda x: (x < 0.0).mean(),
}


@pytest.mark.parametrize(("file", "case"), list(collected()))
def test_case(file, case):
    years = case.get("years", file["years"])
    design = arrangement({**file["design"], **case.get("design", {})}, years)
    book = Book.from_lines({name: line(given) for name, given in case["lines"].items()}, years)
    amounts = settle_amounts(book, design)
    for name, expected in case["expected"].items():
        found = amounts[name] if name in amounts else book.declare(design.lines)[name]
        if isinstance(expected, dict):
            for summary, value in expected.items():
                assert SUMMARIES[summary](found) == pytest.approx(value, abs=case.get("within", file["within"]))
        else:
            wanted = np.asarray(line(expected), dtype=float)
            np.testing.assert_allclose(
                np.broadcast_to(found, np.broadcast_shapes(found.shape, wanted.shape)),
                np.broadcast_to(wanted, np.broadcast_shapes(found.shape, wanted.shape)),
                rtol=0,
                atol=case.get("within", file["within"]),
            )


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_file_of_cases_says_where_its_figures_come_from(path):
    file = load(path)
    assert file["title"]
    assert file["reference"]
    assert file["cases"]
