"""Facts measured on simulated persons: one small function per kind, and the error of the simulation by batches.

Facts of one year are taken over both simulated years together, as surveys pool person-years; facts of two years from
the first to the second. The standard error is that of the mean over batches of whole persons.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from vbcsim.calibrate.facts import Fact
from vbcsim.experience.people import People

__all__ = ["BATCHES", "MEASURES", "measure", "measure_with_error"]

BATCHES = 20
"""Batches of persons from which the standard error is taken."""

Floats = NDArray[np.float64]
Measure = Callable[[People, Fact], float]


def measure(people: People, fact: Fact) -> float:
    """The figure of the fact's kind among these persons (nan where nobody could be measured)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(MEASURES[fact.kind](people, fact))


def measure_with_error(people: People, fact: Fact) -> tuple[float, float]:
    """The figure and its standard error as a simulated one."""
    value = measure(people, fact)
    if fact.kind == "group_sd":
        groups = len(people) // int(fact.at or 1)
        return value, float(value / np.sqrt(2.0 * max(groups - 1, 1)))
    parts = [measure(people.part(batch), fact) for batch in np.array_split(np.arange(len(people)), BATCHES)]
    found = np.array([p for p in parts if np.isfinite(p)])
    return value, float(found.std(ddof=1) / np.sqrt(len(found))) if len(found) > 1 else float("nan")


def _counts(people: People, fact: Fact, place: int = 0) -> Floats:
    """Counts of a group of categories, shape (person, year)."""
    at = [people.categories.index(c) for c in fact.categories[place]]
    return np.asarray(people.counts[:, :, at].sum(axis=2, dtype=np.float64))


def _cost(people: People, fact: Fact, place: int = 0) -> Floats:
    """Cost of a group of categories, or of all where the fact names none; shape (person, year)."""
    if not fact.categories:
        return people.total_usd
    at = [people.categories.index(c) for c in fact.categories[place]]
    return np.asarray(people.cost_usd[:, :, at].sum(axis=2, dtype=np.float64))


def _at(fact: Fact) -> float:
    assert fact.at is not None
    return fact.at


def _top(values: Floats, share: float) -> NDArray[np.int64]:
    """Positions of the largest ``share`` of the values."""
    k = max(1, round(share * len(values)))
    return np.argpartition(values, len(values) - k)[len(values) - k :]


def _correlation(a: Floats, b: Floats) -> float:
    return float(np.corrcoef(a, b)[0, 1]) if a.std() > 0 and b.std() > 0 else float("nan")


def _mean_cost_pmpm(people: People, fact: Fact) -> float:
    return float(_cost(people, fact).mean() / 12.0)


def _mean_cost_per_service(people: People, fact: Fact) -> float:
    return float(_cost(people, fact).sum() / _counts(people, fact).sum())


def _utilization(people: People, fact: Fact) -> float:
    return float(1000.0 * _counts(people, fact).mean())


def _cost_share(people: People, fact: Fact) -> float:
    return float(_cost(people, fact).sum() / people.total_usd.sum())


def _cost_cv(people: People, fact: Fact) -> float:
    cost = _cost(people, fact)
    return float(cost.std() / cost.mean())


def _top_share(people: People, fact: Fact) -> float:
    cost = people.total_usd.ravel()
    return float(cost[_top(cost, _at(fact))].sum() / cost.sum())


def _zero_share(people: People, fact: Fact) -> float:  # noqa: ARG001 - every measure is called alike
    return float((people.counts.sum(axis=2) == 0).mean())


def _quantile_over_mean(people: People, fact: Fact) -> float:
    cost = people.total_usd
    return float(np.quantile(cost, _at(fact)) / cost.mean())


def _exceed_per_million(people: People, fact: Fact) -> float:
    cost = people.total_usd
    return float(1e6 * (cost > _at(fact) * cost.mean()).mean())


def _tail_index(people: People, fact: Fact) -> float:
    cost = people.total_usd.ravel()
    top = np.sort(cost[_top(cost, _at(fact))])
    return float(1.0 / np.log(top[1:] / top[0]).mean())


