"""Gamma trawls, own factors and weights: the moments that the assumptions ask for, by algebra."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cohorts import assumptions, cells, cohort_of, service
from vbcsim.experience.prepare import own_variance, prepare, trawl_weights
from vbcsim.random.tables import table_moments

YEARS = st.lists(st.integers(2000, 2040), min_size=1, max_size=8, unique=True).map(lambda y: np.array(sorted(y)))


@given(YEARS, st.floats(0, 1))
def test_a_trawl_has_weight_one_in_each_year_and_geometric_memory_over_calendar_years(years, persistence):
    slices = trawl_weights(years, persistence)
    assert [(first, last) for first, last, _ in slices] == [
        (first, last) for first in range(len(years)) for last in reversed(range(first, len(years)))
    ]
    assert all(weight >= 0 for *_, weight in slices)
    for t in range(len(years)):
        for u in range(t, len(years)):
            alive_in_both = sum(weight for first, last, weight in slices if first <= t and u <= last)
            assert alive_in_both == pytest.approx(persistence ** int(years[u] - years[t]), abs=1e-12)


def test_the_memory_of_a_trawl_counts_the_years_that_are_left_out():
    weight = {(first, last): w for first, last, w in trawl_weights(np.array([2020, 2021, 2024]), 0.5)}
    assert weight[0, 2] == 0.5**4
    assert weight[0, 1] + weight[0, 2] == 0.5
    assert weight[1, 2] + weight[0, 2] == 0.5**3


FRAILTIES = st.tuples(
    st.sampled_from([0.0, 0.3, 1.5]),  # shared variance
    st.sampled_from([0.0, 0.4, 0.9]),  # shared weight
    st.sampled_from([0.0, 0.5, 4.0]),  # variance of the own factor
    st.floats(0, 1),  # lasting share
    st.sampled_from([0.0, 0.25, 1.0]),  # frailty relativity
)


@given(FRAILTIES)
def test_frailty_has_mean_one_and_the_asked_variance_and_memory(told):
    shared, weight, own, lasting, relativity = told
    overdispersion = weight**2 * shared + (1 - weight) ** 2 * own
    of = service(overdispersion=overdispersion, shared_weight=weight, persistence=lasting)
    ds = cohort_of(
        assumptions([of], shared_frailty={"variance": shared, "persistence": 0.6}),
        cells(5, frailty_relativity=[relativity]),
    )
    assert own_variance(ds).ravel() == pytest.approx([own], abs=1e-9)
    inputs = prepare(ds)
    constant, of_shared, of_own = inputs.weights[0, 0, 0]
    size = inputs.cost_tables.size  # one category: tables are as long as this one
    mean, variance = np.array(
        [
            table_moments(inputs.frailty_tables[start : start + size].reshape(-1, 2))
            for start in inputs.table_of[0].tolist()
        ]
    ).T
    # Order of masses: slices of the shared trawl, the own factor's lasting part, its passing part of each year.
    slices = trawl_weights(ds["year"].values, 0.6)
    assert len(mean) == len(slices) + 1 + 3
    for t in range(3):
        alive = [first <= t <= last for first, last, _ in slices] + [True] + [t == u for u in range(3)]
        by_mass = np.array([of_shared] * len(slices) + [of_own] * 4) * alive
        assert constant + by_mass @ mean == pytest.approx(1, abs=1e-7)
        assert by_mass**2 @ variance == pytest.approx(relativity * overdispersion, rel=1e-6, abs=1e-9)
    in_all_years = np.array([of_shared * (first == 0 and last == 2) for first, last, _ in slices] + [of_own, 0, 0, 0])
    expected = relativity * (weight**2 * shared * 0.6**2 + (1 - weight) ** 2 * own * lasting)
    assert in_all_years**2 @ variance == pytest.approx(expected, rel=1e-6, abs=1e-9)


def test_full_sharing_leaves_no_own_factor():
    of = service(overdispersion=1.5, shared_weight=1.0)
    ds = cohort_of(assumptions([of], shared_frailty={"variance": 1.5, "persistence": 0.5}), cells(5))
    assert own_variance(ds).tolist() == [[[0.0]]]
    assert prepare(ds).weights[0, 0, 0].tolist() == [0.0, 1.5, 0.0]


def test_equal_shapes_share_a_table():
    alike = [service(f"s{i}", overdispersion=2.0, persistence=0.5) for i in range(6)]
    inputs = prepare(cohort_of(assumptions(alike), cells(5)))
    # Lasting and passing parts are halves of one shape; the shared factor has none.
    assert len(np.unique(inputs.table_of[0, 6:])) == 1
    assert inputs.frailty_tables.size == 2 * inputs.cost_tables.size
