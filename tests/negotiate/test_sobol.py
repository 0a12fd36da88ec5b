"""Sobol indices: right where they are known, by the addresses of random numbers, and of a run's layers of chance."""

from __future__ import annotations

import numpy as np
import pytest

from tests.cohorts import assumptions, cells, cohort_of, service
from vbcsim.core.errors import BadInput
from vbcsim.core.uncertain import Distribution
from vbcsim.experience.layers import LayerDraws
from vbcsim.experience.parameters import draw_parameters, named_parameters
from vbcsim.negotiate.goal import read_figure
from vbcsim.negotiate.sobol import coordinates, indices, sobol


def ishigami(x, a=7.0, b=0.1):
    """Ishigami and Homma 1990; x uniform on (-pi, pi), shape (3, draw)."""
    return np.sin(x[0]) + a * np.sin(x[1]) ** 2 + b * x[2] ** 4 * np.sin(x[0])


def test_the_function_of_ishigami_has_the_indices_of_its_closed_form():
    rng = np.random.default_rng(4)
    n, a, b = 4096, 7.0, 0.1
    one, other = rng.uniform(-np.pi, np.pi, (2, 3, n))
    mixed = [ishigami(np.where(np.arange(3)[:, None] == k, other, one)) for k in range(3)]
    found = indices(("x1", "x2", "x3"), ishigami(one), ishigami(other), np.stack(mixed))
    variance = 0.5 + a**2 / 8 + b * np.pi**4 / 5 + b**2 * np.pi**8 / 18
    first = np.array([0.5 * (1 + b * np.pi**4 / 5) ** 2, a**2 / 8, 0.0]) / variance
    third = 8 * b**2 * np.pi**8 / 225 / variance
    total = first + np.array([third, 0.0, third])
    assert found.variance == pytest.approx(variance, rel=0.05)
    assert (np.abs(found.first.value - first) < 4.0 * found.first.mcse).all()
    assert (np.abs(found.total.value - total) < 4.0 * found.total.mcse).all()
    assert (found.first.mcse < 0.06).all()


def uncertain_cohort():
    """Two uncertain trends, one uncertain level and one uncertain shape."""
    return cohort_of(
        assumptions(
            [
                service("inpatient", utilization_trend=Distribution("normal", (0.01, 0.01))),
                service("professional", price_trend=Distribution("normal", (0.02, 0.02))),
                service(
                    "drugs",
                    mean_cost_usd=Distribution("lognormal", (100.0, 10.0)),
                    body_sigma=Distribution("uniform", (0.8, 1.2)),
                ),
            ]
        ),
        cells(10),
    )


def test_a_planted_sum_of_assumptions_is_split_as_it_was_planted():
    """Y = sum of a_k x_k and chance: both indices of x_k are a_k^2 Var(x_k) / Var(Y), and chance has the rest."""
    cohort, n = uncertain_cohort(), 4096
    names = [name for name in coordinates(cohort) if name.startswith("assumptions")]
    assert len(names) == 3
    weight = {name: k + 1.0 for k, name in enumerate(names)}
    sd = {name: float(np.std(_values(cohort, {}, 200_000)[name])) for name in names}

    def money(shift):
        drawn = _values(cohort, shift, n)
        start = shift.get("process", 0)
        chance = np.random.default_rng(9).normal(size=(2, n))[1 if start else 0]
        return sum(weight[name] * drawn[name] / sd[name] for name in names) + 2.0 * chance

    shifts = {name: {name: 2_000_000} for name in names} | {
        "parameter": {"parameter": 2_000_000},
        "process": {"process": 2_000_000},
    }
    everything = {"parameter": 2_000_000, "process": 2_000_000}
    found = indices(tuple(shifts), money({}), money(everything), np.stack([money(shift) for shift in shifts.values()]))
    share = np.array([1.0, 4.0, 9.0, 14.0, 4.0]) / 18.0
    assert (np.abs(found.first.value - share) < 4.0 * found.first.mcse).all()
    assert (np.abs(found.total.value - share) < 4.0 * found.total.mcse).all()
    parts = [found.of_conditional_mean(k) for k in range(3)]
    np.testing.assert_allclose(parts, np.array([1.0, 4.0, 9.0]) / 14.0, atol=0.12)


def _values(cohort, shift, draws):
    found = draw_parameters(cohort, 3, LayerDraws(shift), 0, draws)
    return dict(zip(found.paths, found.values.T, strict=True))


def test_one_assumption_is_drawn_anew_and_no_other():
    cohort = uncertain_cohort()
    name = next(path for path in named_parameters(cohort) if path.endswith("price_trend"))
    before, after = _values(cohort, {}, 50), _values(cohort, {name: 1000}, 50)
    for path in before:
        assert (before[path] == after[path]).all() != (path == name)


def test_shapes_are_one_coordinate_and_plain_numbers_none():
    found = coordinates(uncertain_cohort())
    assert "worlds" in found
    assert not any(name.endswith("body_sigma") for name in found)
    assert set(found) >= {"parameter", "systemic", "group", "process"}
    assert set(coordinates(cohort_of(assumptions([service()]), cells(10)))) == {"systemic", "group", "process"}


def test_the_layers_of_a_run(small_run):
    found = sobol(small_run, "basic_e", read_figure("provider.mean"), draws=100)
    assert found.draws == 64
    assert found.coordinates == ("systemic", "group", "process")
    assert (found.total.value + 3.0 * found.total.mcse >= found.first.value - 3.0 * found.first.mcse).all()
    # A few hundred members: whom illness strikes decides.
    assert found.coordinates[int(np.argmax(found.total.value))] == "process"
    assert found.first.value.sum() < 1.0 + 3.0 * np.sqrt((found.first.mcse**2).sum())


@pytest.mark.parametrize(
    ("figure", "draws", "said"),
    [
        ("provider.tvar95", 64, "no figure of a single draw"),
        ("reinsurer.mean", 64, "no party"),
        ("payer.mean", 1, "two draws"),
    ],
)
def test_what_has_no_indices_is_told(small_run, figure, draws, said):
    with pytest.raises(BadInput, match=said):
        sobol(small_run, "basic_e", read_figure(figure), draws=draws)
