"""JavaScript made from a trace, run by Node: the same bits as Python."""

from __future__ import annotations

import json
import shutil
import subprocess

import numpy as np
import pytest

from vbcsim.contract.read import read_arrangement
from vbcsim.contract.trace import trace_term
from vbcsim.explore.javascript import function_of

YEARS = (2023, 2024, 2025)
node = pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed; CI has it")


def step(word, body):
    raw = {"provisions": [{"name": "p", "payer": "payer", "payee": "provider", "terms": [{word: body}]}]}
    return read_arrangement(raw, "d").provisions[0].terms[0]


def run(function, amount, lines, figures):
    """The amounts after a function, by Node; all numbers pass as hexadecimal bits."""
    n = amount.shape[0]
    said = {
        "A": amount.T.ravel().view(np.uint64).astype(str).tolist(),
        "F": list(figures),
        "L": {name: np.ascontiguousarray(line.T).ravel().tolist() for name, line in lines.items()},
        "n": n,
    }
    script = (
        f"const f={function};const s=JSON.parse(require('fs').readFileSync(0,'utf8'));"
        "const A=new Float64Array(new BigUint64Array(s.A.map(BigInt)).buffer);f(A,s.F,s.L,s.n);"
        "console.log(JSON.stringify(Array.from(new BigUint64Array(A.buffer),String)))"
    )
    done = subprocess.run(["node", "-e", script], input=json.dumps(said), capture_output=True, text=True, check=True)
    bits = np.array([int(b) for b in json.loads(done.stdout)], dtype=np.uint64)
    return bits.view(np.float64).reshape(amount.shape[::-1]).T


@node
@pytest.mark.parametrize(
    ("word", "body"),
    [
        ("share", {"savings": 0.5, "losses": {2023: 0.0, 2024: 0.3}}),
        ("minimum_rate", {"savings": 0.02, "losses": 0.03}),
        ("limit", {"savings": [{"share": 0.1, "of": "benchmark"}], "losses": [{"usd": 4e5}]}),
        ("carry_forward", {}),
        ("corridor", {"of": "benchmark", "edges": [0.01, 0.03], "kept": [0.0, 0.5, 0.9]}),
    ],
)
def test_the_bits_are_pythons(word, body):
    from vbcsim.contract.book import Book

    rng = np.random.default_rng(5)
    amount = rng.normal(0.0, 1e6, (500, 3))
    lines = {"benchmark": rng.uniform(1e7, 3e7, (500, 3)), "expenditure": rng.uniform(1e7, 3e7, (500, 3))}
    term = step(word, body).term
    trace = trace_term(term, YEARS)
    says = np.broadcast_to(term.apply(amount, Book.from_lines(lines, YEARS)), amount.shape)
    got = run(function_of(trace), amount, {n: lines[n] for n in trace.lines}, [f.value for f in trace.figures])
    np.testing.assert_array_equal(got + 0.0, says + 0.0)


@node
def test_a_year_in_which_it_does_not_apply_is_left_alone():
    amount = np.ones((2, 3))
    trace = trace_term(step("share", {"savings": 0.5, "losses": 0.5}).term, YEARS)
    got = run(function_of(trace, (True, False, True)), amount, {}, [f.value for f in trace.figures])
    np.testing.assert_array_equal(got, [[0.5, 1.0, 0.5]] * 2)


def test_what_depends_on_no_draw_stands_before_the_loop():
    text = function_of(trace_term(step("limit", {"losses": [{"usd": 4e5}]}).term, YEARS))
    head, loop = text.split("for(let d=0;")
    assert "F[0]" in head
    assert "F[0]" not in loop


def test_numbers_are_read_back_to_the_last_bit():
    from vbcsim.explore.javascript import _literal

    for value in (0.1, -0.0, 1e-300, 123456789.123456789, -2.5):
        assert float(_literal(value).strip("()")).hex() == value.hex()
    with pytest.raises(ValueError, match="no figure"):
        _literal(float("nan"))
