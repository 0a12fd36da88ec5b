"""Rank by rank: the quantiles of each design, and what one brings beyond the best at the same rank."""

from __future__ import annotations

import numpy as np
import pytest

from vbcsim.report.pictures.dominance import RANKS, dominance_curves, dominance_data


def test_the_difference_is_of_equal_ranks(study):
    data = dominance_data(study, "provider", "deep")
    safe = np.sort(study.net("one_sided", "provider"))
    deep = np.sort(study.net("deep", "provider"))
    column = data.columns.index("Draft A, one-sided − Draft C, deep")
    assert len(data.rows) == RANKS.size
    for rank in (5, 95):
        k = int(rank / 100 * safe.size) - (1 if rank > 50 else 0)
        assert data.rows[rank - 1][0] == str(rank)
        assert data.rows[rank - 1][column] == pytest.approx((safe[k] - deep[k]) / 1e6)


def test_the_best_design_is_the_line_at_nought(study):
    _, right = dominance_curves(study, "provider", "deep").axes
    flat = [line for line in right.lines if len(line.get_ydata()) == RANKS.size and not np.any(line.get_ydata())]
    assert len(flat) == 1


def test_the_best_of_many_is_drawn_wherever_it_stands(make):
    material = make(60, {f"draft_{k}": (0.1 * k, 0.0) for k in range(1, 11)})
    data = dominance_data(material, "provider", "draft_10")
    assert any("draft_10" in column for column in data.columns)
    assert not any("draft_8," in column for column in data.columns)
