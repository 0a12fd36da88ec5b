"""Rows of patients by half-years: numbers and exposure against a count of patients one start after the other."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from tests.cohorts import SOURCE, assumptions, cells, cohort_of, service
from vbcsim.cohort.spec import Episodes
from vbcsim.experience.layers import LayerDraws
from vbcsim.experience.turnover import draw_turnover

TOLD = assumptions([service(), service("stay", seasonality=[1.2] * 6 + [0.8] * 6)])


def cohort(**changed):
    episodes = {"starts_per_year": 100, "continuation": [0.4, 0.5], "source": SOURCE, **changed}
    return cohort_of(TOLD, cells(30, 70), base=(2020,), performance=(2021, 2022), episodes=episodes)


def test_lengths_follow_the_chances_of_a_further_episode():
    told = Episodes(starts_per_year=1, continuation=(0.4, 0.5), source=SOURCE)
    assert told.length_probability == pytest.approx((0.6, 0.2, 0.2))
    assert Episodes(starts_per_year=1, source=SOURCE).length_probability == (1.0,)


def test_expected_patients_by_start_and_length():
    """50 starts in every half-year, of which 30, 10 and 10 have one, two and three episodes."""
    ds = cohort()
    found = {}
    for half in range(-2, 6):
        for length, patients in ((1, 30), (2, 10), (3, 10)):
            seen = [h for h in range(half, half + length) if 0 <= h < 6]
            if seen:
                found[seen[0], seen[-1]] = found.get((seen[0], seen[-1]), 0) + patients
    rows = list(zip(ds["row_cell"].values, ds["row_entry_half"].values, ds["row_exit_half"].values, strict=True))
    assert len(rows) == 2 * len(found) == len(set(rows))
    for (cell, first, last), patients in zip(rows, ds["expected_members"].values, strict=True):
        assert patients == pytest.approx((0.3, 0.7)[cell] * found[int(first), int(last)])


def test_every_half_year_has_the_patients_of_a_steady_state():
    """A patient has 1.6 episodes on average: 160 a year, 80 in treatment at any time, 40 person-years in a half."""
    ds = cohort()
    assert ds.attrs["periods_per_year"] == 2
    half = np.einsum("r,ryh->yh", ds["expected_members"].values, ds["half_exposure"].values)
    assert half == pytest.approx(np.full((3, 2), 40.0))
    assert (ds["row_exposure"] == ds["half_exposure"].sum("half")).all()
    use = np.einsum("r,ryhj->yhj", ds["expected_members"].values, ds["half_use"].values)
    assert use[:, :, 0] == pytest.approx(half)
    assert use[:, :, 1] == pytest.approx(half * [1.2, 0.8])
    assert (ds["row_use"] == ds["half_use"].sum("half")).all()


def test_starts_may_grow():
    ds = cohort(growth_per_year=0.1, continuation=[])
    half = np.einsum("r,ryh->yh", ds["expected_members"].values, ds["half_exposure"].values)
    assert half[:, 0] == pytest.approx(25 * np.array([1.0, 1.1, 1.21]))


def test_numbers_of_patients_are_poisson():
    ds = cohort()
    members = draw_turnover(ds, 1, LayerDraws(), 0, 20_000)
    for row, mean in enumerate(ds["expected_members"].values):
        high = int(stats.poisson.ppf(0.999, mean))
        observed = np.bincount(np.minimum(members[:, row], high), minlength=high + 1)
        expected = np.append(stats.poisson.pmf(np.arange(high), mean), stats.poisson.sf(high - 1, mean)) * len(members)
        few = expected < 5
        table = [np.append(x[~few], x[few].sum()) for x in (observed, expected)]
        if table[1][-1] == 0:
            table = [x[:-1] for x in table]
        assert stats.chisquare(table[0], table[1] * table[0].sum() / table[1].sum()).pvalue > 1e-4
    independent = np.corrcoef(members.T) - np.eye(members.shape[1])
    assert np.abs(independent).max() < 5 / np.sqrt(len(members))


def test_blocks_do_not_matter():
    ds = cohort()
    whole = draw_turnover(ds, 7, LayerDraws(), 0, 20)
    np.testing.assert_array_equal(whole[5:9], draw_turnover(ds, 7, LayerDraws(), 5, 9))
    moved = draw_turnover(ds, 7, LayerDraws({"process": 5}), 0, 4)
    np.testing.assert_array_equal(whole[5:9], moved)