def _group_sd(people: People, fact: Fact) -> float:
    size = int(_at(fact))
    groups = len(people) // size
    if groups < 2:
        return float("nan")
    cost = people.total_usd[: groups * size]
    means = cost.reshape(groups, size, -1).mean(axis=1)
    return float(np.sqrt((means.var(axis=0, ddof=1)).mean()) / cost.mean())


def _stay_top(people: People, fact: Fact) -> float:
    first, second = (_top(people.total_usd[:, t], _at(fact)) for t in (0, 1))
    return len(np.intersect1d(first, second)) / len(first)


def _stay_bottom(people: People, fact: Fact) -> float:
    first, second = (_top(-people.total_usd[:, t], _at(fact)) for t in (0, 1))
    return len(np.intersect1d(first, second)) / len(first)


def _cost_correlation(people: People, fact: Fact) -> float:
    return _correlation(*_cost(people, fact).T)


def _capped_correlation(people: People, fact: Fact) -> float:
    cost = people.total_usd
    return _correlation(*np.minimum(cost, _at(fact) * cost.mean()).T)


def _log_correlation(people: People, fact: Fact) -> float:  # noqa: ARG001
    return _correlation(*np.log1p(people.total_usd).T)


def _count_correlation(people: People, fact: Fact) -> float:
    return _correlation(*_counts(people, fact).T)


def _next_over_this(people: People, fact: Fact) -> float:
    this, following = people.total_usd.T
    top = _top(this, _at(fact))
    return float(following[top].sum() / this[top].sum())


def _next_rate_over_all(people: People, fact: Fact) -> float:
    this, following = _counts(people, fact).T
    return float(following[this >= _at(fact)].mean() / following.mean()) if (this >= _at(fact)).any() else float("nan")


def _overdispersion(people: People, fact: Fact) -> float:
    """Pooled within cells: sum of (variance - mean) over sum of squared means, by persons of the cell."""
    counts = _counts(people, fact)
    size = np.bincount(people.cell)
    over, square = 0.0, 0.0
    for t in range(counts.shape[1]):
        mean = np.bincount(people.cell, counts[:, t]) / np.maximum(size, 1)
        second = np.bincount(people.cell, counts[:, t] ** 2) / np.maximum(size, 1)
        over += float(size @ (second - mean**2 - mean))
        square += float(size @ mean**2)
    return over / square if square > 0 else float("nan")


def _one_event(people: People, fact: Fact) -> Floats:
    """Cost of persons with exactly one event of the group in a year."""
    cost = _cost(people, fact)[_counts(people, fact) == 1.0]
    return cost[cost > 0]


def _severity_log_sd(people: People, fact: Fact) -> float:
    cost = _one_event(people, fact)
    return float(np.log(cost).std()) if len(cost) > 1 else float("nan")


def _severity_cv(people: People, fact: Fact) -> float:
    cost = _one_event(people, fact)
    return float(cost.std() / cost.mean()) if len(cost) > 1 else float("nan")


def _rank_correlation(people: People, fact: Fact) -> float:
    from scipy.stats import rankdata

    return _correlation(*(rankdata(_cost(people, fact, place)[:, 0]) for place in (0, 1)))


MEASURES: Final[dict[str, Measure]] = {
    "mean_cost_pmpm": _mean_cost_pmpm,
    "mean_cost_per_service": _mean_cost_per_service,
    "utilization_per_1000": _utilization,
    "cost_share": _cost_share,
    "cost_cv": _cost_cv,
    "top_share": _top_share,
    "zero_share": _zero_share,
    "quantile_over_mean": _quantile_over_mean,
    "exceed_per_million": _exceed_per_million,
    "tail_index": _tail_index,
    "group_sd": _group_sd,
    "stay_top": _stay_top,
    "stay_bottom": _stay_bottom,
    "cost_correlation": _cost_correlation,
    "capped_correlation": _capped_correlation,
    "log_correlation": _log_correlation,
    "count_correlation": _count_correlation,
    "next_over_this": _next_over_this,
    "next_rate_over_all": _next_rate_over_all,
    "overdispersion": _overdispersion,
    "severity_log_sd": _severity_log_sd,
    "severity_cv": _severity_cv,
    "rank_correlation": _rank_correlation,
}
"""How each kind of fact is measured."""
