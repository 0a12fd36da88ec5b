"""How well a fit describes its data: persons simulated from it against the persons it was fitted to.

The model's persons have two years each; so do the data's, in pairs of consecutive whole years. Statistics (Anderson-
Darling and Kolmogorov-Smirnov of yearly cost by its probability integral transform, chi-square of counts, correlations
of two years) are judged by as many persons drawn at random from the simulated ones, often: the p-value is the share of
such samples that lie as far off. Parameters were fitted to the same data and not anew to the samples, so these p-values
are somewhat too large; a small one is a finding all the same. Costs of single services are judged by
parametric bootstrap, with the spread fitted anew to each sample (Stute, Gonzalez Manteiga & Presedo Quindimil 1993).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from vbcsim.calibrate.claims.person_years import PersonYears
from vbcsim.calibrate.fit.severity import Severity, of_singles, single_costs
from vbcsim.experience.people import People

if TYPE_CHECKING:
    from vbcsim.calibrate.fit.fit import LineFit

__all__ = ["Check", "Goodness", "Quantile", "goodness_of", "people_of", "severity_check"]

Floats = NDArray[np.float64]

PERSONS: Final = 30_000
SAMPLES: Final = 199
_MOST_PERSONS: Final = 6000
"""Pairs of years beyond these are thinned by chance, as are single costs."""
_MOST_COSTS: Final = 3000
"""Single costs beyond these are thinned by chance: a test of millions refuses every law."""
_LEVELS: Final = (0.5, 0.75, 0.9, 0.95, 0.99, 0.995, 0.999)
_BINS: Final = (0, 1, 2, 3, 4, 6, 9, 13, 21, 41)
"""Lower ends of the classes of counts."""
_SMALL: Final = 11
_WHOLE_YEAR: Final = 11.5


@dataclass(frozen=True, slots=True)
class Check:
    """One comparison."""

    name: str
    statistic: str
    observed: float
    expected: float
    """Middle of the samples from the model."""
    p_value: float
    n: int


@dataclass(frozen=True, slots=True)
class Quantile:
    """A quantile of yearly cost over its mean, in the data and in 90 % of the model's samples."""

    level: float
    observed: float
    model: float
    low: float
    high: float


@dataclass(frozen=True)
class Goodness:
    """All comparisons of a line of business."""

    persons: int
    checks: tuple[Check, ...]
    quantiles: tuple[Quantile, ...]
    pit: tuple[float, ...]
    """Share of person-years in each tenth of the model's distribution; 0.1 each where it fits; empty where few."""


def people_of(data: PersonYears, cell: NDArray[np.int64]) -> People:
    """Persons in pairs of consecutive whole years, a person with four years twice."""
    order = np.lexsort((data.year, data.person))
    rows = order[data.months[order] >= _WHOLE_YEAR]
    pairs = []
    k = 0
    person, year = data.person[rows], data.year[rows]
    while k < len(rows) - 1:
        if person[k] == person[k + 1] and year[k] + 1 == year[k + 1]:
            pairs.append((rows[k], rows[k + 1]))
            k += 2
        else:
            k += 1
    at = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    counts, usd = data.services[at].astype(np.float32), data.usd[at].astype(np.float32)
    return People(counts, usd, cell[at[:, 0]].astype(np.int32), data.categories)


