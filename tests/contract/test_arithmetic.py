"""The arithmetic of a clause written out: what is shown is what was computed."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest

from vbcsim.contract.arithmetic import formula_of, worked
from vbcsim.contract.book import Book
from vbcsim.contract.term import term_family

LINES = {
    "benchmark": [[1_000_000.0, 1_100_000.0]],
    "expenditure": [[900_000.0, 900_000.0], [1_200_000.0, 1_000_000.0]],
    "revenue": [[400_000.0]],
    "premium": [[1_300_000.0]],
    "member_months": [[12_000.0, 12_600.0]],
    "withhold": [[26_000.0]],
    "excess": [[55_000.0, 5_000.0]],
    "loss_ratio": [[0.82, 0.91]],
    "quality_score": [[0.8, 0.4], [0.9, 0.7]],
    "met": [[1.0, 0.0]],
    "lives": [[1_050.0]],
}

LOSS = {"one_less": 0.75, "times": ["quality_score"], "floor": 0.4, "cap": 0.75}
TABLE = {"by": "quality_score", "bands": [{"from": 0.0, "to": 0.5, "value": [0.0, 0.4]}, {"from": 0.5, "value": 1.0}]}

CASES = [
    ("difference", {"of": "benchmark", "less": ["expenditure", "withhold"]}),
    ("minimum_rate", {"savings": 0.02}),
    ("minimum_rate", {"savings": {2023: 0.02, 2024: 0.5}, "losses": 0.03, "below": 0.5, "below_if": ["met"]}),
    ("minimum_rate", {"savings": 0.02, "first_dollar": False}),
    ("gate", {"on": ["quality_score", "met"], "needed": 1, "at_least": 0.5}),
    ("gate", {"on": "met", "side": "both"}),
    ("scale", {"by": TABLE, "side": "savings"}),
    ("share", {"savings": 0.5, "losses": LOSS}),
    ("sequester", {"rate": 0.02}),
    (
        "limit",
        {"savings": {"share": 0.1, "of": "benchmark"}, "losses": [{"usd": 5000}, {"share": 0.08, "of": "revenue"}]},
    ),
    ("guarantee", {"usd": 12_000}),
    ("corridor", {"edges": [0.02, 0.05], "kept": [1, 0.5, 0.25]}),
    ("relief", {"share": 0.25, "usd": "withhold"}),
    ("prorate", {"part": 0.5}),
    ("portion", {"of": "premium", "rate": 0.02}),
    ("fixed", {"usd": {2023: 25_000, 2024: 0}}),
    ("per_member_month", {"rate_pmpm": 3.5}),
    ("capitation", {"rate_pmpm": 20, "rate": 0.1, "claims": "revenue"}),
    ("earn_back", {"earned": "quality_score"}),
    ("stop_loss", {"coinsurance": 0.8, "charge_pmpm": 2}),
    ("aggregate_stop_loss", {"attachment": 0.9, "limit": 0.2, "charge_pmpm": 1}),
    ("remittance", {"floor": 0.85}),
    ("collateral", {"secured": {"share": 0.02, "of": "revenue"}, "cost_rate": 0.03}),
    ("capital_charge", {"rate": 0.1, "cost_rate": 0.08, "h1_usd": 1000}),
]


@pytest.fixture(scope="module")
def book():
    return Book.from_lines({name: np.array(line) for name, line in LINES.items()}, years=(2023, 2024))


def computed(expression: str) -> float:
    """What an expression in numbers comes to."""
    plain = re.sub(r"(?<=\d),(?=\d{3}\b)", "", expression).replace(" x ", " * ")
    return float(eval(plain, {"__builtins__": {}}, {"min": min, "max": max, "sqrt": math.sqrt}))


@pytest.mark.parametrize(("word", "body"), CASES, ids=[word for word, _ in CASES])
@pytest.mark.parametrize("amount", [150_000.0, 15_000.0, -40_000.0, 0.0])
def test_the_numbers_shown_come_to_the_amount_settled(book, word, body, amount):
    term = term_family()[word].model_validate(body)
    settled = np.broadcast_to(term.apply(np.full((2, 2), amount), book), (2, 2))
    for draw in range(2):
        for column in range(2):
            shown = worked(term, amount, book, draw, column)
            assert shown is not None
            assert computed(shown.expression) == pytest.approx(settled[draw, column], abs=0.02, rel=1e-8)


def test_every_term_has_a_formula(book):
    tried = {word for word, _ in CASES}
    several_years = {"carry_forward", "recoup", "block"}
    assert set(term_family()) == tried | several_years
    for word, body in CASES:
        assert formula_of(term_family()[word].model_validate(body))
    for word in sorted(several_years - {"recoup"}):
        carried = term_family()[word].model_validate({})
        assert worked(carried, 1.0, book, 0, 0) is None
        assert formula_of(carried) == carried.formula


@pytest.mark.parametrize(
    ("word", "body", "formula"),
    [
        ("share", {"savings": 0.75, "losses": 0.3}, "savings x 0.75 + losses x 0.3"),
        ("share", {"savings": 1, "losses": 1}, "amount"),
        ("sequester", {"rate": 0.02}, "savings x 0.98 + losses"),
        ("minimum_rate", {"savings": "least"}, "amount x (1 if |amount| >= least x benchmark, else 0)"),
        ("limit", {"savings": {"share": 0.1, "of": "benchmark"}}, "min(amount, 0.1 x benchmark)"),
        ("prorate", {"part": {2019: 0.5, 2020: 1}}, "amount x (0.5 in 2019 and 1 from 2020 on)"),
    ],
)
def test_formulas_name_lines_and_figures(word, body, formula):
    assert formula_of(term_family()[word].model_validate(body)) == formula


def test_an_amount_that_starts_at_zero_is_not_written():
    term = term_family()["difference"].model_validate({"of": "benchmark", "less": "expenditure"})
    assert formula_of(term, first=True) == "benchmark - expenditure"
    assert formula_of(term) == "amount + benchmark - expenditure"


def test_what_decided_is_told_beside_the_expression(book):
    gate = term_family()["gate"].model_validate({"on": "quality_score", "at_least": 0.5})
    shut = worked(gate, 5000.0, book, 0, 1)
    assert shut is not None
    assert (shut.expression, shut.because) == ("0", ("0.4 < 0.5",))
    open_ = worked(gate, 5000.0, book, 0, 0)
    assert open_ is not None
    assert (open_.expression, open_.because) == ("5,000.00", ("0.8 >= 0.5",))
