"""Contracts held together: correlation against closed forms, and what the dataset holds."""

from __future__ import annotations

import numpy as np
import pytest

from vbcsim.outcomes.portfolio import correlation, portfolio
from vbcsim.outcomes.statistic import statistic


def pairs(rho: float, seed: int, n: int = 1000) -> np.ndarray:
    return np.random.default_rng(seed).multivariate_normal([0.0, 1e6], [[1e12, rho * 2e12], [rho * 2e12, 4e12]], n).T


@pytest.mark.parametrize("rho", [-0.8, 0.0, 0.5])
def test_correlation_and_its_error_over_repeated_studies(rho):
    found = [correlation(pairs(rho, seed)) for seed in range(200)]
    values = np.array([e.value[0, 1] for e in found])
    exact = (1.0 - rho**2) / np.sqrt(1000)
    assert abs(values.mean() - rho) < 4.0 * exact / np.sqrt(200)
    assert np.mean([e.mcse[0, 1] for e in found]) == pytest.approx(exact, rel=0.03)
    assert np.allclose(found[0].value, np.corrcoef(pairs(rho, 0)))
    assert found[0].value[0, 0] == pytest.approx(1.0)
    assert found[0].mcse[0, 0] < 1e-12


def test_a_contract_that_does_not_vary_has_no_correlation():
    found = correlation(np.array([[1.0, 1.0, 1.0], [5.0, 6.0, 8.0]]))
    assert np.isnan(found.value[0]).all()
    assert found.value[1, 1] == pytest.approx(1.0)


def test_the_dataset_holds_each_contract_and_their_sum():
    a, b = pairs(0.3, 4, 400)
    found = portfolio({"a": a, "b": b}, "together", {"seed": 1})
    assert found["contract"].values.tolist() == ["a", "b", "together"]
    for name, draws in (("a", a), ("together", a + b)):
        told = found.sel(contract=name, statistic="tvar95_usd")
        exact = statistic("tvar95", draws)
        assert (told["held_value"].item(), told["held_value_mcse"].item()) == pytest.approx((exact.value, exact.mcse))
    both = found["p_both_lose"].sel(contract="a", other="b").item()
    assert both == np.mean((a < 0) & (b < 0))
    assert found["p_both_lose"].sel(contract="a", other="a").item() == np.mean(a < 0)
    tails = found["tail_contribution_usd"].sel(level=0.95)
    assert tails.sel(contract=["a", "b"]).sum().item() == pytest.approx(
        tails.sel(contract="together").item(), rel=1e-12
    )
    spared = found["tail_alone_usd"].sel(level=0.95, contract=["a", "b"]).sum() - tails.sel(contract="together")
    assert found["tail_spared_usd"].sel(level=0.95).item() == pytest.approx(spared.item(), rel=1e-12)
    assert found.attrs == {"seed": 1, "draws": 400}