def goodness_of(fit: LineFit, *, seed: int = 1, persons: int = PERSONS, samples: int = SAMPLES) -> Goodness:
    """Simulate persons from the fit at the mean level of its years, and compare."""
    rng = np.random.default_rng(seed)
    names = fit.data.categories
    checks = [
        severity_check(name, *single_costs(fit.data, fit.levels, j), fit.severities[name], seed)
        for j, name in enumerate(names)
    ]
    severities = tuple(check for check in checks if check is not None)
    real = people_of(fit.data, fit.levels.cell)
    if len(real) < _SMALL:
        return Goodness(len(real), severities, (), ())
    if len(real) > _MOST_PERSONS:
        real = real.part(rng.choice(len(real), _MOST_PERSONS, replace=False))
    shown = [j for j, name in enumerate(names) if name not in fit.few]
    simulated = fit.population(fit.mean_year).simulate(persons, seed=seed)
    place = np.sort(simulated.total_usd.ravel())
    model, seen = (_Seen.of(people, shown, place) for people in (simulated, real))
    shares = np.array([_tally(c) for c in model.classes]) / place.size
    u = seen.transformed(place.size, rng)
    observed, quantiles = _statistics(seen, u, shares), _over_mean(seen)
    # One sample after the other: all of them together would not fit into memory.
    drawn, theirs = [], []
    for _ in range(samples):
        sample = model.part(rng.integers(len(model.cost), size=len(real)))
        drawn.append(_statistics(sample, sample.transformed(place.size, rng), shares))
        theirs.append(_over_mean(sample))
    found = [
        _judged(name, statistic, observed[k], [d[k] for d in drawn], len(real) * years, both=statistic == "Pearson")
        for k, (name, statistic, years) in enumerate(_names([names[j] for j in shown]))
    ]
    pit = np.histogram(u, bins=10, range=(0, 1))[0]
    tenths = tuple(float(n) for n in pit / u.size) if pit.min() >= _SMALL else ()
    return Goodness(len(real), (*found, *severities), _ranges(quantiles, theirs, real.total_usd.size), tenths)


@dataclass(frozen=True, eq=False)
class _Seen:
    """Persons as they are compared: yearly cost, and the class of their counts by category that is compared."""

    cost: Floats
    """Shape (person, 2)."""
    rank: NDArray[np.int64]
    """How many of the model's person-years cost less, and how many cost no more, shape (2, person, 2)."""
    classes: NDArray[np.int8]
    """Shape (category, person, 2)."""

    @classmethod
    def of(cls, people: People, shown: list[int], place: Floats) -> _Seen:
        """:param place: yearly costs of the model's persons in order."""
        cost = people.total_usd
        rank = np.stack([np.searchsorted(place, cost, side="left"), np.searchsorted(place, cost, side="right")])
        counts = np.moveaxis(people.counts[:, :, shown], 2, 0)
        return cls(cost, rank, (np.searchsorted(np.array(_BINS), counts, side="right") - 1).astype(np.int8))

    def part(self, chosen: NDArray[np.int64]) -> _Seen:
        return _Seen(self.cost[chosen], self.rank[:, chosen], self.classes[:, chosen])

    def transformed(self, size: int, rng: np.random.Generator) -> Floats:
        """Probability integral transform by the model's costs; ties are spread evenly by chance."""
        low, high = self.rank.reshape(2, -1)
        place = (low + rng.random(low.size) * (high - low + 1)) / (size + 1)
        return np.asarray(np.clip(place, 1e-9, 1.0 - 1e-9))


def _statistics(seen: _Seen, u: Floats, shares: Floats) -> list[float]:
    """Every statistic of some persons; ``shares`` are the model's, of person-years in each class of counts."""
    cost = seen.cost
    memory = [_correlation(np.minimum(cost, 10.0 * cost.mean())), _correlation(np.log1p(cost))]
    counts = [_chi_square(_tally(c), share) for c, share in zip(seen.classes, shares, strict=True)]
    return [_anderson(u), _kolmogorov(u), *memory, *counts]


def _names(categories: list[str]) -> list[tuple[str, str, int]]:
    """Of what, which statistic, and years of a person in it; in the order of the statistics."""
    cost = [("yearly cost", "Anderson-Darling", 2), ("yearly cost", "Kolmogorov-Smirnov", 2)]
    capped = "correlation of cost, capped at 10 x mean"
    counts = [(f"counts of {name}", "chi-square", 2) for name in categories]
    return [*cost, (capped, "Pearson", 1), ("correlation of log cost", "Pearson", 1), *counts]


