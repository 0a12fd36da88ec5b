"""Reproduce the figures of group_effect.md from CMS public-use files: how far an ACO moves beyond its members' chance.

python docs/explanation/group_effect.py FOLDER     (FOLDER holds py2015.csv, py2016.csv, py2021.csv and py2022.csv)
"""

from __future__ import annotations

import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize

from vbcsim.calibrate.aco_year import AcoYear
from vbcsim.calibrate.defaults import default
from vbcsim.calibrate.member_chance import COST_CORRELATION, member_variance
from vbcsim.calibrate.public_use_file import read_public_use_file

# Weights of the three base years of a first agreement, 42 CFR 425.602; their lags from the last base year.
WEIGHTS, LAGS = np.array([0.1, 0.3, 0.6]), np.array([-2, -1, 0])
# A group whose people changed by more is another group; below 5,000 lives the program has other rules.
MOST_CHANGE, LEAST_LIVES = 0.2, 5000


@dataclass(frozen=True)
class Moment:
    """One squared deviation: a yearly change (``lag`` 0) or a level ``lag`` years after the last base year."""

    year: int
    lag: int
    people: float
    deviation: float
    state: str = ""


def savings(row: AcoYear) -> float:
    """Logarithm of benchmark over spending."""
    return float(np.log(row.benchmark_usd / row.expenditure_usd))


def changes(first: dict[str, AcoYear], second: dict[str, AcoYear]) -> list[Moment]:
    """Changes of the savings rate from one year to the next within an agreement, less their median (the market's)."""
    pairs = [
        (a, second[name])
        for name, a in first.items()
        if name in second and second[name].agreement_start == a.agreement_start
    ]
    kept = [
        (a, b)
        for a, b in pairs
        if abs(np.log(people(b) / people(a))) < MOST_CHANGE and min(a.lives, b.lives) >= LEAST_LIVES
    ]
    moved = np.array([savings(b) - savings(a) for a, b in kept])
    moved -= np.median(moved)
    return [
        Moment(b.performance_year, 0, (people(a) + people(b)) / 2, float(change), a.cells.get("aco_state", ""))
        for (a, b), change in zip(kept, moved, strict=True)
    ]


def people(row: AcoYear) -> float:
    """Person-years."""
    return row.person_years or row.lives


def levels(year: int, rows: dict[str, AcoYear]) -> list[Moment]:
    """Savings rates of first agreements, less the mean of those as long under way."""
    found = []
    for lag in (1, 2, 3):
        group = [
            row
            for row in rows.values()
            if row.agreement_start is not None
            and row.agreement_start.year == year - lag + 1
            and row.agreement_period in (None, 1)
            and row.track == "track_1"
            and row.lives >= LEAST_LIVES
        ]
        rates = np.array([savings(row) for row in group])
        found += [
            Moment(year, lag, people(row), float(rate - rates.mean())) for row, rate in zip(group, rates, strict=True)
        ]
    return found


def growth(correlation: float) -> np.ndarray[Any, Any]:
    """Variance, in units of one year's, of a yearly change and of the level 1, 2, 3 years after the last base year."""
    base = (np.outer(WEIGHTS, WEIGHTS) * correlation ** np.abs(np.subtract.outer(LAGS, LAGS))).sum()
    level = [1 + base - 2 * (WEIGHTS * correlation ** (lag - LAGS)).sum() for lag in (1, 2, 3)]
    return np.array([2 * (1 - correlation), *level])


def fit(moments: list[Moment], persistence: float, member: float) -> tuple[float, float, float]:
    """Variance of the group's effect as a + b / people: a, b, and minus the log likelihood (normal)."""
    lag = np.array([m.lag for m in moments])
    n = np.array([m.people for m in moments])
    squared = np.array([m.deviation for m in moments]) ** 2
    chance = member * growth(COST_CORRELATION)[lag] / n
    unit = growth(persistence)[lag]

    def loss(logs: np.ndarray[Any, Any]) -> float:
        expected = chance + unit * (np.exp(logs[0]) + np.exp(logs[1]) / n)
        return float(0.5 * (np.log(expected) + squared / expected).sum())

    options = {"maxiter": 4000, "xatol": 1e-5, "fatol": 1e-7}
    best = min(
        (minimize(loss, np.log([a, b]), method="Nelder-Mead", options=options) for a in (0.001, 0.01) for b in (5, 50)),
        key=lambda done: done.fun,
    )
    return float(np.exp(best.x[0])), float(np.exp(best.x[1])), float(best.fun)


