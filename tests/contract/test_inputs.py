"""Inputs: figures of a design read in their unit and held within their bounds."""

from __future__ import annotations

import pytest

from vbcsim.contract.inputs import Input, read_figure

SHARE = Input(definition="the share", unit="fraction", least=0.1, most=0.5)
TABLE = {"by": "lives", "bands": [{"from": 5000, "value": 0.01}]}


@pytest.mark.parametrize(
    ("said", "figure"),
    [
        ("20%", 0.2),
        ({2023: "20%", 2024: 0.3}, {2023: 0.2, 2024: 0.3}),
        (["10%", 0.5], [0.1, 0.5]),
        ({"aged": "20%"}, {"aged": 0.2}),
        ("some_line", "some_line"),
        (TABLE, TABLE),
        (None, None),
    ],
)
def test_a_figure_is_read_in_its_unit(said, figure):
    assert read_figure("share", SHARE, said) == (figure, [])


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (0.6, r"0.6 was given; the share: at least 0.1 and at most 0.5 (share of one)"),
        ({2023: 0.2, 2024: "60%"}, r"0.6 was given; the share: at least 0.1 and at most 0.5 (share of one)"),
        ([0.05, 0.2], r"0.05 was given; the share: at least 0.1 and at most 0.5 (share of one)"),
        ("$3", "'$3' is in usd; this field is in fraction (share of one)"),
    ],
)
def test_what_is_out_of_bounds_or_in_another_unit_is_told(said, message):
    _, (problem,) = read_figure("share", SHARE, said)
    assert (problem.place, problem.message) == ("share", message)


def test_one_bound_is_enough():
    _, (problem,) = read_figure("n", Input(definition="n", most=2), 3)
    assert problem.message == "3 was given; n: at most 2"
    assert read_figure("n", Input(definition="n", least=2), True) == (True, [])