def _over_mean(seen: _Seen) -> Floats:
    """Quantiles of yearly cost over its mean."""
    return np.asarray(np.quantile(seen.cost, _LEVELS) / seen.cost.mean())


def severity_check(
    name: str, costs: Floats, how: str, found: Severity | None, seed: int, samples: int = 99
) -> Check | None:
    """Anderson-Darling of single costs under the fitted law, by parametric bootstrap; none where totals set it."""
    from vbcsim.random.tables import SplicedCost

    if found is None or found.how != how:
        return None
    rng = np.random.default_rng(seed)
    x = costs[costs > 0]
    if len(x) > _MOST_COSTS:
        x = rng.choice(x, _MOST_COSTS, replace=False)
    observed = _severity_distance(x)
    law = SplicedCost(found.body_sigma, found.tail_probability, found.tail_index)
    drawn = [_severity_distance(law.quantile(1.0 - rng.random(len(x)))) for _ in range(samples)]
    return _judged(f"cost per service of {name}", "Anderson-Darling", observed, drawn, len(x))


def _severity_distance(x: Floats) -> float:
    """Distance of costs from the law fitted to them, located at their own median."""
    from scipy.special import ndtr

    found = of_singles(x)
    if found is None:
        return 0.0
    median = float(np.median(x))
    x = np.sort(x / median)
    u = ndtr(np.log(x) / found.body_sigma)
    if found.tail_probability > 0:
        k = round(found.tail_probability * len(x))
        splice = x[-k - 1]
        beyond = x > splice
        u[beyond] = 1.0 - found.tail_probability * (splice / x[beyond]) ** found.tail_index
    return _anderson(np.clip(u, 1e-12, 1.0 - 1e-12))


def _anderson(u: Floats) -> float:
    s = np.sort(u)
    n = len(s)
    k = 2.0 * np.arange(1, n + 1) - 1.0
    return float(-n - (k @ (np.log(s) + np.log1p(-s[::-1]))) / n)


def _kolmogorov(u: Floats) -> float:
    s = np.sort(u)
    k = np.arange(1, len(s) + 1) / len(s)
    return float(max((k - s).max(), (s - k + 1.0 / len(s)).max()))


def _tally(classes: NDArray[np.int8]) -> Floats:
    """How many person-years fall into each class of counts."""
    return np.bincount(classes.ravel(), minlength=len(_BINS)).astype(np.float64)


def _chi_square(seen: Floats, share: Floats) -> float:
    """Chi-square over classes, the rare ones put together from above until ten are expected."""
    expected = share * seen.sum()
    while len(expected) > 2 and expected[-1] < 10.0:
        expected = np.append(expected[:-2], expected[-2] + expected[-1])
        seen = np.append(seen[:-2], seen[-2] + seen[-1])
    return float(((seen - expected) ** 2 / np.maximum(expected, 0.5)).sum())


def _correlation(two: Floats) -> float:
    return float(np.asarray(np.corrcoef(two.T))[0, 1]) if (two.std(axis=0) > 0).all() else 0.0


def _judged(name: str, statistic: str, observed: float, drawn: list[float], n: int, *, both: bool = False) -> Check:
    """The share of samples at least as far off; of a statistic with two sides, twice that of the nearer one."""
    values = np.array(drawn)
    above = (1 + (values >= observed).sum()) / (1 + len(values))
    below = (1 + (values <= observed).sum()) / (1 + len(values))
    p = min(1.0, 2.0 * min(above, below)) if both else above
    return Check(name, statistic, observed, float(np.median(values)), float(p), n)


def _ranges(observed: Floats, drawn: list[Floats], n: int) -> tuple[Quantile, ...]:
    """Quantiles beyond which there are eleven person-years at least."""
    low, middle, high = (np.quantile(np.stack(drawn), p, axis=0) for p in (0.05, 0.5, 0.95))
    rows = zip(_LEVELS, observed, middle, low, high, strict=True)
    return tuple(Quantile(*map(float, row)) for row in rows if n * (1.0 - row[0]) >= _SMALL)
