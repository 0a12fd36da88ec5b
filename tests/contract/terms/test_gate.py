"""Gate: standards that must be met, all of them or enough of them."""

import pytest
from pydantic import ValidationError

from vbcsim.contract.terms.gate import Gate


def test_no_savings_where_the_standard_is_failed_and_losses_all_the_same(after):
    kept = after(Gate(on="met"), [100.0, 100.0, -100.0], met=[1.0, 0.0, 0.0])
    assert kept == [100.0, 0.0, -100.0]


def test_the_level_may_be_that_of_a_score(after):
    kept = after(Gate(on="quality_score", at_least=0.4), [1.0, 1.0, 1.0], quality_score=[0.39, 0.4, 0.41])
    assert kept == [0.0, 1.0, 1.0]


def test_as_many_standards_as_are_needed(after):
    lines = {"a": [1.0, 1.0, 0.0], "b": [1.0, 0.0, 0.0], "c": [1.0, 1.0, 1.0]}
    assert after(Gate(on=("a", "b", "c")), [9.0] * 3, **lines) == [9.0, 0.0, 0.0]
    assert after(Gate(on=("a", "b", "c"), needed=2), [9.0] * 3, **lines) == [9.0, 9.0, 0.0]
    assert after(Gate(on=("a", "b", "c"), needed=1), [9.0] * 3, **lines) == [9.0, 9.0, 9.0]


def test_a_gate_on_both_sides_stops_losses_too(after):
    assert after(Gate(on="met", side="both"), [5.0, -5.0], met=[0.0, 0.0]) == [0.0, 0.0]


def test_a_gate_that_could_never_open_is_refused():
    with pytest.raises(ValidationError, match="3 lines are needed and 2 named"):
        Gate(on=("a", "b"), needed=3)
