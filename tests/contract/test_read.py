"""Reading an arrangement: every problem at once, each with its path and a remedy."""

from __future__ import annotations

import pytest

from vbcsim.contract.read import read_arrangement
from vbcsim.core.errors import BadInput

SHARE = {"share": {"savings": 0.5, "losses": 0.3}}


def provision(*terms, **rest):
    return {"name": "shared_savings", "payer": "payer", "payee": "provider", "terms": list(terms), **rest}


def problems(raw):
    with pytest.raises(BadInput) as caught:
        read_arrangement(raw, "draft")
    return {problem.place: problem.message for problem in caught.value.problems}


def test_an_arrangement_is_read():
    raw = {
        "title": "A draft",
        "lines": {"met": {"standard": {"on": "quality_score", "at_least": 0.4}}},
        "provisions": [provision({**SHARE, "from": 2024, "to": 2025, "source": "section 4"}, note="as discussed")],
    }
    read = read_arrangement(raw, "draft")
    step = read.provisions[0].terms[0]
    assert (read.name, read.title, step.word, step.first, step.last) == ("draft", "A draft", "share", 2024, 2025)
    assert read.lines["met"].sentence() == "Yes (1) where the quality_score is at least 40%; no (0) elsewhere."


def test_every_problem_is_told_at_once():
    raw = {
        "titel": "A draft",
        "lines": {"expenditure": {"truncatd": {}}},
        "provisions": [
            provision({"share": {"savings": 1.5, "loses": 0.3}}, {"shar": {}}, {**SHARE, "from": 2026, "to": 2024}),
            provision({"share": {"savings": 0.1, "losses": 0}, "limit": {}}, payee="nobody"),
        ],
    }
    found = problems(raw)
    assert found["titel"].startswith('"titel" is not a field of a design; did you mean "title"?')
    assert 'did you mean "truncated"' in found["lines.expenditure"]
    assert found["provisions[0].terms[0].share.savings"].endswith("1.5 was given")
    assert 'did you mean "losses"' in found["provisions[0].terms[0].share.loses"]
    assert found["provisions[0].terms[0].share.losses"] == 'share needs "losses"'
    assert '"shar" is not a term; did you mean "share"' in found["provisions[0].terms[1]"]
    assert "from 2026 to 2024 holds no year" in found["provisions[0].terms[2]"]
    assert "share and limit together was read where one term is needed" in found["provisions[1].terms[0]"]


@pytest.mark.parametrize(
    ("raw", "place", "message"),
    [
        (None, "", "nothing was read where a design needs"),
        ({"provisions": {}}, "provisions", "where provisions needs a list"),
        ({"provisions": [5]}, "provisions[0]", "5 was read where a provision needs"),
        ({"provisions": [provision(SHARE, payee="payer")]}, "provisions[0]", "to itself; name two parties"),
        ({"provisions": [provision()]}, "provisions[0].terms", "at least 1 item"),
        ({"provisions": [provision("share")]}, "provisions[0].terms[0]", '"share" was read where one term is needed'),
        ({"provisions": [provision(SHARE, payee="nobody")]}, "provisions[0].payee", "nobody was given"),
        ({"provisions": [provision(SHARE, name="a b")]}, "provisions[0].name", "a b was given"),
        ({"provisions": [provision(SHARE), provision(SHARE)]}, "", "two provisions are named shared_savings"),
        (
            {"parties": ["payer", "downstream"], "provisions": [provision(SHARE)]},
            "",
            "provider is not among the parties",
        ),
        (
            {"lines": {"shared_savings": {"constant": {"value": 1}}}, "provisions": [provision(SHARE)]},
            "",
            "shared_savings names a line and a provision",
        ),
        ({"lines": {"Bad line": {"constant": {"value": 1}}}}, "lines.Bad line", "cannot name a line"),
    ],
)
def test_what_cannot_be_settled_is_refused(raw, place, message):
    found = problems(raw)
    assert message in found[place]
