"""Cash: who pays whom when, by hand; what must hold for any settlement."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from vbcsim.outcomes.capital_spec import Capital
from vbcsim.outcomes.cash import OUTSIDE, Transfer, account_payments, cash, flows, payments

SOURCE = {"source": "made up"}


def spec(**told) -> Capital:
    return Capital.model_validate({"lag_months": 8} | SOURCE | told)


def received(paid, party: str, draws: int = 1) -> dict[int, list[float]]:
    return {month: flow.tolist() for month, flow in flows(paid, party, draws) if flow.any()}


def one(*usd: float) -> dict[str, Transfer]:
    return {"shared_savings": Transfer("payer", "provider", np.array([usd]))}


def test_a_settlement_is_paid_at_the_lag_of_whoever_owes_it():
    timing = spec(lag_months={"payer": 8, "provider": 11})
    paid = payments(one(100.0, -40.0), timing)
    assert received(paid, "provider") == {20: [100.0], 35: [-40.0]}
    assert received(paid, "payer") == {20: [-100.0], 35: [40.0]}
    assert spec(lag_months={"payer": 8}).lag("provider") == 8


def test_what_two_parties_owe_one_another_is_netted():
    moved = one(100.0) | {"recoupment": Transfer("provider", "payer", np.array([[30.0]]))}
    paid = payments(moved, spec(lag_months={"payer": 8, "provider": 11}))
    assert received(paid, "provider") == {20: [70.0]}


def test_a_fee_is_paid_by_the_month_and_a_prepayment_by_the_quarter_with_the_rest_reconciled():
    monthly = payments(one(120.0), spec(paid={"shared_savings": {"every": "month"}}))
    assert received(monthly, "provider") == {m: [10.0] for m in range(1, 13)}
    told = {"every": "quarter", "share": 0.5, "amount": "expected", "in_advance": True}
    moved = {"shared_savings": Transfer("payer", "provider", np.array([[300.0], [100.0]]))}
    paid = payments(moved, spec(paid={"shared_savings": told}))
    assert received(paid, "provider", 2) == {**{m: [25.0, 25.0] for m in (0, 3, 6, 9)}, 20: [200.0, 0.0]}


def test_an_advance_is_recouped_from_what_is_earned_and_the_rest_is_repaid_last():
    advance = {"usd": 100.0, "month": 0} | SOURCE
    paid = payments(one(60.0, -10.0, 25.0), spec(advances=[advance]))
    assert received(paid, "provider") == {0: [100.0], 32: [-10.0], 44: [-15.0]}
    two = payments(one(60.0, 70.0), spec(advances=[advance, advance | {"usd": 20.0}]))
    assert received(two, "provider") == {0: [120.0], 32: [10.0]}


def test_an_advance_is_not_recouped_from_instalments():
    told = {"advances": [{"usd": 30.0, "month": 0} | SOURCE], "paid": {"fee": {"every": "quarter"}}}
    moved = one(50.0) | {"fee": Transfer("payer", "provider", np.array([[40.0]]))}
    assert received(payments(moved, spec(**told)), "provider") == {
        **{month: [10.0] for month in (3, 6, 9, 12)},
        0: [30.0],
        20: [20.0],
    }


def test_a_design_may_have_a_timing_of_its_own():
    told = spec(designs={"full_risk": {"lag_months": 3}}, paid={"shared_savings": {}})
    assert (told.timing("full_risk").lag("payer"), told.timing("other").lag("payer")) == (3, 8)
    assert set(told.timing("full_risk").paid) == {"shared_savings"}


def test_accounts_move_between_a_party_and_the_world_outside():
    ledger = xr.Dataset(
        {
            "account_usd": (
                ("design", "party", "account", "draw", "year"),
                np.array([-120.0, -12.0]).reshape(1, 1, 2, 1, 1),
            )
        },
        {"design": ["a"], "party": ["provider"], "account": ["programme_cost", "fixed_cost"]},
    )
    paid = account_payments(ledger, "a", "provider", ["programme_cost"])
    assert received(paid, "provider") == {m: [-10.0] for m in range(1, 13)}
    assert received(paid, OUTSIDE) == {m: [10.0] for m in range(1, 13)}
    assert account_payments(ledger, "a", "provider", []) == []


def made(usd: np.ndarray) -> xr.Dataset:
    """A settlement of two provisions in opposite directions."""
    dims = ("design", "provision", "draw", "year")
    years = list(range(2024, 2024 + usd.shape[-1]))
    coords = {"design": ["a"], "provision": ["earned", "back"], "party": ["payer", "provider"], "year": years}
    net = usd[:, 0] - usd[:, 1]
    variables = {
        "transfer_usd": (dims, usd),
        "net_usd": (("design", "party", "draw", "year"), np.stack([-net, net], axis=1)),
    }
    return xr.Dataset(variables, coords | {"draw": np.arange(usd.shape[2])})


WAYS = {"a": {"earned": ("payer", "provider"), "back": ("provider", "payer")}}
amounts = st.floats(-1e9, 1e9, allow_nan=False)


@settings(max_examples=25)
@given(
    st.lists(amounts, min_size=12, max_size=12),
    st.integers(0, 18),
    st.integers(0, 18),
    st.sampled_from([{}, {"earned": {"every": "quarter", "share": 0.7, "amount": "expected", "in_advance": True}}]),
    st.floats(0.01, 1e8),
)
def test_cash_sums_to_zero_in_every_month_and_to_the_settlement_over_all(usd, early, late, paid, advance):
    settlement = made(np.array(usd).reshape(1, 2, 3, 2))
    told = spec(
        lag_months={"payer": early, "provider": late}, paid=paid, advances=[{"usd": advance, "month": 2} | SOURCE]
    )
    found = cash(settlement, WAYS, told)
    assert (found["cash_usd"].sum("party") == 0.0).all()
    whole = found["cash_usd"].sum("month").transpose("design", "party", "draw")
    size = 1.0 + np.abs(usd).max() + advance
    assert np.abs(whole.values - settlement["net_usd"].sum("year").values).max() < 1e-9 * size
    by_quarter = cash(settlement, WAYS, told, every="quarter")["cash_usd"]
    assert np.abs(by_quarter.sum("month") - found["cash_usd"].sum("month")).max() < 1e-9 * size
    assert (by_quarter["month"].values % 3 == 0).all()


def test_the_discount_factor_is_one_at_the_start_and_a_year_later_by_the_rate():
    found = cash(made(np.ones((1, 2, 1, 1))), WAYS, spec(discount_rate=0.25))
    assert found["discount_factor"].sel(month=0) == 1.0
    assert found["discount_factor"].sel(month=12).item() == pytest.approx(0.8)
