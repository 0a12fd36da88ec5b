"""Both ledgers: accounts by hand, and who is hurt by a drop in volume under which contract."""

from __future__ import annotations

import json

import numpy as np
import pytest
import xarray as xr

from vbcsim.contract.read import read_arrangement
from vbcsim.contract.settle import settle
from vbcsim.core.errors import BadInput
from vbcsim.outcomes.economics import Economics
from vbcsim.outcomes.ledger import ledger, own_revenue

SOURCE = "made up for a test"
DRAWS, YEARS, BASE = 4, (2019, 2020, 2021), 1
CATEGORIES, STRATA = ("inpatient", "office"), ("young", "old")
MONTHS = 12.0 * 300
DROP = 0.7
"""Volume of the last year against the one before."""


def experience(drop: float = DROP, spread: float = 0.0) -> xr.Dataset:
    """300 people at 5,000 dollars a year, one part inpatient to three of office; the last year drops."""
    rng = np.random.default_rng(1)
    volume = np.array([1.0, 1.0, drop])[:, None, None] * np.array([0.25, 0.75])
    spent = np.array([100.0, 200.0])[:, None] * volume * 5000.0
    spent = spent * np.exp(spread * rng.normal(size=(DRAWS, 1, 1, 1)))
    zero = np.zeros((DRAWS, len(YEARS)))
    data = {
        "expenditure_usd": (("draw", "year", "stratum", "category"), np.broadcast_to(spent, (DRAWS, 3, 2, 2))),
        "person_years": (("year", "stratum"), np.tile([100.0, 200.0], (3, 1))),
        "risk_score": (("draw", "year", "stratum"), np.ones((DRAWS, 3, 2))),
        "provider_revenue_usd": (("draw", "year"), zero),
        "intervention_cost_usd": (("draw", "year", "stratum"), np.full((DRAWS, 3, 2), 5000.0)),
        **{f"claimant_{name}": ("claimant", np.empty(0)) for name in ("usd", "draw", "year", "stratum")},
        "claimant_floor_usd": ("stratum", [1e9, 1e9]),
    }
    coords = {
        "draw": np.arange(DRAWS),
        "year": list(YEARS),
        "period": ("year", ["base"] * BASE + ["performance"] * 2),
        "stratum": list(STRATA),
        "line_of_business": ("stratum", ["commercial", "medicare"]),
        "category": list(CATEGORIES),
    }
    return xr.Dataset(data, coords=coords)


PROVIDER = {"own_share": {"inpatient": 0.8, "office": 0.4}, "margin": 0.05, "cost_trend": 0.0, "source": SOURCE}
PAYER = {"premium_pmpm": {"commercial": 400, "medicare": 600}, "trend": 0.1, "admin_share": 0.08, "source": SOURCE}
OWN = 1.5e6 * (0.25 * 0.8 + 0.75 * 0.4)
"""Own revenue of a year at full volume."""


def prepaid(share: float):
    """A population payment of a share of the expected own revenue, which replaces that share of the actual one."""
    terms = [{"difference": {"of": "expected", "less": "revenue"}}, {"share": {"savings": share, "losses": share}}]
    raw = {
        "lines": {"expected": {"pmpm": {"rate_pmpm": OWN / MONTHS}}},
        "provisions": [{"name": "population_payment", "payer": "payer", "payee": "provider", "terms": terms}],
    }
    return read_arrangement(raw if share else {"provisions": []}, f"prepaid_{share}")


def books(ds: xr.Dataset, economics: dict, shares=(0.0, 0.6, 1.0), paid_by: str = "provider"):
    told = Economics(**economics)
    ds = ds.assign(provider_revenue_usd=own_revenue(ds, told.provider)) if told.provider else ds
    settlement = settle(ds, {f"p{round(100 * share)}": prepaid(share) for share in shares})
    return ledger(ds, settlement, told, dict.fromkeys(settlement["design"].values.tolist(), paid_by)), settlement


def test_accounts_by_hand():
    found, _ = books(experience(), {"payer": PAYER, "provider": PROVIDER})
    plain = found["account_usd"].sel(design="p0", draw=2)
    payer = plain.sel(party="payer")
    first = (400 * 1200 + 600 * 2400, 1.5e6)
    assert payer.sel(account="premium").values.tolist() == pytest.approx([first[0], 1.1 * first[0]])
    assert payer.sel(account="claims").values.tolist() == pytest.approx([-1.5e6, -1.05e6])
    assert payer.sel(account="admin").values.tolist() == pytest.approx([-0.08 * first[0], -0.088 * first[0]])
    assert not payer.sel(account="intervention_cost").values.any()
    provider = plain.sel(party="provider")
    inpatient, office = 1.5e6 * 0.25 * 0.8, 1.5e6 * 0.75 * 0.4
    fixed = 0.95 * (inpatient * 0.65 + office * 0.75)
    assert provider.sel(account="fee_for_service").values.tolist() == pytest.approx([OWN, 0.7 * OWN])
    assert provider.sel(account="fixed_cost").values.tolist() == pytest.approx([-fixed, -fixed])
    assert provider.sel(account="variable_cost").values.tolist() == pytest.approx(
        [-(0.95 * OWN - fixed), -0.7 * (0.95 * OWN - fixed)]
    )
    assert provider.sel(account="programme_cost").values.tolist() == [-10_000.0, -10_000.0]
    assert provider.sel(account="margin").values[0] == pytest.approx(0.05 * OWN - 10_000)
    np.testing.assert_allclose(found["leakage"], 1.0 - OWN / 1.5e6)
    ratio = found["loss_ratio"].sel(design="p0", draw=0).values
    assert ratio.tolist() == pytest.approx([1.5e6 / first[0], 1.05e6 / (1.1 * first[0])])


