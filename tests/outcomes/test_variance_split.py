"""Shares of the variance by layer: known models, the honesty of their standard errors, and the dataset."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import special

from vbcsim.core.errors import BadInput
from vbcsim.outcomes.variance_split import ALL, SPLIT_LAYERS, pick_freeze, split_shifts, variance_split

Array = NDArray[np.float64]
SDS = np.array([3.0, 2.0, 1.0, 0.0])
BOUND = float(special.ndtri(1 - 1e-6 / 100))


def additive(x: Array) -> Array:
    """A sum of four independent layers; shares in proportion to their variances, no interaction."""
    return np.asarray(SDS @ x)


def multiplicative(x: Array) -> Array:
    """A product of factors 1 + sd z: the variance of a product is the product of (1 + v) less 1."""
    return np.asarray(np.prod(1.0 + SDS[:, None] / 4.0 * x, axis=0))


def corridor(x: Array) -> Array:
    """Nothing within two, half beyond: what a corridor makes of a sum."""
    total = additive(x)
    return np.asarray(np.sign(total) * np.maximum(np.abs(total) - 2.0, 0.0) / 2.0)


V = (SDS / 4.0) ** 2
PRODUCT = np.prod(1.0 + V) - 1.0
KNOWN = {
    additive: (SDS**2 / (SDS**2).sum(), SDS**2 / (SDS**2).sum()),
    multiplicative: (V / PRODUCT, V * np.prod(1.0 + V) / (1.0 + V) / PRODUCT),
}
"""First-order and total shares."""


def runs(model: Callable[[Array], Array], draws: int, seed: int) -> tuple[Array, list[Array], Array]:
    """A model in its base run, with each layer drawn anew, and with all."""
    rng = np.random.default_rng(seed)
    x, y = rng.standard_normal((2, 4, draws))
    one = [model(np.where(np.arange(4)[:, None] == k, y, x)) for k in range(4)]
    return model(x), one, model(y)


@pytest.mark.parametrize("model", KNOWN, ids=lambda m: m.__name__)
def test_known_shares_are_found(model):
    first, total = KNOWN[model]
    shares = pick_freeze(*runs(model, 100_000, 1))
    for estimate, known in ((shares.first_order, first), (shares.total, total)):
        assert (np.abs(estimate.value - known) <= BOUND * np.maximum(estimate.mcse, 1e-12)).all()
        assert estimate.mcse.max() < 0.02


def test_a_layer_that_does_nothing_has_no_share_at_all():
    for estimate in pick_freeze(*runs(corridor, 200, 2)):
        assert estimate.value[3] == 0.0
        assert estimate.mcse[3] == 0.0
        assert (estimate.mcse[:3] > 0.0).all()


def test_interaction_makes_total_shares_more_than_one_and_first_order_ones_less():
    shares = pick_freeze(*runs(corridor, 100_000, 3))
    assert shares.total.value.sum() > 1.05
    assert shares.first_order.value.sum() < 0.95
    assert (shares.total.value >= shares.first_order.value - 0.02).all()


@pytest.mark.parametrize("model", KNOWN, ids=lambda m: m.__name__)
def test_standard_errors_cover_at_400_draws(model):
    first, total = KNOWN[model]
    inside = np.zeros((2, 4))
    studies = 400
    for k in range(studies):
        shares = pick_freeze(*runs(model, 400, 1000 + k))
        for row, estimate, known in ((0, shares.first_order, first), (1, shares.total, total)):
            inside[row] += np.abs(estimate.value - known) <= 1.96 * estimate.mcse + 1e-12
    # 95 % are meant. Products have heavy tails, where the normal approximation falls a little short at 400 draws.
    assert inside.min() / studies > (0.92 if model is additive else 0.85)
    assert (inside[:, :3] / studies).max() < 0.99


def test_amounts_that_never_vary_have_no_shares():
    same = np.full((2, 50), 7.0)
    shares = pick_freeze(same, [same] * 4, same)
    for estimate in shares:
        assert (estimate.value == 0.0).all()
        assert (estimate.mcse == 0.0).all()


def test_the_runs_of_a_split():
    shifts = split_shifts(by=10)
    assert shifts["group"] == {"group": 10}
    assert shifts[ALL] == dict.fromkeys(SPLIT_LAYERS, 10)
    assert list(shifts) == [*SPLIT_LAYERS, ALL]


def settlements(settlement_of, draws: int = 300):
    base, one, anew = runs(additive, draws, 5)
    made = {name: settlement_of({"a": y[:, None] * [1.0, 2.0], "b": y[:, None] * [0.0, 0.0]}) for name, y in
            zip((*SPLIT_LAYERS, ALL), (*one, anew), strict=True)}  # fmt: skip
    return settlement_of({"a": base[:, None] * [1.0, 2.0], "b": base[:, None] * [0.0, 0.0]}), made, (base, one, anew)


def test_the_dataset_holds_every_design_and_party(settlement_of):
    base, shifted, arrays = settlements(settlement_of)
    found = variance_split(base, shifted)
    known = pick_freeze(*arrays)
    assert found["variance_total_share"].dims == ("design", "party", "layer")
    for party in ("payer", "provider"):
        own = found.sel(design="a", party=party)
        assert own["variance_total_share"].values == pytest.approx(known.total.value)
        assert own["variance_first_share"].values == pytest.approx(known.first_order.value)
        assert own["variance_total_share_mcse"].values == pytest.approx(known.total.mcse)
        assert own["variance_first_share_mcse"].values == pytest.approx(known.first_order.mcse)
    assert (found.sel(design="b")["variance_total_share"] == 0).all()
    assert found.attrs["draws"] == 300


def test_only_draws_that_all_runs_have_are_used(settlement_of):
    base, shifted, _ = settlements(settlement_of)
    few = {name: ds.isel(draw=slice(100)) for name, ds in shifted.items()}
    same = variance_split(base.isel(draw=slice(100)), few)
    assert variance_split(base, few).equals(same)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda runs: {k: v for k, v in runs.items() if k != ALL}, 'one named "all"'),
        (lambda runs: {ALL: runs[ALL]}, "a settlement for each layer"),
        (lambda runs: runs | {"group": runs["group"].isel(design=[0])}, "other values of design"),
        (lambda runs: runs | {"group": runs["group"].isel(draw=[0])}, "at least 2 draws"),
    ],
)
def test_runs_that_do_not_fit_are_refused(settlement_of, change, said):
    base, shifted, _ = settlements(settlement_of)
    with pytest.raises(BadInput, match=said):
        variance_split(base, change(shifted))
