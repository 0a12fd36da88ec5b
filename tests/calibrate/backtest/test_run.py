"""Forecasts of made-up panels are calibrated; those of published years look at no later year."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from tests.calibrate.backtest.conftest import panel
from vbcsim.calibrate.backtest.forecast import forecast
from vbcsim.calibrate.backtest.movement import fit_movement
from vbcsim.calibrate.backtest.pairs import Pairs
from vbcsim.calibrate.backtest.run import Backtest, backtest, score
from vbcsim.calibrate.backtest.text import FORECAST_COLUMNS, backtest_text, forecast_rows, json_object
from vbcsim.calibrate.member_chance import member_variance
from vbcsim.calibrate.reconcile import reconcile
from vbcsim.core.errors import BadInput


def test_forecasts_of_a_panel_of_the_models_own_kind_are_calibrated():
    learned = panel(1_500, 2016, seed=4, chance=member_variance())
    judged = panel(800, 2022, seed=5, chance=member_variance())
    found = score(forecast(judged, replace(fit_movement([learned]), shift=0.0), draws=300, seed=1), 1)
    assert stats.kstest(found.rate_pit, "uniform").pvalue > 1e-4
    whole = found.bands[0]
    for each in whole.rate_coverage:
        assert each.covered.value == pytest.approx(each.level, abs=4.5 * each.covered.error + 0.01)
    best = min(e.value for name, e in whole.rate_crps.items() if name != "vbcsim")
    assert whole.rate_crps["vbcsim"].value < best


def test_a_forecast_knows_only_the_earlier_year(real: Backtest):
    late = real.years[1].forecast
    blind = Pairs(late.pairs.year, late.pairs.before, late.pairs.before)
    again = forecast(blind, late.movement, draws=400, seed=1)
    assert (again.savings_rate == late.savings_rate).all()
    assert (again.amount_usd == late.amount_usd).all()


def test_movement_is_learned_on_other_years(real: Backtest):
    early, late = real.years
    assert early.forecast.movement.learned_from == "2021 to 2022"
    assert late.forecast.movement.learned_from == "2015 to 2016"


def test_an_acos_draws_do_not_depend_on_who_else_is_there(real: Backtest):
    late = real.years[1].forecast
    few = Pairs(late.pairs.year, late.pairs.before[:40], late.pairs.after[:40])
    alone = forecast(few, late.movement, draws=10, seed=1)
    # The mean of the year is its ACOs'; chance is not.
    first = late.savings_rate[:40, :10] - late.savings_rate[:40, :1]
    assert np.corrcoef(first.ravel(), (alone.savings_rate - alone.savings_rate[:, :1]).ravel())[0, 1] > 0.99


def test_what_came_settles_to_what_was_published(real: Backtest, shared_data: Path):
    """The path that settles draws is the one that meets published amounts: fed with what came, it gives them."""
    published = {row.aco_id: row for row in reconcile([shared_data / "mssp" / "py2022.csv"]).rows}
    late = real.years[1].pairs
    settled = np.array([published[row.aco_id].settled_usd for row in late.after])
    assert settled == pytest.approx(late.amount_usd, abs=2.0)


def test_published_years_are_forecast_better_than_by_simple_rules(real: Backtest):
    """Coverage is told as it comes out; here only that forecasts are no worse than naive ones, and not absurd."""
    for year in real.years:
        whole = year.bands[0]
        assert whole.rate_crps["vbcsim"].value < min(e.value for n, e in whole.rate_crps.items() if n != "vbcsim")
        assert year.brier_earns.value < year.brier_base.value
        assert 0.7 < next(c for c in whole.rate_coverage if c.level == 0.9).covered.value <= 1.0
        assert sum(band.acos for band in year.bands[1:]) == whole.acos == len(year.pairs)


def test_nobody_owes_where_losses_are_forgiven(real: Backtest):
    assert real.years[1].owed == (0.0, 0.0)
    assert real.years[0].owed[1] == 2.0


def test_it_is_told_in_words_and_in_plain_data(real: Backtest):
    text = backtest_text(real)
    assert "2015 to 2016: 332 ACOs, movement learned from 2021 to 2022" in text
    told = json_object(real)
    assert told["years"]["2021 to 2022"]["earned_published"] == 263.0
    assert sum(told["years"]["2021 to 2022"]["rate_pit_in_tenths"]) == 416
    rows = [row for year in real.years for row in forecast_rows(year)]
    assert len(rows) == 332 + 416
    assert {len(row) for row in rows} == {len(FORECAST_COLUMNS)}


def test_one_pair_of_years_takes_the_shipped_figures(shared_data: Path):
    found = backtest([shared_data / "mssp" / f"py{y}.csv" for y in (2021, 2022)], draws=50)
    assert [year.forecast.movement.learned_from for year in found.years] == ["shipped"]


def test_too_few_draws_are_refused():
    with pytest.raises(BadInput, match="2 to 100,000"):
        backtest([], draws=1)
