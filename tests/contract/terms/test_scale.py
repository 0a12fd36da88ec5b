"""Scale: times a score, a number, or a ladder of scores."""

import pytest

from vbcsim.contract.terms.scale import Scale


def test_savings_times_quality(after):
    assert after(Scale(by="quality_score", side="savings"), [100.0, -100.0], quality_score=[0.9, 0.9]) == [90.0, -100.0]


def test_good_quality_may_lessen_what_is_owed(after):
    bands = [{"from": 0, "value": 1.0}, {"from": 0.8, "value": 0.5}]
    term = Scale.model_validate({"by": {"by": "quality_score", "bands": bands}, "side": "losses"})
    assert after(term, [-100.0, -100.0, 100.0], quality_score=[0.7, 0.8, 0.9]) == [-100.0, -50.0, 100.0]


def test_a_ladder_is_linear_between_its_steps(after):
    bands = [{"from": 0.5, "to": 0.9, "value": [0.0, 1.0]}, {"from": 0.9, "value": 1.1}]
    term = Scale.model_validate({"by": {"by": "quality_score", "bands": bands}})
    assert after(term, [10.0] * 4, quality_score=[0.4, 0.7, 0.9, 1.0]) == pytest.approx([0.0, 5.0, 11.0, 11.0])
