"""Site of care: what its prior says."""

from __future__ import annotations

import pytest

from tests.programmes import CATEGORIES, intervention


def test_prices_of_infusions_and_nothing_else():
    one = intervention("site_of_care")
    prices = one.effects("price", CATEGORIES)
    assert prices[3].mean == pytest.approx((1 / 1.355 - 1) / 2)
    assert prices[:3] == [0.0, 0.0, 0.0]
    assert one.effects("use", CATEGORIES) == [0.0] * 4


def test_a_changed_price_works_at_once_and_stays():
    assert {intervention("site_of_care").strength(k) for k in range(1, 9)} == {1.0}
