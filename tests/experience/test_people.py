"""Persons one by one: the same engine and words as a run, the right shapes, and nothing shared between them."""

from __future__ import annotations

import numpy as np
import pytest

from tests.cohorts import assumptions, cells, cohort_of, service
from vbcsim.core.errors import BadInput
from vbcsim.experience.people import People, shuffled, simulate_people
from vbcsim.experience.simulate import simulate

STAY = service("stay", utilization_per_1000=300, mean_cost_usd=5000, overdispersion=3.0, shared_weight=0.6)
VISIT = service(overdispersion=1.0, shared_weight=0.5, persistence=0.4)
SHARED = {"variance": 2.0, "persistence": 0.7}


def of(*use: float, **sections):
    told = assumptions([STAY, VISIT], shared_frailty=SHARED, **sections)
    rows = cells(*([1] * len(use)), utilization_relativity=use)
    return cohort_of(told, rows, base=(2021,), performance=(2022,))


def test_a_person_is_a_draw_of_a_cell_of_one():
    people = simulate_people(of(1.0), [50], seed=9)
    drawn = simulate(of(1.0), draws=50, seed=9)
    assert people.counts.shape == people.cost_usd.shape == (50, 2, 2)
    assert people.categories == ("stay", "visit")
    expected = drawn["expenditure_usd"].transpose("draw", "year", "category", "stratum").values[..., 0]
    np.testing.assert_array_equal(
        np.sort(people.total_usd, axis=0), np.sort(expected.astype(np.float32).sum(axis=2, dtype=np.float64), axis=0)
    )
    assert people.counts.sum() == drawn["utilization"].values.sum()


def test_persons_of_two_cells_are_apart_and_independent():
    people = simulate_people(of(1.0, 3.0), [4000, 2000], seed=1)
    assert np.bincount(people.cell).tolist() == [4000, 2000]
    low, high = (people.part(people.cell == c) for c in (0, 1))
    assert high.counts.mean() / low.counts.mean() == pytest.approx(3.0, rel=0.15)
    again = simulate_people(of(1.0, 1.0), [500, 500], seed=1)
    first, second = (again.part(again.cell == c).total_usd for c in (0, 1))
    assert not np.array_equal(np.sort(first[:, 0]), np.sort(second[:, 0]))


def test_more_persons_leave_those_before_them_as_they_were():
    few, many = (simulate_people(of(1.0), [n], seed=3) for n in (40, 60))
    rows = {tuple(row) for row in many.counts.reshape(60, -1).tolist()}
    assert all(tuple(row) in rows for row in few.counts.reshape(40, -1).tolist())


def test_the_order_of_persons_tells_nothing_of_their_cells():
    people = simulate_people(of(1.0, 1.0), [3000, 3000], seed=1)
    halves = np.array_split(people.cell, 6)
    assert all(abs(half.mean() - 0.5) < 0.08 for half in halves)
    plain = People(people.counts, people.cost_usd, people.cell, people.categories)
    assert sorted(shuffled(plain).cell.tolist()) == sorted(people.cell.tolist())


@pytest.mark.parametrize(
    ("sections", "name"),
    [
        ({"market_trend": {"national_shock_sd": 0.02}}, "national_shock_sd"),
        ({"provider_group": {"effect_sd": 0.05}}, "group_effect_sd"),
    ],
)
def test_what_would_move_all_persons_of_a_draw_is_refused(sections, name):
    with pytest.raises(BadInput, match=f"{name} above 0 would move all persons"):
        simulate_people(of(1.0, **sections), [10])


def test_a_cohort_of_many_is_no_person():
    told = assumptions([STAY, VISIT], shared_frailty=SHARED)
    many = cohort_of(told, cells(3), base=(2021,), performance=(2022,))
    with pytest.raises(BadInput, match="1 cells with 3 members in 1 strata; for persons, each cell has one member"):
        simulate_people(many, [10])
