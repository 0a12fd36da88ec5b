"""A trace as formulas: short, in the trace's own order, and the same row in every year."""

from __future__ import annotations

from vbcsim.contract.read import read_arrangement
from vbcsim.contract.trace import trace_term
from vbcsim.workbook.formula import LONGEST, figures_read, own_cells, steps_of, written

YEARS = (2023, 2024)


def traced(raw):
    provision = {"name": "p", "payer": "payer", "payee": "provider", "terms": [raw]}
    return trace_term(
        read_arrangement({"title": "a", "provisions": [provision]}, "a").provisions[0].terms[0].term, YEARS
    )


def named(trace):
    """A name for each leaf, such as A1 for the amount of the first year."""
    words = {"amount": lambda o: f"A{o[0]}", "line": lambda o: f"{o[0]}{o[1]}", "figure": lambda o: f"F{o[0]}"}
    return {k: words[n.operation](n.operands) for k, n in enumerate(trace.nodes) if n.operation in words}.get


def test_a_share_is_what_it_says():
    trace = traced({"share": {"savings": 0.5, "losses": 0.3}})
    assert [written(trace, node, named(trace)) for node in trace.result] == [
        "MAX(A0,0)*F0+MIN(A0,0)*F1",
        "MAX(A1,0)*F0+MIN(A1,0)*F1",
    ]


def test_no_nothings_are_written():
    """Nought added, one multiplied: they stand in the arithmetic and say nothing to a reader."""
    for raw in ({"gate": {"on": "met"}}, {"limit": {"savings": {"share": 0.1, "of": "benchmark"}}}):
        trace = traced(raw)
        for node in range(len(trace.nodes)):
            if trace.nodes[node].operation not in ("constant", "amount", "line", "figure"):
                said = written(trace, node, named(trace))
                assert not said.startswith("0+")
                assert not said.endswith("*1")


def test_long_arithmetic_is_cut_into_cells_of_their_own():
    table = {"by": "lives", "bands": [{"from": 100 * k, "to": 100 * k + 100, "value": [0.1, 0.2]} for k in range(6)]}
    trace = traced({"share": {"savings": table, "losses": 0.0}})
    own = own_cells(trace, trace.result)
    cells = {k: f"S{k}" for k in own}
    leaf = named(trace)
    longest = max(written(trace, k, lambda n: cells.get(n) or leaf(n)).count("l") for k in (*own, *trace.result))
    assert own
    assert longest <= LONGEST
    assert figures_read(trace, trace.result) == list(range(len(trace.figures)))


def test_the_same_arithmetic_stands_in_one_row():
    trace = traced({"minimum_rate": {"savings": 0.02}})
    steps = steps_of(trace, own_cells(trace, trace.result))
    by_shape = {}
    for step in steps:
        by_shape.setdefault(step.shape, []).append(step.year)
    assert all(years in ([0, 1], [None]) for years in by_shape.values())
