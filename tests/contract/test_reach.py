"""How far an amount can go: the bounds hold for every amount that terms really leave."""

from __future__ import annotations

import numpy as np
import pytest

from vbcsim.contract.book import Book
from vbcsim.contract.reach import costs_of, greatest, reaches, smallest
from vbcsim.contract.read import read_arrangement
from vbcsim.contract.settle import entries
from vbcsim.contract.value import OneLess

TERMS = [
    {"difference": {"of": "benchmark", "less": "expenditure"}},
    {"minimum_rate": {"savings": 0.02}},
    {"scale": {"by": 0.9, "side": "savings"}},
    {"share": {"savings": {2023: 0.5, 2024: 0.75}, "losses": 0.3}},
    {"sequester": {"rate": 0.02}},
    {"limit": {"savings": {"share": 0.1, "of": "benchmark"}, "losses": {"share": 0.05, "of": "benchmark"}}},
]


@pytest.fixture(scope="module")
def arrangement():
    provision = {"name": "shared_savings", "payer": "payer", "payee": "provider", "terms": TERMS}
    return read_arrangement({"provisions": [provision]}, "draft")


def test_no_amount_is_beyond_its_reach(arrangement):
    random = np.random.default_rng(3)
    benchmark, expenditure = random.uniform(0, 10, (2, 500, 2))
    book = Book.from_lines({"benchmark": benchmark, "expenditure": expenditure}, years=(2023, 2024))
    settled = list(entries(book, arrangement))
    for column, year in enumerate(book.years):
        for entry, (step, _, behind) in zip(
            settled, reaches(arrangement.provisions[0], year, costs_of(arrangement)), strict=True
        ):
            assert step is entry.step
            amount = np.broadcast_to(entry.after, benchmark.shape)[:, column]
            assert behind.line == "benchmark"
            assert np.all(amount <= behind.savings * benchmark[:, column] + 1e-9)


def test_reach_step_by_step(arrangement):
    costs = costs_of(arrangement)
    assert costs == {"expenditure"}
    behind = [after for _, _, after in reaches(arrangement.provisions[0], 2024, costs)]
    assert [round(reach.savings, 4) for reach in behind] == [1.0, 1.0, 0.9, 0.675, 0.6615, 0.1]
    assert [reach.losses for reach in behind] == [None] * 5 + [1.0]


def test_the_ends_of_a_value():
    loss_rate = OneLess(one_less=0.75, times=("quality_score",), floor=0.4, cap=0.75)
    assert (smallest(loss_rate, 2024), greatest(loss_rate, 2024)) == (0.4, 0.75)
    assert greatest({2019: 0.0, 2021: 0.02}, 2022) == 0.02
    assert greatest({2021: 0.02}, 2020) is None
