"""Numbers of claims: generating functions, tables and moments tell the same law, for any exposure."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

from vbcsim.experience.collective.frequency import AnyFrequency

READ = TypeAdapter(AnyFrequency).validate_python
POISSON = {"kind": "poisson", "mean": 3}

TABLED = [
    (POISSON, 2.5),
    ({"kind": "negative_binomial", "mean": 30, "variance": 80}, 0.5),
    ({"kind": "geometric", "mean": 4}, 3),
    ({"kind": "binomial", "trials": 4, "probability": 0.3}, 25),
    ({"kind": "zero_modified", "of": POISSON, "p_zero": 0.5}, 1),
    ({"kind": "zero_modified", "of": POISSON, "p_zero": 0.97}, 40),
    ({"kind": "zero_modified", "of": {"kind": "geometric", "mean": 2}, "p_zero": 0}, 3),
]


@pytest.mark.parametrize(("raw", "units"), TABLED)
def test_the_table_the_generating_function_and_the_moments_agree(raw, units):
    law = READ(raw)
    chances = law.probabilities(units)
    n = np.arange(len(chances))
    assert chances.sum() == pytest.approx(1, abs=1e-12)
    assert float(chances @ n) == pytest.approx(units * law.expectation(), rel=1e-9)
    mean = float(chances @ n)
    assert float(chances @ (n - mean) ** 2) == pytest.approx(law.var_of(units), rel=1e-8)
    for z in (0.0, 0.4, 0.3 + 0.2j):
        assert complex(law.pgf(z, units)) == pytest.approx(complex((chances * z**n).sum()), abs=1e-11)


def test_a_gamma_factor_makes_a_negative_binomial():
    mixed = READ({"kind": "mixed_poisson", "mean": 30, "factor": {"kind": "gamma", "shape": 18, "scale": 1 / 18}})
    plain = READ({"kind": "negative_binomial", "mean": 30, "variance": 80})
    assert mixed.var() == pytest.approx(plain.var())
    assert mixed.pgf(0.4) == pytest.approx(plain.pgf(0.4))


def test_units_share_the_factor_of_a_mixed_poisson():
    factor = {"kind": "discrete", "amounts": [0.5, 1.5], "probabilities": [0.5, 0.5]}
    law = READ({"kind": "mixed_poisson", "mean": 2, "factor": factor})
    assert law.var_of(10) == pytest.approx(20 + 400 * 0.25)
    assert law.pgf(0.0, 10) == pytest.approx(0.5 * np.exp(-10) + 0.5 * np.exp(-30))
    assert law.counts(np.array([1e-9, 0.5]), np.array([0.0, 1.0]), 10).tolist() == [0, 20]


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ({"kind": "negative_binomial", "mean": 3, "variance": 3}, "use poisson"),
        ({"kind": "mixed_poisson", "mean": 3, "factor": {"kind": "levy", "scale": 1}}, "needs a mean"),
        ({"kind": "zero_modified", "of": POISSON, "p_zero": 1.1}, "less than or equal to 1"),
    ],
)
def test_what_is_no_frequency_is_refused(raw, message):
    with pytest.raises(ValidationError, match=message):
        READ(raw)
