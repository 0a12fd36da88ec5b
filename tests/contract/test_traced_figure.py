"""A figure of a clause has the unit that the clause's schema states, and a name in words."""

from __future__ import annotations

from vbcsim.contract.read import read_arrangement
from vbcsim.contract.trace import trace_term
from vbcsim.contract.traced_figure import label_of_figure, unit_of_figure


def term(raw):
    provision = {"name": "p", "payer": "payer", "payee": "provider", "terms": [raw]}
    return read_arrangement({"title": "a", "provisions": [provision]}, "a").provisions[0].terms[0].term


def units(raw):
    clause = term(raw)
    return {
        label_of_figure(f.path): unit_of_figure(type(clause), f.path) for f in trace_term(clause, (2023, 2024)).figures
    }


def test_units_of_figures():
    assert units({"share": {"savings": 0.5, "losses": 0.3}}) == {"savings": "fraction", "losses": "fraction"}
    assert set(units({"fixed": {"usd": 1000.0}}).values()) == {"usd"}


def test_a_figure_by_year_says_from_when():
    assert set(units({"share": {"savings": {2023: 0.5, 2024: 0.6}, "losses": 0.0}})) >= {
        "savings from 2023",
        "savings from 2024",
    }
