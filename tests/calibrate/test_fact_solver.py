"""The solver finds parameters that made the facts, keeps to its start where facts are silent, and says so."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.calibrate.populations import CELLS, facts, population
from vbcsim.calibrate.fact_moments import Moments, closed_form
from vbcsim.calibrate.fact_parameters import apply, parameters_of
from vbcsim.calibrate.fact_solver import is_closed, solve, with_levels
from vbcsim.calibrate.facts import Fact

CLOSED = (
    "{fact: overdispersion, of: stay, value: 1}",
    "{fact: overdispersion, of: visit, value: 1}",
    "{fact: overdispersion, of: drug, value: 1}",
    "{fact: count_correlation, of: stay, value: 0.5}",
    "{fact: count_correlation, of: visit, value: 0.5}",
    "{fact: count_correlation, of: drug, value: 0.5}",
    "{fact: cost_correlation, value: 0.5}",
    "{fact: cost_cv, value: 1}",
    "{fact: zero_share, value: 0.1}",
    "{fact: severity_log_sd, of: stay, value: 1}",
    "{fact: next_rate_over_all, of: stay, at: 1, value: 1}",
)


def told(folder, truth, rows) -> list[Fact]:
    """The facts of the rows, each with the figure of a true population."""
    moments = Moments.of(truth)
    return [replace(f, value=closed_form(moments, f)) for f in facts(folder, *rows).facts]


def distorted():
    """The true population with other frailty and severity."""
    changed = {
        "stay": {"overdispersion": 2.5, "shared_weight": 0.5, "body_sigma": 0.9, "persistence": 0.5},
        "visit": {"overdispersion": 3.0, "shared_weight": 0.5},
        "drug": {"overdispersion": 2.5, "persistence": 0.5},
    }
    return population(cells=CELLS[:1]).changed(changed, {"variance": 1.4, "persistence": 0.6})


def test_facts_of_a_population_are_met_from_another_start(tmp_path):
    stated = told(tmp_path, population(cells=CELLS[:1]), CLOSED)
    solution = solve(distorted(), stated, rounds=12)
    moments = Moments.of(solution.population)
    for fact in stated:
        assert closed_form(moments, fact) == pytest.approx(fact.value, abs=0.75 * fact.tolerance), fact.label
    assert all(a >= b for a, b in zip(solution.objective, solution.objective[1:], strict=False))
    found = {p.label: v for p, v in zip(solution.parameters, solution.values, strict=True)}
    assert found["overdispersion stay"] == pytest.approx(4.0, rel=0.1)
    assert found["body_sigma stay"] == pytest.approx(1.1, rel=0.1)


@pytest.mark.slow
def test_simulated_facts_are_met_with_common_random_numbers(tmp_path):
    rows = (
        "{fact: overdispersion, of: stay, value: 4}",
        "{fact: overdispersion, of: visit, value: 2}",
        "{fact: overdispersion, of: drug, value: 1.5}",
        "{fact: rank_correlation, of: [visit, drug], value: 0.5}",
        "{fact: top_share, at: 0.01, value: 0.2}",
    )
    stated = list(facts(tmp_path, *rows).facts)
    solution = solve(distorted(), stated, persons=10_000, seed=5, rounds=3)
    from vbcsim.calibrate.fact_measures import measure

    people = solution.population.simulate(30_000, seed=77)
    for fact in stated:
        assert measure(people, fact) == pytest.approx(fact.value, abs=1.2 * fact.tolerance), fact.label
    assert solution.objective[-1] < 0.5 * solution.objective[0]


def test_what_no_fact_tells_stays_at_its_start_and_is_said(tmp_path):
    (stated,) = facts(tmp_path, "{fact: overdispersion, of: stay, value: 6}").facts
    solution = solve(population(), [stated])
    told_of = {p.label: t for p, t in zip(solution.parameters, solution.told, strict=True)}
    values = {p.label: v for p, v in zip(solution.parameters, solution.values, strict=True)}
    assert told_of["overdispersion stay"] > 0.8
    assert told_of["body_sigma visit"] == pytest.approx(0.0, abs=1e-6)
    assert values["body_sigma visit"] == pytest.approx(0.5, rel=1e-3)
    assert values["persistence drug"] == pytest.approx(0.8, abs=1e-3)
    assert values["overdispersion stay"] == pytest.approx(6.0, rel=0.1)


def test_parameters_that_facts_tell_together_only_are_named(tmp_path):
    """A single correlation cannot tell whether the shared factor or the category's own lasts."""
    rows = ("{fact: count_correlation, of: stay, value: 0.1, standard_error: 0.0001}",)
    few = population(cells=CELLS[:1])
    solution = solve(few, [replace(f, value=0.14) for f in facts(tmp_path, *rows).facts])
    assert max(solution.told) < 0.9


def test_levels_are_set_from_the_facts_that_state_them(tmp_path):
    stated = facts(
        tmp_path,
        "{fact: utilization_per_1000, of: visit+drug, value: 5000}",
        "{fact: mean_cost_per_service, of: stay, value: 12000}",
        "{fact: utilization_per_1000, of: stay, value: 999, use: held_out}",
    ).facts
    found = Moments.of(with_levels(population(), stated))
    assert [closed_form(found, f) for f in stated[:2]] == pytest.approx([5000, 12000])
    before = Moments.of(population())
    assert closed_form(found, stated[2]) == pytest.approx(closed_form(before, stated[2]))


def test_a_trial_keeps_the_shared_part_below_the_whole():
    made = population()
    parameters = parameters_of(made, ())
    rng = np.random.default_rng(1)
    for _ in range(50):
        place = np.array([p.free(p.start) for p in parameters]) + rng.normal(0, 2, len(parameters))
        trial = apply(made, parameters, place)
        for service in trial.services:
            assert service.shared_weight**2 * trial.frailty.variance <= service.overdispersion
        assert all(low <= p.value(x) <= high for p, x, (low, high) in _limits(parameters, place))


def _limits(parameters, place):
    from vbcsim.calibrate.fact_parameters import _LIMITS

    return [(p, x, _LIMITS[p.field]) for p, x in zip(parameters, place, strict=True)]


def test_the_scale_without_bounds_gives_values_back():
    for p in parameters_of(population(), ()):
        assert p.value(p.free(p.start)) == pytest.approx(p.start, rel=1e-3, abs=2e-2)


def test_which_facts_have_a_closed_form(tmp_path):
    rows = [
        "{fact: next_rate_over_all, of: stay, at: 1, value: 1}",
        "{fact: next_rate_over_all, of: stay, at: 2, value: 1}",
        "{fact: severity_log_sd, of: stay+visit, value: 1}",
        "{fact: cost_cv, value: 1}",
        "{fact: top_share, at: 0.1, value: 0.1}",
    ]
    assert [is_closed(f) for f in facts(tmp_path, *rows).facts] == [True, False, False, True, False]
