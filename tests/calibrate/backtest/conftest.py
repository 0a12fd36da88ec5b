"""Made-up panels of ACOs with known movement, and the public-use files where they are."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from vbcsim.calibrate.aco_year import AcoYear
from vbcsim.calibrate.backtest.pairs import Pairs
from vbcsim.calibrate.backtest.run import Backtest, backtest

AN_ACO = AcoYear(
    place="file:2",
    aco_id="A1",
    aco_name="Made up",
    performance_year=2021,
    months=12,
    track="basic_b",
    agreement_start=date(2020, 1, 1),
    agreement_period=1,
    lives=10_000.0,
    person_years=9_800.0,
    benchmark_usd=1e8,
    expenditure_usd=9.6e7,
    published_usd=0.0,
    minimum_rate=0.02,
    minimum_rate_half_unit=0.0005,
    quality_score=1.0,
    quality_half_unit=0.0,
    standard="met",
    disaster_usd=0.0,
    low_revenue=True,
    guardrail=False,
)


def panel(n: int, year: int, *, seed: int, effect: float = 9e-4, by_people: float = 15.0, kept: float = 0.8,
          degrees: float = 8.0, chance: float = 2.62, shift: float = 0.0) -> Pairs:  # fmt: skip
    """ACOs whose savings of two years are bivariate Student t, as the model says; no agreement is renewed."""
    rng = np.random.default_rng(seed)
    people = np.exp(rng.uniform(np.log(6_000), np.log(60_000), n))
    own, luck = effect + by_people / people, chance / people
    variance, covariance = own + luck, kept * own + 0.39 * 0.844 * luck
    first = rng.standard_normal(n)
    second = covariance / variance * first + np.sqrt(1 - (covariance / variance) ** 2) * rng.standard_normal(n)
    tails = np.sqrt((degrees - 2) / rng.chisquare(degrees, n)) * np.sqrt(variance)
    before, after = [], []
    for i in range(n):
        row = replace(AN_ACO, aco_id=f"A{i:05d}", lives=float(people[i]), person_years=float(people[i]))
        for rows, s, at in ((before, first[i], year - 1), (after, second[i] + shift / tails[i], year)):
            spent = 1e8 * np.exp(-0.02 - s * tails[i])
            rows.append(replace(row, performance_year=at, expenditure_usd=float(spent)))
    return Pairs(year, tuple(before), tuple(after))


@pytest.fixture(scope="session")
def real(shared_data: Path) -> Backtest:
    """The backtest of the public-use files."""
    return backtest([shared_data / "mssp" / f"py{y}.csv" for y in (2015, 2016, 2021, 2022)], draws=400)
