"""The comparison dataset: paired on the draws, signs and names right, noise shared by both cancelled."""

from __future__ import annotations

import numpy as np
import pytest

from vbcsim.outcomes.comparison import compare

RNG = np.random.default_rng(31)
LUCK = 1e6 * RNG.normal(0.0, 3.0, (1000, 2))
EXTRA = 1e5 * RNG.normal(0.5, 1.0, (1000, 2))
AMOUNTS = {"plain": LUCK, "extra": LUCK + EXTRA, "capped": np.minimum(LUCK, 1e6)}


@pytest.fixture(scope="module")
def comparison(settlement_of):
    return compare(settlement_of(AMOUNTS))


def test_pairs_are_named_and_in_the_order_of_the_designs(comparison) -> None:
    assert list(comparison["pair"].values) == ["plain - extra", "plain - capped", "extra - capped"]
    assert list(comparison["design_a"].values) == ["plain", "plain", "extra"]
    assert list(comparison["design_b"].values) == ["extra", "capped", "capped"]


def test_differences_are_of_the_same_draw(comparison) -> None:
    row = comparison.sel(pair="plain - extra", party="provider")
    difference = -EXTRA.sum(axis=1)
    assert float(row["mean_difference_usd"]) == pytest.approx(difference.mean())
    assert float(row["mean_difference_mcse"]) == pytest.approx(difference.std(ddof=1) / np.sqrt(1000))
    assert float(row["sd_difference_usd"]) == pytest.approx(difference.std(ddof=1))
    assert float(row["p_better"]) == np.mean(difference > 0)
    assert float(row["p_equal"]) == 0.0
    unpaired = np.hypot(*(AMOUNTS[name].sum(axis=1).std(ddof=1) for name in ("plain", "extra"))) / np.sqrt(1000)
    assert float(row["mean_difference_mcse"]) < unpaired / 20, "luck that both share cancels out"


def test_the_payer_sees_the_same_with_the_other_sign(comparison) -> None:
    ours, theirs = (comparison.sel(party=party) for party in ("provider", "payer"))
    np.testing.assert_allclose(theirs["mean_difference_usd"], -ours["mean_difference_usd"])
    np.testing.assert_allclose(theirs["sd_difference_usd"], ours["sd_difference_usd"])
    np.testing.assert_allclose(theirs["p_better"] + ours["p_better"] + ours["p_equal"], 1.0)


def test_ties_are_counted_apart_and_dominance_is_called_for_each_party(comparison) -> None:
    ours, theirs = (comparison.sel(pair="plain - capped", party=party) for party in ("provider", "payer"))
    assert float(ours["p_equal"]) == np.mean((LUCK <= 1e6).all(axis=1))
    assert float(ours["p_better"]) == pytest.approx(1 - float(ours["p_equal"]))
    assert str(ours["first_order_dominance"].item()) == "a"
    assert str(theirs["first_order_dominance"].item()) == "b"
    other = comparison.sel(pair="plain - extra", party="provider")
    assert str(other["first_order_dominance"].item()) == "none"


def test_one_design_has_no_pair(settlement_of) -> None:
    found = compare(settlement_of({"only": LUCK}))
    assert found.sizes["pair"] == 0
    assert found["mean_difference_usd"].shape == (0, 2)


def test_every_variable_is_labelled(comparison) -> None:
    for name, variable in comparison.data_vars.items():
        assert {"units", "long_name", "source"} <= set(variable.attrs), name
    assert comparison.attrs["draws"] == 1000
