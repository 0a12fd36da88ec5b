"""Every term can be traced, and its trace gives what the term gives, to the last bit; no term is named here."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vbcsim.contract.term import term_family
from vbcsim.contract.trace import evaluate, trace_term

TERMS = sorted(term_family().items())
few = settings(max_examples=settings.default.max_examples // 4)
every_term = pytest.mark.parametrize(("word", "kind"), TERMS, ids=[word for word, _ in TERMS])


@every_term
@few
@given(data=st.data())
def test_the_trace_is_the_term(made, word, kind, data):
    term = data.draw(made.clause(word, kind))
    lines = data.draw(made.lines())
    amount = made.amounts(lines, data.draw(st.integers(0, 2**32 - 1)))
    term_says = np.broadcast_to(term.apply(amount, made.book(lines)), amount.shape) + 0.0
    trace = trace_term(term, made.years)
    np.testing.assert_array_equal(evaluate(trace, amount, lines) + 0.0, term_says)
    assert set(term.lines()) <= set(trace.lines)


@every_term
@few
@given(data=st.data())
def test_other_figures_need_no_new_trace(made, word, kind, data):
    """The trace of one clause, at the figures of another of the same shape, is the other clause."""
    term, other = data.draw(made.clause(word, kind)), data.draw(made.clause(word, kind))
    one, two = trace_term(term, made.years), trace_term(other, made.years)
    if one.nodes != two.nodes:
        return
    lines = data.draw(made.lines())
    amount = made.amounts(lines, 7)
    says = np.broadcast_to(other.apply(amount, made.book(lines)), amount.shape) + 0.0
    np.testing.assert_array_equal(evaluate(one, amount, lines, [figure.value for figure in two.figures]) + 0.0, says)
