"""Amounts: figures as loss models write them, inverted from the upper end."""

from __future__ import annotations

import math

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

from vbcsim.experience.collective.severity import AnySeverity

READ = TypeAdapter(AnySeverity).validate_python
V = np.array([1e-18, 1e-9, 0.01, 0.3, 0.5, 0.9])

FAMILIES = [
    ({"kind": "lognormal", "mean": 100, "cv": 2}, 100.0, 40_000.0),
    ({"kind": "lognormal", "mu": 1, "sigma": 0.5}, math.exp(1.125), math.exp(2.25) * math.expm1(0.25)),
    ({"kind": "gamma", "shape": 3, "scale": 400}, 1200.0, 480_000.0),
    ({"kind": "exponential", "mean": 50}, 50.0, 2500.0),
    ({"kind": "pareto", "shape": 4, "scale": 150}, 50.0, 5000.0),
    ({"kind": "burr", "shape": 3, "power": 1, "scale": 50}, 25.0, 1875.0),
    ({"kind": "weibull", "shape": 1, "scale": 7}, 7.0, 49.0),
    ({"kind": "uniform", "low": 5, "high": 95}, 50.0, 675.0),
    ({"kind": "inverse_gaussian", "mean": 10, "shape": 20}, 10.0, 50.0),
    ({"kind": "beta", "a": 2, "b": 2}, 0.5, 0.05),
    ({"kind": "fixed", "amount": 8}, 8.0, 0.0),
    ({"kind": "discrete", "amounts": [1, 3, 4], "probabilities": [0.75, 0.2, 0.05]}, 1.55, 0.9475),
]


@pytest.mark.parametrize(("raw", "mean", "variance"), FAMILIES, ids=lambda x: x["kind"] if isinstance(x, dict) else "")
def test_figures_mean_what_they_say(raw, mean, variance):
    law = READ(raw)
    assert law.expectation() == pytest.approx(mean)
    assert law.var() == pytest.approx(variance)


@pytest.mark.parametrize("raw", [raw for raw, *_ in FAMILIES[:10]], ids=lambda raw: raw["kind"])
def test_an_amount_is_what_is_passed_with_its_chance(raw):
    law = READ(raw)
    np.testing.assert_allclose(law.sf(law.isf(V[1:], V[1:])), V[1:], rtol=1e-7)


def test_a_heavy_tail_keeps_all_the_digits_of_a_small_chance():
    law = READ({"kind": "pareto", "shape": 1.2, "scale": 2000})
    np.testing.assert_allclose(law.isf(V, V), 2000 * (V ** (-1 / 1.2) - 1), rtol=1e-12)


def test_finite_amounts_are_inverted_as_the_least_that_is_passed_with_at_most_the_chance():
    law = READ({"kind": "discrete", "amounts": [1, 3, 4], "probabilities": [0.75, 0.2, 0.05]})
    assert law.isf(np.array([0.9, 0.25, 0.24, 0.05, 0.049, 1e-9]), V).tolist() == [1, 1, 3, 3, 4, 4]
    assert law.sf([0, 1, 3.5, 4]).tolist() == pytest.approx([1, 0.25, 0.05, 0])


def test_a_mixture_takes_the_part_that_the_second_number_chooses():
    of = [
        {"weight": 0.7, "severity": {"kind": "fixed", "amount": 1}},
        {"weight": 0.3, "severity": {"kind": "fixed", "amount": 9}},
    ]
    law = READ({"kind": "mixture", "of": of})
    assert law.isf(np.full(3, 0.5), np.array([0.1, 0.69, 0.71])).tolist() == [1, 1, 9]
    assert law.expectation() == pytest.approx(3.4)
    assert law.var() == pytest.approx(0.7 * 0.3 * 64)
    assert float(law.sf(5)) == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ({"kind": "lognormal", "mean": 10}, "give mean and cv or mu and sigma"),
        ({"kind": "lognormal", "mean": 10, "cv": 1, "mu": 0}, "nothing else"),
        ({"kind": "uniform", "low": 5, "high": 5}, "not below"),
        ({"kind": "discrete", "amounts": [1, 1], "probabilities": [0.5, 0.5]}, "do not rise"),
        ({"kind": "discrete", "amounts": [1, 2], "probabilities": [0.5, 0.4]}, "sum to 0.9"),
        ({"kind": "discrete", "amounts": [1, 2], "probabilities": [1.0]}, "2 amounts and 1"),
        ({"kind": "mixture", "of": [{"weight": 0.5, "severity": {"kind": "fixed", "amount": 1}}]}, "sum to 0.5"),
        ({"kind": "cauchy"}, "does not match"),
    ],
)
def test_what_is_no_distribution_is_refused(raw, message):
    with pytest.raises(ValidationError, match=message):
        READ(raw)
