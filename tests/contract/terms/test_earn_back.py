"""Earn-back: what comes back of a withhold, never more than all of it."""

import pytest

from vbcsim.contract.terms.earn_back import EarnBack


def test_quality_earns_its_part(after):
    paid = after(
        EarnBack(of="withhold", earned="quality_score"), [0.0, 0.0], withhold=[50.0, 50.0], quality_score=[0.8, 1.0]
    )
    assert paid == pytest.approx([40.0, 50.0])


@pytest.mark.parametrize(("earned", "back"), [(1.3, 50.0), (0.0, 0.0)])
def test_never_more_than_was_withheld(after, earned, back):
    assert after(EarnBack(of="withhold", earned=earned), [0.0], withhold=[50.0]) == [back]


def test_those_who_leave_get_nothing_of_a_retention_withhold(after):
    assert after(EarnBack(of="retention", earned="stayed"), [0.0, 0.0], retention=[20.0, 20.0], stayed=[1.0, 0.0]) == [
        20.0,
        0.0,
    ]


def test_a_ladder_may_say_what_is_earned(after):
    bands = [{"from": 0.4, "to": 0.8, "value": [0.0, 1.0]}]
    term = EarnBack.model_validate({"of": "withhold", "earned": {"by": "quality_score", "bands": bands}})
    paid = after(term, [0.0] * 3, withhold=[10.0] * 3, quality_score=[0.3, 0.6, 0.9])
    assert paid == pytest.approx([0.0, 5.0, 10.0])
