"""Figures of a collective: deductibles, limits and inflation in closed form against sums by hand; ruin; series."""

from __future__ import annotations

import math

import pytest

from vbcsim.calibrate.exhibits.compound import COMPOUND, Compound
from vbcsim.calibrate.exhibits.spec import Case, Grid
from vbcsim.core.errors import BadInput
from vbcsim.experience.collective.spec import Collective

CASE = Case.model_validate(
    {"name": "c", "about": "x", "figure": "mean", "published": 0, "within": 0, "by": ["moments"]}
)


def compound(draws=2000, **risk):
    raw = {"frequency": {"kind": "poisson", "mean": 2}, "severity": {"kind": "exponential", "mean": 100}, "source": "s"}
    return Compound(Collective.model_validate({"risks": {"all": raw | risk}}), draws, 1)


def figure(name, method, model, x=0.0, **options):
    return COMPOUND[name][method](model, CASE.model_copy(update={"options": options}), x)


def test_what_is_covered_of_an_exponential_claim():
    layered = compound(deductible_usd=50, limit_usd=200)
    passing = math.exp(-0.5)
    assert figure("claims", "moments", layered) == pytest.approx(2 * passing)
    assert figure("mean", "moments", layered) == pytest.approx(200 * passing * (1 - math.exp(-2)))
    second = 2 * 100**2 * (1 - 3 * math.exp(-2))  # E[min(X, 200)^2] of what is beyond the deductible
    assert figure("variance", "moments", layered) == pytest.approx(2 * passing * second)
    drawn = figure("mean", "simulated", layered)
    assert abs(drawn.value - 200 * passing * (1 - math.exp(-2))) < 4 * drawn.mcse


def test_a_limit_cuts_discrete_amounts():
    severity = {"kind": "discrete", "amounts": [10, 300], "probabilities": [0.5, 0.5]}
    assert figure("mean", "moments", compound(severity=severity, deductible_usd=20, limit_usd=100)) == pytest.approx(
        100
    )


def test_series_and_transform_agree_where_both_exist():
    for severity in (
        {"kind": "gamma", "shape": 2, "scale": 50},
        {"kind": "inverse_gaussian", "mean": 100, "shape": 80},
    ):
        model = compound(severity=severity)
        by_series = figure("exceeds", "series", model, 300.0)
        assert model.lattice(Grid(step=0.5, points=2**13)).exceeds(300.0) == pytest.approx(by_series, abs=2e-5)


def test_a_part_of_an_amount_has_no_series():
    with pytest.raises(BadInput, match="no closed form"):
        figure("exceeds", "series", compound(deductible_usd=1), 5.0)


def test_ruin_of_exponential_claims():
    # psi(u) = rho exp(-u (1 - rho) / mean)
    model = compound(frequency={"kind": "poisson", "mean": 1}, draws=4000)
    expected = 0.8 * math.exp(-300 * 0.2 / 100)
    assert figure("ruin", "formula", model, 300.0, premium_rate=125) == pytest.approx(expected, abs=1e-12)
    drawn = figure("ruin", "simulated", model, 300.0, premium_rate=125)
    assert abs(drawn.value - expected) < 4 * drawn.mcse


def test_very_many_claims_are_simulated_in_fewer_draws():
    assert compound(exposure=10_000, draws=100_000).simulated == 150
