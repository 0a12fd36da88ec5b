"""The page's settlement, run by Node, gives the bits of Python's on random contracts and draws."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vbcsim.contract.arrangement import Arrangement, Provision, Step
from vbcsim.contract.book import Book
from vbcsim.contract.settle import settle_amounts
from vbcsim.contract.term import term_family
from vbcsim.explore.page import settlement_script
from vbcsim.explore.payload import designs_payload

DRAWS, CONTRACTS, ROUNDS = 1000, 60, 18
"""18 x 60 x 1,000 = 1,080,000 pairs of contract and draw, each of three years."""
TERMS = sorted(term_family().items())

HARNESS = """
const told = (x) => Buffer.from(x.buffer).toString('base64');
console.log(JSON.stringify(DATA.designs.map((_, k) => {
  const found = settle(draftOf(k)).transfers;
  return Object.fromEntries(Object.entries(found).map(([name, x]) => [name, told(x)]));
})));
"""


def in_node(script):
    """What a script prints, by Node."""
    done = subprocess.run(["node", "-"], input=script, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


@st.composite
def contracts(draw, made):
    """Arrangements of one or two provisions with up to five clauses each, some of them for some years only."""

    def step():
        word, kind = draw(st.sampled_from(TERMS))
        first = draw(st.sampled_from([None, None, made.years[1]]))
        return Step.model_construct(term=draw(made.clause(word, kind)), first=first, last=None, note="", source="")

    def provision(name):
        steps = tuple(step() for _ in range(draw(st.integers(1, 5))))
        return Provision.model_construct(name=name, payer="payer", payee="provider", terms=steps, note="", source="")

    named = [provision(name) for name in ("main", "extra")[: draw(st.integers(1, 2))]]
    return Arrangement.model_construct(
        name="a", title="", parties=("payer", "provider"), lines={}, provisions=tuple(named), parameters=()
    )


@pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed; CI has it")
@settings(max_examples=ROUNDS, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data(), seed=st.integers(0, 2**32 - 1))
def test_the_same_bits(made, data, seed):
    few = {f"c{k}": data.draw(contracts(made)) for k in range(4)}
    rng = np.random.default_rng(seed)
    lines = data.draw(made.lines())
    many = {name: line[:1] * np.exp(0.2 * rng.normal(size=(DRAWS, len(made.years)))) for name, line in lines.items()}
    book = Book.from_lines(many, made.years)
    designs = _varied(few, rng)
    found = in_node(settlement_script(designs_payload(designs, book)) + HARNESS)
    for got, arrangement in zip(found, designs.values(), strict=True):
        for name, amount in settle_amounts(book, arrangement).items():
            says = np.broadcast_to(amount, (DRAWS, len(made.years))) + 0.0
            bits = np.frombuffer(base64.b64decode(got[name]), dtype="<f8").reshape(len(made.years), DRAWS).T
            np.testing.assert_array_equal(bits, says)


def _varied(few, rng):
    """Many contracts from few: their clauses mixed into other orders and other provisions."""
    steps = [step for a in few.values() for p in a.provisions for step in p.terms]
    found = dict(few)
    while len(found) < CONTRACTS:
        picked = tuple(steps[k] for k in rng.integers(0, len(steps), rng.integers(1, 7)))
        provision = Provision.model_construct(
            name="main", payer="payer", payee="provider", terms=picked, note="", source=""
        )
        found[f"c{len(found)}"] = few["c0"].model_copy(update={"provisions": (provision,)})
    return found
