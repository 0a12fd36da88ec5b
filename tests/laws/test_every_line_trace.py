"""A derived line that can be traced gives what its maker gives, to the last bit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vbcsim.contract.line import line_family
from vbcsim.contract.trace import Untraceable, evaluate, trace_line

MAKERS = sorted(item for item in line_family().items() if not item[1].needs_view)
few = settings(max_examples=settings.default.max_examples // 4)


@pytest.mark.parametrize(("word", "kind"), MAKERS, ids=[word for word, _ in MAKERS])
@few
@given(data=st.data())
def test_the_trace_is_the_line(made, word, kind, data):
    maker = data.draw(made.clause(word, kind))
    lines = data.draw(made.lines())
    try:
        trace = trace_line(maker, made.years)
    except Untraceable:
        assert word not in ALWAYS
        return
    amount = made.amounts(lines, 3)
    says = np.broadcast_to(maker.make(made.book(lines)), amount.shape) + 0.0
    np.testing.assert_array_equal(evaluate(trace, amount, lines) + 0.0, says)


ALWAYS = {
    "benchmark_adjustment",
    "blend",
    "combine",
    "discounted",
    "loss_ratio",
    "points",
    "premium_share",
    "pmpm",
    "constant",
}
"""Makers whose figures a negotiation moves: they can be traced."""
