"""Per member per month: a rate for each month of a class of members."""

import pytest

from vbcsim.contract.terms.per_member_month import PerMemberMonth


def test_a_rate_for_each_month(after):
    assert after(PerMemberMonth(rate_pmpm=15.0), [0.0, 7.0], member_months=[1200.0, 100.0]) == [18_000.0, 1507.0]


def test_each_class_has_its_months(after):
    term = PerMemberMonth(rate_pmpm="$110 pmpm", months="member_months_dual")
    assert after(term, [0.0], member_months_dual=[10.0]) == pytest.approx([1100.0])
