"""Relativities of cells and years: margins, credibility of what is a cell's own, dispersion over families."""

from __future__ import annotations

import numpy as np
import pytest

from vbcsim.calibrate.fit.relativities import clustered_dispersion, relativities


def _rows(rate: np.ndarray, per_cell: int, seed: int = 1):
    """Poisson counts of persons in cells of 2 ages by 2 sexes."""
    cell = np.repeat(np.arange(4), per_cell)
    rng = np.random.default_rng(seed)
    counts = rng.poisson(rate[cell])[:, None].astype(float)
    base = np.full((len(cell), 1), counts.mean())
    return counts, base, cell, [cell // 2, cell % 2], np.zeros(len(cell), dtype=np.int64), np.arange(len(cell))


def test_margins_that_multiply_are_found_and_nothing_beyond_them():
    rate = np.array([1.0, 1.5, 2.0, 3.0])
    found = relativities(*_rows(rate, 5000))
    assert found.cell[:, 0] == pytest.approx(rate / rate.mean(), rel=0.03)
    assert found.credibility.max() < 0.5
    assert found.dispersion[0] == pytest.approx(1.0, abs=0.05)


def test_a_cell_of_its_own_is_believed_where_it_is_large():
    rate = np.array([1.0, 1.0, 1.0, 3.0])
    large, small = relativities(*_rows(rate, 5000)), relativities(*_rows(rate, 12))
    assert large.credibility.min() > 0.9
    assert large.cell[3, 0] == pytest.approx(2.0, rel=0.05)
    assert small.credibility.max() < large.credibility.min()


def test_few_persons_stay_near_the_relativity_that_they_began_with():
    start = np.array([[0.5], [0.5], [1.5], [1.5]])
    found = relativities(*_rows(np.full(4, 0.02), 10), start)
    assert found.cell[:, 0] == pytest.approx(start[:, 0], rel=0.25)


def test_the_mean_of_relativities_over_exposure_is_one():
    counts, base, cell, margins, year, family = _rows(np.array([1.0, 1.5, 2.0, 3.0]), 200)
    found = relativities(counts, base, cell, margins, year, family)
    assert found.cell[cell].mean() == pytest.approx(1.0)


def test_dispersion_counts_a_family_once():
    alone = clustered_dispersion(np.full((6, 1), 2.0), np.ones((6, 1)), np.arange(6))
    together = clustered_dispersion(np.full((6, 1), 2.0), np.ones((6, 1)), np.zeros(6, dtype=np.int64))
    assert alone[0] == pytest.approx(1.0)
    assert together[0] == pytest.approx(6.0)
