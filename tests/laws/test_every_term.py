"""Laws that every term obeys, whichever it is: none is named here."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vbcsim.contract.term import term_family

TERMS = sorted(term_family().items())
few = settings(max_examples=settings.default.max_examples // 4)
every_term = pytest.mark.parametrize(("word", "kind"), TERMS, ids=[word for word, _ in TERMS])


@st.composite
def cases(draw, made, word, kind):
    """A term, the lines of a book, and amounts."""
    lines = draw(made.lines())
    return draw(made.clause(word, kind)), lines, made.amounts(lines, draw(st.integers(0, 2**32 - 1)))


def full(amount, shape):
    """The amount as an array of every draw and year."""
    return np.broadcast_to(np.asarray(amount, dtype=np.float64), shape)


@every_term
@few
@given(data=st.data())
def test_finite_in_finite_out(made, word, kind, data):
    term, lines, amount = data.draw(cases(made, word, kind))
    after = full(term.apply(amount, made.book(lines)), amount.shape)
    assert np.isfinite(after).all()


@every_term
@few
@given(data=st.data(), k=st.sampled_from([0.001, 0.5, 2.0, 1000.0]))
def test_all_dollars_times_k_is_the_result_times_k(made, word, kind, data, k):
    term, lines, amount = data.draw(cases(made, word, kind))
    plain = full(term.apply(amount, made.book(lines)), amount.shape)
    scaled = full(made.in_dollars_of(term, k).apply(k * amount, made.book(made.scaled(lines, k))), amount.shape)
    largest = max(np.abs(plain).max(), np.abs(amount).max(), np.abs(lines["benchmark"]).max())
    np.testing.assert_allclose(scaled, k * plain, rtol=1e-9, atol=1e-9 * k * largest)


@every_term
@few
@given(data=st.data())
def test_each_draw_alone(made, word, kind, data):
    term, lines, amount = data.draw(cases(made, word, kind))
    together = full(term.apply(amount, made.book(lines)), amount.shape)
    for row in range(amount.shape[0]):
        own = {name: line[[row]] if line.shape[0] > 1 else line for name, line in lines.items()}
        alone = full(term.apply(amount[[row]], made.book(own)), (1, amount.shape[1]))
        np.testing.assert_array_equal(alone[0], together[row])


@every_term
@few
@given(data=st.data())
def test_no_year_sees_a_later_one(made, word, kind, data):
    term, lines, amount = data.draw(cases(made, word, kind))
    whole = full(term.apply(amount, made.book(lines)), amount.shape)
    for last in range(1, amount.shape[1]):
        upto = {name: line[:, :last] for name, line in lines.items()}
        early = term.apply(amount[:, :last], made.book(upto, made.years[:last]))
        np.testing.assert_array_equal(full(early, (amount.shape[0], last)), whole[:, :last])


@every_term
@few
@given(data=st.data())
def test_nothing_is_written_into(made, word, kind, data):
    term, lines, amount = data.draw(cases(made, word, kind))
    before = amount.copy()
    amount.setflags(write=False)
    term.apply(amount, made.book(lines))
    np.testing.assert_array_equal(amount, before)


@every_term
@few
@given(data=st.data())
def test_it_reads_no_line_but_those_it_names(made, word, kind, data):
    term, lines, amount = data.draw(cases(made, word, kind))
    named = {name: lines[name] for name in term.lines()}
    whole = full(term.apply(amount, made.book(lines)), amount.shape)
    after = full(term.apply(amount, made.book({"draws": amount, **named})), amount.shape)
    np.testing.assert_array_equal(after, whole)


@every_term
@few
@given(data=st.data())
def test_it_says_itself_in_one_sentence(made, word, kind, data):
    term, _, _ = data.draw(cases(made, word, kind))
    sentence = term.sentence()
    assert sentence[0].isupper()
    assert sentence.endswith(".")
    assert "{" not in sentence
    assert "None" not in sentence


@every_term
def test_it_states_a_formula_and_where_it_comes_from(word, kind):
    assert kind.formula
    assert kind.reference
    assert kind.__doc__
    for name, field in kind.model_fields.items():
        assert field.description, f"{word}.{name} has no description"
