"""Closed forms against simulated persons: each figure within a few standard errors."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.calibrate.populations import CELLS, facts, one, population
from vbcsim.calibrate.fact_measures import measure_with_error
from vbcsim.calibrate.fact_moments import CLOSED, Moments, closed_form

ROWS = (
    "{fact: mean_cost_pmpm, value: 1}",
    "{fact: mean_cost_per_service, of: stay, value: 1}",
    "{fact: utilization_per_1000, of: visit+drug, value: 1}",
    "{fact: cost_share, of: drug, value: 1}",
    "{fact: cost_cv, value: 1}",
    "{fact: cost_cv, of: visit, value: 1}",
    "{fact: zero_share, value: 0.1}",
    "{fact: group_sd, at: 100, value: 1}",
    "{fact: cost_correlation, value: 1}",
    "{fact: count_correlation, of: stay, value: 1}",
    "{fact: count_correlation, of: visit+drug, value: 1}",
    "{fact: next_rate_over_all, of: stay, at: 1, value: 1}",
    "{fact: overdispersion, of: visit+drug, value: 1}",
    "{fact: overdispersion, of: drug, value: 1}",
    "{fact: severity_log_sd, of: stay, value: 1}",
)


@pytest.fixture(scope="module")
def cells_that_differ():
    """One cell of them with frailty of its own variance; a tail whose fourth moment exists, so errors are known."""
    made = population(cells=(CELLS[0].model_copy(update={"frailty_relativity": 0.5}), CELLS[1]))
    return made.changed({"stay": {"tail_index": 6.0}}, {})


@pytest.fixture(scope="module")
def persons(cells_that_differ):
    return cells_that_differ.simulate(150_000, seed=4)


@pytest.mark.parametrize("row", ROWS)
def test_a_closed_form_is_what_persons_show(tmp_path, row, cells_that_differ, persons):
    fact = one(tmp_path, row)
    value, error = measure_with_error(persons, fact)
    exact = closed_form(Moments.of(cells_that_differ), fact)
    assert exact == pytest.approx(value, abs=4.5 * error + 1e-9)
    assert error < 0.1 * abs(value)


def test_every_closed_form_is_tried():
    assert {row.split(",")[0].removeprefix("{fact: ") for row in ROWS} == CLOSED


def test_without_frailty_counts_are_poisson(tmp_path):
    still = population()
    rows = tuple(
        s.model_copy(update={"overdispersion": 0.0, "shared_weight": 0.0, "persistence": 0.0}) for s in still.services
    )
    plain = replace(still, services=rows, cells=still.cells[:1])
    told = facts(
        tmp_path,
        "{fact: overdispersion, of: visit, value: 1}",
        "{fact: count_correlation, of: visit, value: 1}",
        "{fact: next_rate_over_all, of: visit, at: 1, value: 1}",
    )
    moments = Moments.of(plain)
    assert [closed_form(moments, f) for f in told.facts] == pytest.approx([0.0, 0.0, 1.0], abs=1e-12)
