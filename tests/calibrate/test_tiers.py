"""Tiers cut by this year's cost hold what the next year shows."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from tests.calibrate.populations import population
from vbcsim.calibrate.tiers import tiers_of
from vbcsim.experience.people import People


def test_shares_and_relativities_average_to_everybody():
    people = population().simulate(20_000, seed=3)
    tiers = tiers_of(people, (0.5, 0.9, 0.99))
    assert [t.name for t in tiers] == ["tier_1", "tier_2", "tier_3", "tier_4"]
    assert [t.share for t in tiers] == pytest.approx([0.5, 0.4, 0.09, 0.01])
    for category in people.categories:
        assert sum(t.share * t.use[category] for t in tiers) == pytest.approx(1.0)
    assert sum(t.share * t.cost for t in tiers) == pytest.approx(1.0)
    assert all(a.cost < b.cost for a, b in pairwise(tiers))
    assert all(0.0 <= t.frailty_relativity <= 1.0 for t in tiers)
    assert min(t.frailty_relativity for t in tiers) < 0.9


def test_use_is_that_of_the_following_year():
    this = np.array([1.0, 2.0, 3.0, 4.0])
    following = np.array([8.0, 0.0, 0.0, 0.0])
    counts = np.stack([this, following], axis=1)[:, :, None].astype(np.float32)
    people = People(counts, counts, np.zeros(4, dtype=np.int32), ("a",))
    low, high = tiers_of(people, (0.5,))
    assert (low.use["a"], high.use["a"]) == (2.0, 0.0)
    assert (low.cost, high.cost) == (2.0, 0.0)
