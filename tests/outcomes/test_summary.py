"""The outcomes dataset: every statistic for every design and party, whole and by year."""

from __future__ import annotations

import time

import numpy as np
import pytest

from vbcsim.core.errors import VbcsimError
from vbcsim.outcomes.summary import PERCENTILES, STATISTICS, summarize

RNG = np.random.default_rng(21)
AMOUNTS = {
    "small": 1e6 * RNG.normal(0.5, 1.0, (999, 3)),
    "large": 1e6 * np.where(RNG.random((999, 3)) < 0.4, 0.0, RNG.normal(0.0, 4.0, (999, 3))),
}


@pytest.fixture(scope="module")
def outcomes(settlement_of):
    return summarize(settlement_of(AMOUNTS))


def value(outcomes, design, party, statistic, year=None) -> float:
    where = {"design": design, "party": party, "statistic": statistic} | ({"year": year} if year else {})
    return float(outcomes["value_by_year" if year else "value"].sel(where))


def test_the_whole_contract_is_the_sum_of_its_years(outcomes) -> None:
    for design, amounts in AMOUNTS.items():
        total = amounts.sum(axis=1)
        assert value(outcomes, design, "provider", "mean_usd") == pytest.approx(total.mean())
        assert value(outcomes, design, "provider", "sd_usd") == pytest.approx(total.std(ddof=1))
        for k in PERCENTILES:  # 999 draws: every hundredth is a whole position
            expected = np.quantile(total, k / 100, method="weibull")
            assert value(outcomes, design, "provider", f"p{k}_usd") == pytest.approx(expected)
        assert value(outcomes, design, "provider", "p_gain") == np.mean(total > 0)
        assert value(outcomes, design, "provider", "p_loss") == np.mean(total < 0)


def test_each_year_is_measured_alone(outcomes) -> None:
    for k, year in enumerate((2023, 2024, 2025)):
        assert value(outcomes, "large", "provider", "mean_usd", year) == pytest.approx(AMOUNTS["large"][:, k].mean())
        assert value(outcomes, "large", "provider", "p_gain", year) == np.mean(AMOUNTS["large"][:, k] > 0)


def test_the_payer_mirrors_the_provider(outcomes) -> None:
    """In a contract of two, what one gains the other pays: quantiles, chances and the middle turn over."""
    for design in AMOUNTS:
        ours, theirs = ({s: value(outcomes, design, p, s) for s in STATISTICS} for p in ("provider", "payer"))
        assert theirs["mean_usd"] == pytest.approx(-ours["mean_usd"])
        assert theirs["sd_usd"] == pytest.approx(ours["sd_usd"])
        assert (theirs["p_gain"], theirs["p_loss"]) == (ours["p_loss"], ours["p_gain"])
        for k in PERCENTILES:
            assert theirs[f"p{k}_usd"] == -ours[f"p{100 - k}_usd"]
        for k in (95, 99):
            assert theirs[f"var{k}_usd"] == ours[f"p{k}_usd"]
            assert ours[f"var{k}_usd"] == -ours[f"p{100 - k}_usd"]


def test_shared_savings_and_losses_are_the_providers_in_every_row(outcomes) -> None:
    for design in AMOUNTS:
        for party in ("provider", "payer"):
            for shared, own in (("p_shared_savings", "p_gain"), ("p_shared_loss", "p_loss")):
                assert value(outcomes, design, party, shared) == value(outcomes, design, "provider", own)
                expected = value(outcomes, design, "provider", own, 2024)
                assert value(outcomes, design, party, shared, 2024) == expected


def test_a_third_party_breaks_the_mirror_and_is_measured_too(settlement_of) -> None:
    found = summarize(settlement_of(AMOUNTS, reinsurer=np.full((999, 3), 1e5)))
    assert list(found["party"].values) == ["payer", "provider", "reinsurer"]
    assert value(found, "small", "reinsurer", "mean_usd") == pytest.approx(3e5)
    assert value(found, "small", "reinsurer", "sd_usd") == 0.0
    assert value(found, "small", "payer", "mean_usd") == pytest.approx(-3e5 - AMOUNTS["small"].sum(axis=1).mean())


def test_less_than_half_a_cent_is_no_payment(settlement_of) -> None:
    """0.1 + 0.2 - 0.3 is 5e-17 in floating point; nobody is paid that."""
    found = summarize(settlement_of({"a": np.full((10, 1), 0.1 + 0.2 - 0.3)}))
    assert value(found, "a", "provider", "p_gain") == 0.0


def test_dataset_is_labelled_and_says_where_it_comes_from(outcomes) -> None:
    assert list(outcomes["statistic"].values) == list(STATISTICS)
    assert list(outcomes["statistic_unit"].values) == list(STATISTICS.values())
    assert outcomes["value"].dims == ("design", "party", "statistic")
    assert outcomes["mcse_by_year"].dims == ("design", "party", "year", "statistic")
    for name in ("value", "mcse", "value_by_year", "mcse_by_year"):
        assert {"units", "long_name", "source"} <= set(outcomes[name].attrs)
    assert outcomes.attrs == {"seed": 3, "experience_hash": "abc", "engine": "members", "members": 10, "draws": 999}
    assert np.isfinite(outcomes["value"]).all()
    assert np.isfinite(outcomes["mcse"]).all()


def test_two_draws_are_few_but_enough_and_one_has_no_errors(settlement_of) -> None:
    assert np.isfinite(summarize(settlement_of({"a": np.array([[1.0], [2.0]])}))["mcse"]).all()
    one = summarize(settlement_of({"a": np.array([[1.0]])}))
    assert value(one, "a", "provider", "p50_usd") == 1.0
    assert np.isnan(one["mcse"].sel(statistic="mean_usd")).all()


def test_without_a_provider_nobody_shares_savings(settlement_of) -> None:
    settlement = settlement_of(AMOUNTS).assign_coords(party=["payer", "government"])
    found = summarize(settlement)
    assert np.isnan(found["value"].sel(statistic="p_shared_savings")).all()
    assert value(found, "small", "government", "p_gain") > 0.5


def test_an_amount_that_is_no_number_is_refused_with_its_design(settlement_of) -> None:
    broken = {"good": AMOUNTS["small"], "bad": np.where(AMOUNTS["large"] > 9e6, np.nan, AMOUNTS["large"])}
    with pytest.raises(VbcsimError, match="net_usd of bad is not a finite number"):
        summarize(settlement_of(broken))


def test_the_settlement_is_left_as_it_was(settlement_of) -> None:
    settlement = settlement_of(AMOUNTS)
    before = settlement.copy(deep=True)
    summarize(settlement)
    assert settlement.identical(before)


def test_ten_thousand_draws_of_several_designs_take_a_moment(settlement_of) -> None:
    """Four designs x two parties x (whole + three years) x 10,000 draws: some 30 ms, not minutes."""
    rng = np.random.default_rng(22)
    settlement = settlement_of({f"d{k}": rng.normal(size=(10_000, 3)) for k in range(4)})
    summarize(settlement)
    best = min(_timed(lambda: summarize(settlement)) for _ in range(3))
    assert best < 1.0


def _timed(call) -> float:
    start = time.process_time()
    call()
    return time.process_time() - start
