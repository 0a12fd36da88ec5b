"""Laws that every line maker obeys, whichever it is: none is named here.

Makers that need only other lines are made up from their schema; the view of claims is covered by whole arrangements.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from vbcsim.contract.line import line_family
from vbcsim.core.errors import BadInput

MAKERS = sorted(line_family().items())
PLAIN = [(word, kind) for word, kind in MAKERS if not kind.needs_view]
few = settings(max_examples=settings.default.max_examples // 4)
every_maker = pytest.mark.parametrize(("word", "kind"), MAKERS, ids=[word for word, _ in MAKERS])
every_plain_maker = pytest.mark.parametrize(("word", "kind"), PLAIN, ids=[word for word, _ in PLAIN])
OWN_UNIT = [(word, kind) for word, kind in PLAIN if kind.unit != "same"]
UNITS = {"usd", "fraction", "rate", "number", "months", "same"}


def line_of(made, maker, lines, years):
    """The line, or no case where these years or this book are not what the maker is for."""
    try:
        return np.asarray(maker.make(made.book(lines, years)))
    except BadInput:
        assume(False)


@every_plain_maker
@few
@given(data=st.data())
def test_finite_each_draw_alone_and_broadcastable(made, word, kind, data):
    maker, lines = data.draw(made.clause(word, kind)), data.draw(made.lines())
    whole = line_of(made, maker, lines, made.years)
    shape = np.broadcast_shapes(whole.shape, (4, len(made.years)))
    assert shape == (4, len(made.years))
    assert np.isfinite(whole).all()
    whole = np.broadcast_to(whole, shape)
    for row in range(4):
        own = {name: line[[row]] if line.shape[0] > 1 else line for name, line in lines.items()}
        alone = np.broadcast_to(line_of(made, maker, own, made.years), (1, len(made.years)))
        np.testing.assert_array_equal(alone[0], whole[row])


@every_plain_maker
@few
@given(data=st.data())
def test_no_year_sees_a_later_one(made, word, kind, data):
    maker, lines = data.draw(made.clause(word, kind)), data.draw(made.lines())
    whole = np.broadcast_to(line_of(made, maker, lines, made.years), (4, len(made.years)))
    for last in range(1, len(made.years)):
        upto = {name: line[:, :last] for name, line in lines.items()}
        early = line_of(made, maker, upto, made.years[:last])
        np.testing.assert_array_equal(np.broadcast_to(early, (4, last)), whole[:, :last])


@pytest.mark.parametrize(("word", "kind"), OWN_UNIT, ids=[word for word, _ in OWN_UNIT])
@few
@given(data=st.data(), k=st.sampled_from([0.5, 1000.0]))
def test_dollars_scale_with_dollars_and_ratios_do_not(made, word, kind, data, k):
    maker, lines = data.draw(made.clause(word, kind)), data.draw(made.lines())
    plain = line_of(made, maker, lines, made.years)
    scaled = line_of(made, made.in_dollars_of(maker, k), made.scaled(lines, k), made.years)
    factor = k if kind.unit == "usd" else 1.0
    np.testing.assert_allclose(scaled, factor * plain, rtol=1e-9, atol=1e-9 * factor * np.abs(plain).max())


@every_plain_maker
@few
@given(data=st.data())
def test_it_reads_no_line_but_those_it_names_and_says_itself(made, word, kind, data):
    maker, lines = data.draw(made.clause(word, kind)), data.draw(made.lines())
    whole = line_of(made, maker, lines, made.years)
    named = {name: lines[name] for name in maker.lines()}
    np.testing.assert_array_equal(line_of(made, maker, {"draws": lines["benchmark"], **named}, made.years), whole)
    assert maker.sentence().endswith(".")
    assert "None" not in maker.sentence()


@every_maker
def test_it_states_a_formula_a_unit_and_where_it_comes_from(word, kind):
    assert kind.formula
    assert kind.reference
    assert kind.unit in UNITS
    assert kind.__doc__
    for name, field in kind.model_fields.items():
        assert field.description, f"{word}.{name} has no description"
