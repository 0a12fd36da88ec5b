"""Capital: reserves, chances of running out and present values, against sums by hand and closed forms."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from scipy.stats import norm

from tests.outcomes.test_cash import WAYS, made, spec
from vbcsim.outcomes.capital import STATISTICS, capital, risk_based_capital
from vbcsim.outcomes.capital_spec import RiskBasedCapital

DRAWS = 4000


def amounts(*by_year: np.ndarray) -> np.ndarray:
    """Earned by year (design, provision, draw, year), nothing going back."""
    earned = np.stack(by_year, axis=-1)
    return np.stack([earned, np.zeros_like(earned)])[None]


def test_reserve_balance_and_present_value_by_hand():
    draws = np.array([-300.0, -200.0, -100.0, 50.0])
    told = spec(chances=[0.25], reserves_usd=[250.0], discount_rate=0.1, cost_of_capital=0.08)
    found = capital(made(amounts(draws, 2.0 * np.abs(draws))), WAYS, told).sel(design="a", party="provider")
    assert found["month"].values.tolist() == [0, 20, 32]
    assert found["balance_usd"].sel(statistic="mean_usd").values.tolist() == [0.0, -137.5, 187.5]
    assert found["lowest_balance_usd"].sel(statistic="mean_usd").item() == -150.0
    assert found["reserve_needed_usd"].sel(chance=0.25).item() == 200.0
    assert found["ruin_probability"].sel(reserve=0.0).item() == 0.75
    assert found["ruin_probability"].sel(reserve=250.0).item() == 0.25
    assert found["ruin_by_month"].sel(reserve=250.0).values.tolist() == [0.0, 0.25, 0.25]
    assert found["cost_of_capital_usd"].item() == pytest.approx(0.08 * 32 / 12 * 200.0)
    present = (draws.mean() / 1.1 ** (20 / 12)) + 2.0 * np.abs(draws).mean() / 1.1 ** (32 / 12)
    assert found["present_value_usd"].sel(statistic="mean_usd").item() == pytest.approx(present)


def test_money_that_comes_later_counts_only_within_the_horizon():
    draws = np.array([10.0, -10.0])
    early = capital(made(amounts(np.zeros(2), draws)), WAYS, spec(horizon_months=24))
    whole = capital(made(amounts(np.zeros(2), draws)), WAYS, spec())
    assert early["ruin_probability"].sel(party="provider", reserve=0.0).item() == 0.0
    assert whole["ruin_probability"].sel(party="provider", reserve=0.0).item() == 0.5


def test_a_longer_lag_for_what_is_earned_needs_more_reserve_and_for_what_is_owed_less():
    rng = np.random.default_rng(5)
    settlement = made(amounts(*(rng.normal(0.0, 1e6, DRAWS) for _ in range(3))))

    def reserve(**lag: int) -> float:
        return float(capital(settlement, WAYS, spec(lag_months=lag))["reserve_needed_usd"].sel(chance=0.05).item())

    assert reserve(payer=30, provider=0) > reserve(payer=8, provider=8) > reserve(payer=0, provider=30)


def test_the_reserve_of_one_normal_year_is_its_quantile():
    draws = np.random.default_rng(8).normal(0.2e6, 1e6, DRAWS)
    found = capital(made(amounts(draws)), WAYS, spec()).sel(design="a", party="provider", chance=0.05)
    exact = -norm.ppf(0.05, 0.2e6, 1e6)
    assert abs(found["reserve_needed_usd"].item() - exact) < 4.0 * found["reserve_needed_mcse"].item()
    assert found["reserve_needed_mcse"].item() < 0.05 * exact


def test_a_payer_holds_the_mirror_of_what_the_provider_holds():
    draws = np.random.default_rng(9).normal(0.0, 1e6, 200)
    found = capital(made(amounts(draws)), WAYS, spec(parties=["payer", "provider"]))["balance_usd"]
    mean = found.sel(statistic="mean_usd").transpose("party", ...)
    assert (mean.values[0] == -mean.values[1]).all()
    assert found["statistic"].values.tolist() == list(STATISTICS)


def test_accounts_of_the_ledger_drain_the_balance_until_savings_are_paid():
    settlement = made(amounts(np.full(3, 150.0)))
    cost = np.full((1, 1, 1, 3, 1), -120.0)
    coords = {"design": ["a"], "party": ["provider"], "account": ["programme_cost"], "year": [2024]}
    ledger = xr.Dataset({"account_usd": (("design", "party", "account", "draw", "year"), cost)}, coords)
    told = spec(accounts=["programme_cost"])
    found = capital(settlement, WAYS, told, ledger=ledger).sel(design="a", party="provider")
    assert found["reserve_needed_usd"].sel(chance=0.05).item() == pytest.approx(120.0)
    assert found["balance_usd"].sel(month=20, statistic="mean_usd").item() == pytest.approx(30.0)


def test_the_charge_is_the_formula_on_bands_of_the_cost_at_risk():
    rule = RiskBasedCapital.model_validate(
        {
            "tiers": [{"factor": 0.15}, {"from_usd": 25e6, "factor": 0.09}],
            "share_at_risk": 0.5,
            "h0_usd": 1e5,
            "h1_usd": 3e6,
            "level": 2.0,
            "source": "made up",
        }
    )
    underwriting = 0.15 * 25e6 + 0.09 * 5e6
    exact = 2.0 * 1.03 * (1e5 + np.hypot(3e6, underwriting))
    assert risk_based_capital(np.array([60e6]), rule).tolist() == pytest.approx([exact])


def test_security_and_charge_stand_beside_the_reserve_by_year():
    settlement = made(amounts(np.array([1.0, 2.0]), np.array([1.0, 2.0])))
    spent = xr.DataArray([[[1e6, 2e6], [3e6, 4e6]]], dims=("design", "draw", "year"))
    rule = {"tiers": [{"factor": 0.1}], "source": "made up"}
    found = capital(
        settlement.assign(settled_expenditure_usd=spent),
        WAYS,
        spec(risk_based_capital=rule),
        kept_usd={"collateral": {"a": np.array([[10.0, 20.0], [30.0, 40.0]])}},
    )
    assert found["collateral_usd"].sel(design="a").values.tolist() == [20.0, 30.0]
    assert found["risk_based_capital_usd"].sel(design="a").values.tolist() == pytest.approx([1.03 * 2e5, 1.03 * 3e5])
    assert found["year"].values.tolist() == [2024, 2025]
