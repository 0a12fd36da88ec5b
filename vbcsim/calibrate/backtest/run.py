"""The backtest: learn on other years, forecast, compare with what was published."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vbcsim.calibrate.backtest.forecast import Forecast, forecast
from vbcsim.calibrate.backtest.movement import fit_movement, shipped_movement
from vbcsim.calibrate.backtest.pairs import Pairs, pairs_of_files
from vbcsim.calibrate.backtest.score import (
    Bin,
    Coverage,
    Estimated,
    brier,
    coverage,
    crps,
    crps_normal,
    mean_of,
    pit,
    reliability,
)
from vbcsim.calibrate.public_use_file import read_public_use_file
from vbcsim.core.errors import BadInput, Problem
from vbcsim.random.named import addresses_of
from vbcsim.random.streams import Stream
from vbcsim.random.twin import uniforms

__all__ = ["BANDS", "Backtest", "BandScore", "YearScore", "backtest"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

BANDS = (
    ("all", 0, 10**9),
    ("below 10,000", 0, 10_000),
    ("10,000 to 20,000", 10_000, 20_000),
    ("20,000 to 40,000", 20_000, 40_000),
    ("40,000 and more", 40_000, 10**9),
)
"""Sizes [person-years] that are scored apart: name, from, below."""
CENT = 0.005


@dataclass(frozen=True)
class BandScore:
    """Scores of the ACOs of a size."""

    band: str
    acos: int
    rate_coverage: tuple[Coverage, ...]
    amount_coverage: tuple[Coverage, ...]
    rate_crps: Mapping[str, Estimated]
    """Of the savings rate [points of the benchmark], by forecast: ``vbcsim`` and the naive ones."""
    amount_crps: Mapping[str, Estimated]
    """Of the earned amount [USD], likewise."""
    bias: Estimated
    """Mean of published less forecast savings rate."""


@dataclass(frozen=True)
class YearScore:
    """One year forecast from the one before."""

    forecast: Forecast
    rate_pit: Floats
    amount_pit: Floats
    p_earns: Floats
    p_owes: Floats
    bands: tuple[BandScore, ...]
    earns: tuple[Bin, ...]
    owes: tuple[Bin, ...]
    brier_earns: Estimated
    brier_owes: Estimated
    brier_base: Estimated
    """Of saying for every ACO the share that earned in the earlier year."""

    @property
    def pairs(self) -> Pairs:
        return self.forecast.pairs

    @property
    def earned(self) -> tuple[float, float]:
        """Number of ACOs that earned: forecast and published."""
        return float(self.p_earns.sum()), float((self.pairs.amount_usd > CENT).sum())

    @property
    def owed(self) -> tuple[float, float]:
        """Number of ACOs that owed: forecast and published."""
        return float(self.p_owes.sum()), float((self.pairs.amount_usd < -CENT).sum())


@dataclass(frozen=True)
class Backtest:
    """Every pair of consecutive years of the files, scored."""

    draws: int
    seed: int
    years: tuple[YearScore, ...]
    problems: tuple[Problem, ...]


def backtest(files: Iterable[str | Path], *, draws: int = 2000, seed: int = 1, year: int | None = None) -> Backtest:
    """Forecast every year that has the year before in the files, and score it.

    The movement of savings is learned on all other pairs of years that share no year with the one forecast; where there
    is none, the shipped figures of the provider group are used.

    :raises BadInput: where a file is no public-use file, or no two years are consecutive.
    """
    if not 2 <= draws <= 100_000:
        raise BadInput("--draws", f"{draws} was given; choose 2 to 100,000")
    read = [read_public_use_file(path, year) for path in files]
    every = pairs_of_files(read)
    scores = []
    for pairs in every:
        others = [other for other in every if abs(other.year - pairs.year) > 1]
        movement = fit_movement(others) if others else shipped_movement()
        scores.append(score(forecast(pairs, movement, draws=draws, seed=seed), seed))
    return Backtest(draws, seed, tuple(scores), tuple(problem for file in read for problem in file.problems))


def score(found: Forecast, seed: int) -> YearScore:
    """Scores of a forecast year."""
    pairs = found.pairs
    cell, member = addresses_of([row.aco_id for row in pairs.before])
    spread = uniforms(seed, Stream.PANEL, draw=0, cell=cell, member=member, period=pairs.year % 256, item=3)
    rate_pit = pit(found.savings_rate, pairs.savings_rate, spread)
    # Published amounts are whole dollars: what is within half a cent of nothing is nothing.
    amounts = np.where(np.abs(found.amount_usd) < CENT, 0.0, found.amount_usd)
    amount_pit = pit(amounts, pairs.amount_usd, spread)
    p_earns, p_owes = (amounts > CENT).mean(axis=1), (amounts < -CENT).mean(axis=1)
    earned, owed = pairs.amount_usd > CENT, pairs.amount_usd < -CENT
    base = np.mean([row.published_usd > CENT for row in pairs.before])
    scored = _Scored(
        rate_pit,
        amount_pit,
        {"vbcsim": crps(found.savings_rate, pairs.savings_rate)} | _naive_rates(pairs),
        {"vbcsim": crps(amounts, pairs.amount_usd)} | _naive_amounts(pairs),
        pairs.savings_rate - found.savings_rate.mean(axis=1),
    )
    bands = [scored.band(name, (pairs.people >= low) & (pairs.people < high)) for name, low, high in BANDS]
    return YearScore(
        forecast=found,
        rate_pit=rate_pit,
        amount_pit=amount_pit,
        p_earns=p_earns,
        p_owes=p_owes,
        bands=tuple(band for band in bands if band.acos > 0),
        earns=reliability(p_earns, earned),
        owes=reliability(p_owes, owed),
        brier_earns=brier(p_earns, earned),
        brier_owes=brier(p_owes, owed),
        brier_base=brier(np.full(len(pairs), base), earned),
    )


@dataclass(frozen=True)
class _Scored:
    """Scores by ACO, to be summed up by size."""

    rate_pit: Floats
    amount_pit: Floats
    rate_crps: Mapping[str, Floats]
    amount_crps: Mapping[str, Floats]
    off: Floats

    def band(self, name: str, own: Flags) -> BandScore:
        return BandScore(
            band=name,
            acos=int(own.sum()),
            rate_coverage=coverage(self.rate_pit[own]),
            amount_coverage=coverage(self.amount_pit[own]),
            rate_crps={forecast: mean_of(values[own]) for forecast, values in self.rate_crps.items()},
            amount_crps={forecast: mean_of(values[own]) for forecast, values in self.amount_crps.items()},
            bias=mean_of(self.off[own]),
        )


def _naive_rates(pairs: Pairs) -> dict[str, Floats]:
    """Last year's rate; and one normal for all ACOs, with mean and standard deviation of last year's rates."""
    last = 1.0 - np.exp(-pairs.known)
    return {
        "last year's": np.abs(pairs.savings_rate - last),
        "pooled normal": crps_normal(float(last.mean()), float(last.std(ddof=1)), pairs.savings_rate),
    }


def _naive_amounts(pairs: Pairs) -> dict[str, Floats]:
    """Last year's amount; and the share of the benchmark that any ACO got last year, drawn from all of them."""
    last = np.array([row.published_usd for row in pairs.before])
    benchmark = np.array([row.benchmark_usd for row in pairs.before])
    pooled = np.sort(last / benchmark)[None, :] * benchmark[:, None]
    return {"last year's": np.abs(pairs.amount_usd - last), "pooled": crps(pooled, pairs.amount_usd)}
