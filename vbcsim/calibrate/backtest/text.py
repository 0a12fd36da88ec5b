"""A backtest in words, as plain data and as a table of forecasts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from vbcsim.calibrate.backtest.run import Backtest, BandScore, YearScore
from vbcsim.calibrate.backtest.score import Bin, Coverage, Estimated

__all__ = ["FORECAST_COLUMNS", "QUANTILES", "backtest_text", "forecast_rows", "json_object"]

QUANTILES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
"""Quantiles of a forecast that the table holds."""
FORECAST_COLUMNS = (
    *("aco_id", "performance_year", "track", "person_years", "last_savings_rate"),
    *(f"savings_rate_p{100 * q:g}" for q in QUANTILES),
    *("savings_rate", "savings_rate_pit", "p_earns", "p_owes", "mean_usd", "p5_usd", "p95_usd"),
    *("published_usd", "amount_pit"),
)
"""Columns of the table of forecasts: shares, and dollars of the year; ``savings_rate`` is what came."""


def backtest_text(found: Backtest) -> str:
    """What a terminal shows: a paragraph a year."""
    return "\n\n".join("\n".join(_year_lines(year)) for year in found.years)


def _year_lines(year: YearScore) -> Iterator[str]:
    whole, movement = year.bands[0], year.forecast.movement
    learned = "the shipped figures" if movement.learned_from == "shipped" else movement.learned_from
    yield f"{year.pairs.name}: {len(year.pairs):,} ACOs, movement learned from {learned}"
    head = f"{'coverage of 50 / 80 / 90 / 98 %, rate':<40}{'amount':<26}CRPS, points of benchmark"
    yield f"  {'size':<18}{'ACOs':>6}  {head}"
    for band in year.bands:
        rate, amount = (" ".join(f"{c.covered.value:5.1%}" for c in told) for told in _coverages(band))
        scores = ", ".join(f"{name} {100 * e.value:.2f}" for name, e in band.rate_crps.items())
        yield f"  {band.band:<18}{band.acos:>6}  {rate:<40}{amount:<26}{scores}"
    yield f"  standard error of coverage, all sizes: {', '.join(f'{c.covered.error:.1%}' for c in whole.rate_coverage)}"
    money = ", ".join(f"{name} ${e.value:,.0f}" for name, e in whole.amount_crps.items())
    yield f"  CRPS of the earned amount, an ACO: {money}"
    base = f"saying last year's share of every ACO: {year.brier_base.value:.3f}"
    said = f"{year.earned[0]:.0f} forecast, {year.earned[1]:.0f} published"
    yield f"  earned: {said}; Brier score {_said(year.brier_earns)} ({base})"
    yield f"  owed: {year.owed[0]:.1f} forecast, {year.owed[1]:.0f} published"
    bias, error = 100 * whole.bias.value, 100 * whole.bias.error
    yield f"  published less forecast savings rate: {bias:+.2f} points, error {error:.2f}"


def _coverages(band: BandScore) -> tuple[tuple[Coverage, ...], tuple[Coverage, ...]]:
    return band.rate_coverage, band.amount_coverage


def _said(found: Estimated) -> str:
    return f"{found.value:.3f}, error {found.error:.3f}"


def forecast_rows(year: YearScore) -> Iterator[tuple[Any, ...]]:
    """A row for each ACO, in the columns' order."""
    found, pairs = year.forecast, year.pairs
    rates = np.quantile(found.savings_rate, QUANTILES, axis=1).T
    low, high = np.quantile(found.amount_usd, (0.05, 0.95), axis=1)
    mean = found.amount_usd.mean(axis=1)
    for i, row in enumerate(pairs.before):
        yield (
            *(row.aco_id, pairs.year, row.track, float(pairs.people[i]), 1.0 - float(np.exp(-pairs.known[i]))),
            *map(float, rates[i]),
            *(float(pairs.savings_rate[i]), float(year.rate_pit[i]), float(year.p_earns[i]), float(year.p_owes[i])),
            *(float(mean[i]), float(low[i]), float(high[i])),
            *(float(pairs.amount_usd[i]), float(year.amount_pit[i])),
        )


def json_object(found: Backtest) -> dict[str, Any]:
    """The backtest for ``--json`` and for the validation pack: scores by year and size, and what was learned."""
    return {
        "draws": found.draws,
        "seed": found.seed,
        "years": {year.pairs.name: _year_object(year) for year in found.years},
        "problems": [{"place": problem.place, "message": problem.message} for problem in found.problems],
    }


def _year_object(year: YearScore) -> dict[str, Any]:
    movement = year.forecast.movement
    learned = ("learned_from", "effect", "effect_by_people", "kept", "kept_renewed", "degrees", "shift")
    return {
        "acos": len(year.pairs),
        "earned_forecast": year.earned[0],
        "earned_published": year.earned[1],
        "owed_forecast": year.owed[0],
        "owed_published": year.owed[1],
        "brier_earns": year.brier_earns.value,
        "brier_earns_error": year.brier_earns.error,
        "brier_last_years_share": year.brier_base.value,
        "movement": {name: getattr(movement, name) for name in learned},
        "sizes": [_band_object(band) for band in year.bands],
        "p_earns": [_bin_object(each) for each in year.earns],
        "p_owes": [_bin_object(each) for each in year.owes],
        "rate_pit_in_tenths": _tenths(year.rate_pit),
        "amount_pit_in_tenths": _tenths(year.amount_pit),
    }


def _band_object(band: BandScore) -> dict[str, Any]:
    told: dict[str, Any] = {"size": band.band, "acos": band.acos}
    for name, coverages in zip(("rate", "amount"), _coverages(band), strict=True):
        for each in coverages:
            told[f"{name}_coverage_{100 * each.level:g}"] = each.covered.value
            told[f"{name}_coverage_{100 * each.level:g}_error"] = each.covered.error
    scores: tuple[tuple[str, Mapping[str, Estimated]], ...] = (("rate", band.rate_crps), ("amount", band.amount_crps))
    for name, crps in scores:
        for forecast, scored in crps.items():
            told[f"{name}_crps {forecast}"] = scored.value
            told[f"{name}_crps {forecast} error"] = scored.error
    return told | {"bias": band.bias.value, "bias_error": band.bias.error}


def _bin_object(found: Bin) -> dict[str, Any]:
    return {"acos": found.acos, "said": found.said, "came": found.came.value, "error": found.came.error}


def _tenths(values: Any) -> list[int]:
    counts = np.histogram(values, bins=10, range=(0.0, 1.0))[0]
    return [int(count) for count in counts]