def test_a_drop_in_volume_hurts_a_provider_paid_by_service_and_not_a_prepaid_one():
    found, _ = books(experience(), {"provider": PROVIDER})
    margin = found["account_usd"].sel(party="provider", account="margin", draw=0)
    change = (margin.sel(year=2021) - margin.sel(year=2020)).values
    variable = (
        -found["account_usd"].sel(design="p0", party="provider", account="variable_cost", draw=0, year=2020).item()
    )
    by_service, mostly, wholly = change
    assert by_service == pytest.approx(-0.3 * (OWN - variable))
    assert wholly == pytest.approx(0.3 * variable)
    assert mostly == pytest.approx(by_service + 0.6 * 0.3 * OWN)
    assert by_service < mostly < 0 < wholly


def test_what_the_provider_gains_from_prepayment_the_payer_loses():
    found, settlement = books(experience(spread=0.2), {"payer": PAYER, "provider": PROVIDER})
    margin = found["account_usd"].sel(account="margin").sum("party")
    for design in ("p60", "p100"):
        np.testing.assert_allclose(margin.sel(design=design), margin.sel(design="p0"), rtol=1e-12)
    np.testing.assert_array_equal(
        found["account_usd"].sel(account="settlement", party="payer"), settlement["net_usd"].sel(party="payer")
    )
    assert float(abs(settlement["net_usd"].sum("party")).max()) == 0.0
    parts = found["account_usd"].sel(account=[a for a in found["account"].values if a != "margin"]).sum("account")
    np.testing.assert_allclose(parts, found["account_usd"].sel(account="margin"), rtol=1e-12)


def test_the_programme_is_paid_by_whom_the_design_says():
    by_payer, _ = books(experience(), {"payer": PAYER, "provider": PROVIDER}, paid_by="payer")
    accounts = by_payer["account_usd"].sel(design="p0", draw=0, year=2020)
    assert accounts.sel(party="payer", account="intervention_cost").item() == -10_000.0
    assert accounts.sel(party="provider", account="programme_cost").item() == 0.0


def test_fixed_cost_grows_from_the_reference_year_and_is_the_same_in_every_draw():
    found, _ = books(experience(spread=0.3), {"provider": PROVIDER | {"cost_trend": 0.04}})
    fixed = found["account_usd"].sel(design="p0", party="provider", account="fixed_cost")
    assert float(fixed.std("draw").max()) == pytest.approx(0.0, abs=1e-6)
    np.testing.assert_allclose(fixed.sel(year=2021) / fixed.sel(year=2020), 1.04)
    later, _ = books(experience(spread=0.3), {"provider": PROVIDER | {"reference_year": 2021}})
    at_drop = later["account_usd"].sel(design="p0", party="provider", account="fixed_cost", year=2021, draw=0).item()
    assert at_drop == pytest.approx(0.7 * fixed.sel(year=2020, draw=0).item() / 1.04)
    with pytest.raises(BadInput, match="2015 is not a year of the experience"):
        books(experience(), {"provider": PROVIDER | {"reference_year": 2015}})


def test_a_budget_and_one_premium_for_all_and_one_party_alone():
    budget, _ = books(experience(), {"payer": {"budget_usd": 2e6, "trend": 0.05, "source": SOURCE}})
    assert list(budget["party"].values) == ["payer"]
    assert budget["account_usd"].sel(design="p0", party="payer", account="premium", draw=1).values.tolist() == [
        2e6,
        2.1e6,
    ]
    assert "leakage" not in budget
    one, _ = books(experience(), {"payer": {"premium_pmpm": 500, "source": SOURCE}})
    assert one["account_usd"].sel(design="p0", account="premium", draw=0, year=2020).item() == 500 * MONTHS
    alone, _ = books(experience(), {"provider": PROVIDER})
    assert "loss_ratio" not in alone


def test_premiums_by_line_of_business_need_strata_that_tell_them_apart():
    with pytest.raises(BadInput, match=r"add line_of_business to cohort\.strata"):
        books(experience().drop_vars("line_of_business"), {"payer": PAYER})


def test_a_ledger_says_where_its_figures_come_from():
    found, _ = books(experience(), {"payer": PAYER, "provider": PROVIDER})
    assert "one teaching hospital" in found["account_usd"].attrs["source"]
    assert json.dumps(found["account_usd"].attrs["units"]) == '"usd"'
