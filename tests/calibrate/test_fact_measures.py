"""Facts measured on persons made by hand, where every figure can be counted, and their errors."""

from __future__ import annotations

import numpy as np
import pytest

from tests.calibrate.populations import facts, one, population
from vbcsim.calibrate.fact_kinds import KINDS
from vbcsim.calibrate.fact_measures import MEASURES, measure, measure_with_error
from vbcsim.experience.people import People


def people(first: list[float], second: list[float], counts: list[list[float]] | None = None) -> People:
    """Persons with one category, a cost for each of two years."""
    cost = np.array([first, second], dtype=np.float32).T[:, :, None]
    n = np.array(counts, dtype=np.float32).T[:, :, None] if counts else (cost > 0).astype(np.float32)
    return People(n, cost, np.zeros(len(first), dtype=np.int32), ("stay",))


TEN = people([0, 0, 10, 10, 20, 20, 30, 30, 40, 840], [0, 10, 0, 10, 20, 400, 20, 30, 40, 470])


@pytest.mark.parametrize(
    ("fact", "expected"),
    [
        ("{fact: mean_cost_pmpm, value: 1}", 100 / 12),
        ("{fact: mean_cost_per_service, of: stay, value: 1}", 2000 / 16),
        ("{fact: utilization_per_1000, of: stay, value: 1}", 800),
        ("{fact: cost_share, of: stay, value: 1}", 1.0),
        ("{fact: zero_share, value: 0.1}", 0.2),
        ("{fact: top_share, at: 0.05, value: 0.1}", 0.42),
        ("{fact: top_share, at: 0.1, value: 0.1}", (840 + 470) / 2000),
        ("{fact: stay_top, at: 0.1, value: 0.1}", 1.0),
        ("{fact: stay_top, at: 0.2, value: 0.1}", 0.5),
        ("{fact: stay_bottom, at: 0.4, value: 0.1}", 1.0),
        ("{fact: next_over_this, at: 0.1, value: 0.1}", 470 / 840),
        ("{fact: exceed_per_million, at: 4.5, value: 0.1}", 100_000),
        ("{fact: cost_cv, value: 1}", float(TEN.total_usd.std() / 100)),
        ("{fact: cost_correlation, value: 1}", float(np.corrcoef(*TEN.total_usd.T)[0, 1])),
        ("{fact: log_correlation, value: 1}", float(np.corrcoef(*np.log1p(TEN.total_usd.T))[0, 1])),
        ("{fact: capped_correlation, at: 0.3, value: 1}", float(np.corrcoef(*np.minimum(TEN.total_usd.T, 30))[0, 1])),
    ],
)
def test_a_figure_is_what_one_counts(tmp_path, fact, expected):
    assert measure(TEN, one(tmp_path, fact)) == pytest.approx(expected, rel=1e-6)


def test_regression_to_the_mean_and_dispersion_of_counts(tmp_path):
    counted = people([0, 1, 1, 4], [0, 0, 3, 3], [[0, 1, 1, 4], [0, 0, 3, 3]])
    once, twice = facts(
        tmp_path,
        "{fact: next_rate_over_all, of: stay, at: 1, value: 1}",
        "{fact: next_rate_over_all, of: stay, at: 2, value: 1}",
    ).facts
    assert measure(counted, once) == pytest.approx(2.0 / 1.5)
    assert measure(counted, twice) == pytest.approx(3.0 / 1.5)
    spread = one(tmp_path, "{fact: overdispersion, of: stay, value: 1}")
    assert measure(counted, spread) == pytest.approx((2.25 - 1.5 + 2.25 - 1.5) / (2 * 1.5**2))
    severity = one(tmp_path, "{fact: severity_cv, of: stay, value: 1}")
    assert measure(counted, severity) == pytest.approx(0.0)


def test_dispersion_is_taken_within_cells(tmp_path):
    """Two cells of persons alike within: nothing is left once the cells are told apart."""
    counts = np.repeat([1.0, 9.0], 50)[:, None, None] * np.ones((1, 2, 1))
    whole = People(counts.astype(np.float32), counts.astype(np.float32), np.zeros(100, dtype=np.int32), ("stay",))
    apart = People(whole.counts, whole.cost_usd, np.repeat([0, 1], 50).astype(np.int32), ("stay",))
    fact = one(tmp_path, "{fact: overdispersion, of: stay, value: 1}")
    assert measure(whole, fact) == pytest.approx((16 - 5) / 25)
    assert measure(apart, fact) == pytest.approx(-10 / (1 + 81))


def test_the_tail_index_of_a_pareto_and_the_ranks_of_a_monotone_pair(tmp_path):
    n = 40_000
    pareto = ((np.arange(n) + 0.5) / n) ** (-1 / 2.5)
    both = np.stack([pareto, np.log(pareto)], axis=1)[:, None, :].repeat(2, axis=1)
    made = People(np.ones_like(both, dtype=np.float32), both.astype(np.float32), np.zeros(n, np.int32), ("a", "b"))
    alone = People(made.counts[..., :1], made.cost_usd[..., :1], made.cell, ("a",))
    assert measure(alone, one(tmp_path, "{fact: tail_index, at: 0.01, value: 1}")) == pytest.approx(2.5, rel=0.02)
    ranks = one(tmp_path, "{fact: rank_correlation, of: [a, b], value: 1}")
    assert measure(made, ranks) == pytest.approx(1.0, abs=1e-4)


def test_a_figure_of_nobody_is_nan_and_not_an_error(tmp_path):
    empty = people([0.0, 0.0], [0.0, 0.0])
    for row in (
        "{fact: severity_cv, of: stay, value: 1}",
        "{fact: next_rate_over_all, of: stay, at: 1, value: 1}",
        "{fact: cost_correlation, value: 1}",
        "{fact: group_sd, at: 5, value: 1}",
    ):
        assert np.isnan(measure(empty, one(tmp_path, row)))


def test_every_kind_can_be_measured():
    assert set(MEASURES) == set(KINDS)


def test_the_standard_error_is_that_of_repeated_simulations(tmp_path):
    fact = one(tmp_path, "{fact: top_share, at: 0.05, value: 1}")
    runs = [measure_with_error(population().simulate(8000, seed=s), fact) for s in range(24)]
    values, errors = np.array(runs).T
    assert errors.mean() == pytest.approx(values.std(ddof=1), rel=0.5)


def test_group_means_vary_like_one_over_root_n(tmp_path):
    made = population().simulate(40_000, seed=2)
    small, large, cv = facts(
        tmp_path,
        "{fact: group_sd, at: 50, value: 1}",
        "{fact: group_sd, at: 400, value: 1}",
        "{fact: cost_cv, value: 1}",
    ).facts
    assert measure(made, small) == pytest.approx(measure(made, cv) / 50**0.5, rel=0.1)
    assert measure(made, large) == pytest.approx(measure(made, cv) / 400**0.5, rel=0.25)