def between_states(moments: list[Moment]) -> tuple[float, float, int]:
    """Variance between states of the changes, its F ratio, and the number of states (one-way analysis of variance)."""
    by_state: dict[str, list[float]] = defaultdict(list)
    for moment in moments:
        by_state[moment.state.split(",")[0].strip()].append(moment.deviation)
    groups = [np.array(values) for values in by_state.values()]
    count, k = sum(map(len, groups)), len(groups)
    grand = np.concatenate(groups).mean()
    within = sum(((g - g.mean()) ** 2).sum() for g in groups) / (count - k)
    between = sum(len(g) * (g.mean() - grand) ** 2 for g in groups) / (k - 1)
    usual = (count - sum(len(g) ** 2 for g in groups) / count) / (k - 1)
    return float((between - within) / usual), float(between / within), k


def by_size(moments: list[Moment], member: float) -> None:
    """Print the standard deviation of yearly changes by size, what members' chance explains, and the rest."""
    print("  people           ACOs  sd of change  members' chance  rest")
    for low, high in ((5_000, 8_000), (8_000, 12_000), (12_000, 20_000), (20_000, 10**7)):
        inside = [m for m in moments if low <= m.people < high]
        total = np.std([m.deviation for m in inside], ddof=1) ** 2
        chance = 2 * member * (1 - COST_CORRELATION) * np.mean([1 / m.people for m in inside])
        rest = max(total - chance, 0.0) ** 0.5
        name = f"{low:,}-{high:,}" if high < 10**7 else f"{low:,} and more"
        print(f"  {name:<16} {len(inside):>4}  {total**0.5:11.1%}  {chance**0.5:14.1%}  {rest:5.1%}")


def main(folder: Path) -> None:
    """Print every figure of the page."""
    files = {
        y: {r.aco_id: r for r in read_public_use_file(folder / f"py{y}.csv").rows} for y in (2015, 2016, 2021, 2022)
    }
    member = member_variance()
    print(f"coefficient of variation of a member's truncated yearly cost: {member**0.5:.2f}")
    print(f"its correlation from year to year, people leaving: {COST_CORRELATION:.2f}")
    early, late = changes(files[2015], files[2016]), changes(files[2021], files[2022])
    for name, moments in (("2015 to 2016", early), ("2021 to 2022", late)):
        print(f"changes {name}: {len(moments)} ACOs")
        by_size(moments, member)
    every = [*early, *late, *levels(2015, files[2015]), *levels(2016, files[2016])]
    print("persistence, log likelihood against 0.98 (changes and levels):")
    best = fit(every, 0.98, member)[2]
    for persistence in (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98):
        print(f"  {persistence:.2f}  {best - fit(every, persistence, member)[2]:6.1f}")
    chosen = default("group_effect_persistence").value
    a, b, _ = fit(early + late, chosen, member)
    generator = np.random.default_rng(1)
    again = [
        fit([(early + late)[i] for i in generator.integers(0, len(early + late), len(early + late))], chosen, member)[
            :2
        ]
        for _ in range(200)
    ]
    low, high = np.percentile([(x + y / 15_000) ** 0.5 for x, y in again], [2.5, 97.5])
    print(f"at persistence {chosen}: variance = {a:.5f} + {b:.1f} / people")
    for size in (7_000, 15_000, 30_000, 100_000):
        sd = (a + b / size) ** 0.5
        print(
            f"  {size:>7,} people: sd of the effect {sd:.3f}, of its yearly change {(2 * (1 - chosen)) ** 0.5 * sd:.3f}"
        )
    print(f"  95 % interval at 15,000 people, by resampling ACOs: {low:.3f} to {high:.3f}")
    variance, ratio, states = between_states(early)
    print(f"changes 2015 to 2016 between {states} states: variance {variance:.6f}, F ratio {ratio:.2f}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
