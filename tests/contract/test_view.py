"""The finer view: exact excess over any threshold above the floor, refused below it."""

from __future__ import annotations

import numpy as np
import pytest

from vbcsim.contract.view import View
from vbcsim.core.errors import BadInput

ALL = np.arange(5)


def test_excess_is_the_plain_sum_over_members(toy):
    view = View.from_experience(toy.ds)
    over = np.array([[25_000.0, 12_000.0]]) * (1.05 ** np.arange(5))[:, np.newaxis]
    by_hand = np.maximum(toy.member_usd - over[:, :, np.newaxis], 0.0).sum(axis=-1)
    np.testing.assert_allclose(view.excess_usd(ALL, over, what="x"), by_hand, rtol=0, atol=1e-6)


def test_excess_up_to_a_limit_is_the_plain_sum_over_members(toy):
    view = View.from_experience(toy.ds)
    over = np.broadcast_to([25_000.0, 12_000.0], (5, 2))
    by_hand = np.clip(toy.member_usd - 25_000.0, 0.0, 15_000.0)[:, :, 0].sum(axis=-1)
    np.testing.assert_allclose(
        view.excess_usd(ALL, over, over + 15_000.0, what="x")[:, :, 0], by_hand, rtol=0, atol=1e-6
    )


def test_the_years_wanted_are_told_apart(toy):
    view = View.from_experience(toy.ds)
    over = np.array([[25_000.0, 12_000.0], [40_000.0, 30_000.0]])
    by_hand = np.maximum(toy.member_usd[:, [4, 1]] - over[:, :, np.newaxis], 0.0).sum(axis=-1)
    np.testing.assert_allclose(view.excess_usd(np.array([4, 1]), over, what="x"), by_hand, rtol=0, atol=1e-6)


def test_a_threshold_at_the_floor_is_exact(toy):
    view = View.from_experience(toy.ds)
    by_hand = np.maximum(toy.member_usd - np.array([[20_000.0], [10_000.0]]), 0.0).sum(axis=-1)
    floor = np.broadcast_to(view.claimant_floor_usd, (5, 2))
    np.testing.assert_allclose(view.excess_usd(ALL, floor, what="x"), by_hand, rtol=0, atol=1e-6)


def test_a_threshold_below_the_floor_names_the_floor_to_ask_for(toy):
    view = View.from_experience(toy.ds)
    with pytest.raises(BadInput, match=r"\$9,000 for disabled is below .* floor of \$10,000; .* at most \$9,000"):
        view.excess_usd(ALL, np.broadcast_to([25_000.0, 9_000.0], (5, 2)), what="truncation")


def test_a_figure_is_asked_for_every_stratum(toy):
    view = View.from_experience(toy.ds)
    with pytest.raises(BadInput, match="no figure for the stratum disabled"):
        view.per_stratum({"aged": 1.0}, "threshold_usd")


def test_indices_and_risk_scores_keep_their_years(toy):
    view = View.from_experience(toy.ds)
    assert view.years == (2020, 2021, 2022, 2023, 2024)
    assert view.base.tolist() == [0, 1, 2]
    assert view.performance.tolist() == [3, 4]
    assert view.indices["prospective"].shape == (1, 5)
    np.testing.assert_array_equal(view.indices["national"], toy.ds["national_index"].values)
