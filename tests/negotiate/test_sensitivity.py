"""Prices of clauses, swings and grids: each is what settling the changed contract gives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from vbcsim.core.errors import BadInput
from vbcsim.negotiate.goal import read_figure
from vbcsim.negotiate.sensitivity import clause_prices, figure_prices, sweep, tornado
from vbcsim.negotiate.variants import Variants

SHARE = "shared_savings.share.savings"


@pytest.fixture(scope="module")
def variants(small_run):
    return Variants(small_run, "basic_e")


def test_a_clause_is_worth_the_same_to_both_sides(variants):
    prices = clause_prices(variants)
    assert len(prices) == len(variants.arrangement.provisions[0].terms)
    for price in prices:
        assert sum(worth for worth, _ in price.worth.values()) == pytest.approx(0.0, abs=1e-6)


def test_without_the_share_the_whole_saving_is_paid(variants):
    price = next(p for p in clause_prices(variants) if p.clause == "share")
    assert price.worth["provider"][0] != 0.0
    assert price.worth["provider"][1] > 0.0


def test_a_gate_that_is_always_open_is_worth_nothing(variants):
    gates = [p for p in clause_prices(variants) if p.clause.startswith("gate")]
    assert any(p.worth["provider"] == (0.0, 0.0) for p in gates)


def test_the_widest_swing_stands_first_and_is_what_a_variant_gives(variants):
    figure = read_figure("provider.mean")
    swings = tornado(variants, figure)
    assert [s.width for s in swings] == sorted((s.width for s in swings), reverse=True)
    share = next(s for s in swings if s.name == SHARE)
    np.testing.assert_allclose([share.low, share.high], [0.4, 0.6])
    assert share.at_high == pytest.approx(float(figure.of(variants.nets([{SHARE: 0.6}])).value[0]))


def test_a_grid_has_every_point_once(variants):
    figures = [read_figure("provider.mean"), read_figure("provider.p_loss")]
    points, rows = sweep(variants, {SHARE: [0.4, 0.5], "shared_savings.share.losses": [0.0, 0.3, 0.6]}, figures)
    assert len(points) == len(rows) == 6
    at_present = points.index({SHARE: 0.5, "shared_savings.share.losses": 0.3})
    assert rows[at_present][0][0] == pytest.approx(float(figures[0].of(variants.nets([{}])).value[0]))


def test_too_large_a_grid_is_refused(variants):
    with pytest.raises(BadInput, match="at most 2,000"):
        sweep(variants, {SHARE: np.linspace(0, 1, 2001).tolist()}, [read_figure("provider.mean")])


def test_a_small_step_of_a_figure_has_the_price_that_settling_it_gives(variants):
    prices = figure_prices(variants)
    share = next(p for p in prices if p.name == SHARE)
    assert share.step == pytest.approx(0.01)
    nets = variants.nets([{SHARE: 0.505}, {SHARE: 0.495}])["provider"]
    assert float(share.worth["provider"].value) == pytest.approx(float((nets[0] - nets[1]).mean()))
    for found in prices:
        assert sum(float(e.value) for e in found.worth.values()) == pytest.approx(0.0, abs=1e-6)
    assert not any(p.name in ("agreement_start", "half_rate_first_agreement") for p in prices)


@dataclass(frozen=True)
class NoMore(Variants):
    """Variants of a contract whose figures cannot rise."""

    @property
    def figures(self):
        return {SHARE: 0.5}

    def nets(self, changes):
        if any(value > self.figures[name] for change in changes for name, value in change.items()):
            raise BadInput("share", "is as large as it can be")
        return super().nets(changes)


def test_a_figure_that_cannot_rise_has_its_price_from_below(variants):
    (price,) = figure_prices(NoMore(variants.run, variants.design))
    nets = variants.nets([{}, {SHARE: 0.495}])["provider"]
    assert float(price.worth["provider"].value) == pytest.approx(2.0 * float((nets[0] - nets[1]).mean()))
