"""The split of a simulated outcome by layer against theory: a product of independent factors on compound Poisson cost.

A party owes the cost of the year. Market ``S``, group effect ``G`` and uncertain use ``U`` are independent, of mean 1,
with variances ``s``, ``g``, ``u``. Given them, cost has mean ``m S G U`` and variance ``c m^2 S^2 G U``, where ``c`` is
``(1 + cv^2)`` of a service's cost over the expected number of services. So, over ``m^2``:

- variance ``(1 + s) ((1 + g) (1 + u) + c) - 1``;
- first-order shares of S, G and U: ``s``, ``g`` and ``u``, since the other layers average to 1;
- total share of S, which scales cost whatever else happens: ``s ((1 + g) (1 + u) + c)``.
"""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from scipy import special

from tests.cohorts import assumptions, cells, cohort_of, service
from vbcsim.experience.simulate import simulate
from vbcsim.outcomes.variance_split import variance_split

BOUND = float(special.ndtri(1 - 1e-6 / 20))
DRAWS = 2_500
MEMBERS, SERVICES, SIGMA = 60, 3.0, 0.5
SHOCK, EFFECT, UNSURE = 0.1, 0.15, 0.12


def owed(ds: xr.Dataset, shift: dict[str, int] | None = None) -> xr.Dataset:
    """A settlement in which the payer owes the cost of the performance year."""
    experience = simulate(ds, draws=DRAWS, seed=21, shift=shift)
    cost = experience["expenditure_usd"].isel(year=[1]).sum(("stratum", "category"))
    net = xr.concat([-cost, cost], "party").expand_dims("design").transpose("design", "party", "draw", "year")
    return xr.Dataset({"net_usd": net}, {"design": ["cost"], "party": ["payer", "provider"]}, experience.attrs)


@pytest.fixture(scope="module")
def found() -> xr.Dataset:
    row = service(utilization_per_1000={"lognormal": [1000 * SERVICES, 1000 * SERVICES * UNSURE]}, body_sigma=SIGMA)
    ds = cohort_of(
        assumptions(
            [row],
            market_trend={"national_shock_sd": SHOCK, "regional_shock_sd": 0.0},
            provider_group={"effect_sd": EFFECT, "persistence": 0.0},
        ),
        cells(MEMBERS),
        (2022,),
        (2023,),
    )
    layers = ("process", "parameter", "systemic", "group")
    shifts = {layer: {layer: 1_000_000} for layer in layers} | {"all": dict.fromkeys(layers, 1_000_000)}
    return variance_split(owed(ds), {name: owed(ds, shift) for name, shift in shifts.items()}).isel(design=0, party=0)


def known() -> tuple[dict[str, float], float]:
    s, g = np.expm1(SHOCK**2), np.expm1(EFFECT**2)
    u, c = UNSURE**2, np.exp(SIGMA**2) / (MEMBERS * SERVICES)
    variance = (1 + s) * ((1 + g) * (1 + u) + c) - 1
    return {"systemic": s / variance, "group": g / variance, "parameter": u / variance}, s * (
        (1 + g) * (1 + u) + c
    ) / variance


def test_first_order_shares_are_those_of_the_factors(found):
    for layer, share in known()[0].items():
        own = found.sel(layer=layer)
        assert abs(float(own["variance_first_share"]) - share) < BOUND * float(own["variance_first_share_mcse"]), layer
        assert 0.1 < share < 0.6


def test_the_total_share_of_the_market_is_that_of_a_factor(found):
    own = found.sel(layer="systemic")
    assert abs(float(own["variance_total_share"]) - known()[1]) < BOUND * float(own["variance_total_share_mcse"])


def test_chance_of_members_has_the_rest(found):
    rest = 1 - sum(known()[0].values())
    assert float(found.sel(layer="process")["variance_total_share"]) > 0.5 * rest
    assert found["variance_total_share"].sum() > 0.99
    assert (found["variance_total_share_mcse"] < 0.05).all()
