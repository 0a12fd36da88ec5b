"""Solve a population's frailty and severity parameters from facts.

Facts with a closed form are computed exactly for every trial. The others are simulated with common random numbers: the
same addressed words serve every trial, so a figure moves smoothly with the parameters. Their slopes are taken once by
finite differences and corrected by each further simulation (Broyden), so that a solution costs about as many
simulations as there are parameters, and a few more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from vbcsim.calibrate.fact_measures import measure
from vbcsim.calibrate.fact_moments import CLOSED, Moments, closed_form
from vbcsim.calibrate.fact_parameters import Parameter, apply, parameters_of
from vbcsim.calibrate.facts import Fact
from vbcsim.calibrate.population import Population

__all__ = ["Solution", "is_closed", "solve", "with_levels"]

Floats = NDArray[np.float64]
Progress = Callable[[int, int], None]

_STEP: Final = 0.2
"""Difference on the free scale from which slopes of simulated facts are taken: wide enough to rise above noise."""
_ROUNDS: Final = 6
_PASSES: Final = 2
"""How often the slopes of simulated facts are taken afresh."""
_WITHIN: Final = 0.5
"""A fact weighs as if its tolerance were two standard errors."""
_ONE_YEAR: Final = frozenset(
    {"top_share", "quantile_over_mean", "exceed_per_million", "tail_index", "severity_cv", "severity_log_sd"}
    | {"rank_correlation"}
)
_LEVELS: Final = ("utilization_per_1000", "mean_cost_per_service")


@dataclass(frozen=True)
class Solution:
    """The solved population, and what the facts told of each parameter."""

    population: Population
    parameters: tuple[Parameter, ...]
    values: Floats
    told: Floats
    """Share of what was unknown of a parameter at the start that the facts took away, on the free scale."""
    alike: tuple[tuple[int, int, float], ...]
    """Pairs of parameters that the facts tell together only, with their correlation."""
    objective: tuple[float, ...]
    """The objective after each round, the start first."""


def is_closed(fact: Fact) -> bool:
    """Whether the fact has a closed form."""
    if fact.kind == "next_rate_over_all":
        return fact.at == 1.0
    return fact.kind in CLOSED and not (fact.kind == "severity_log_sd" and len(fact.categories[0]) > 1)


def with_levels(population: Population, facts: Sequence[Fact]) -> Population:
    """The population with rates and mean costs set to the facts that state them (``use`` fitting or level)."""
    rows: dict[str, dict[str, float]] = {}
    for fact in facts:
        if fact.kind not in _LEVELS or fact.use == "held_out":
            continue
        factor = fact.value / closed_form(Moments.of(population), fact)
        column = "utilization_per_1000" if fact.kind == "utilization_per_1000" else "mean_cost_usd"
        for category in fact.categories[0]:
            service = population.services[population.categories.index(category)]
            rows.setdefault(category, {})[column] = getattr(service, column) * factor
        population = population.changed(rows, {})
    return population


def solve(
    population: Population,
    facts: Sequence[Fact],
    *,
    persons: int = 60_000,
    seed: int = 1,
    rounds: int = _ROUNDS,
    progress: Progress | None = None,
) -> Solution:
    """Parameters that come nearest to the facts, starting from the population's own.

    :param facts: those to be met (``use`` fitting), measurable with the population's categories.
    :param persons: persons of each simulation.
    """
    problem = _Problem(population, tuple(facts), parameters_of(population, facts), persons, seed)
    place = np.array([p.free(p.start) for p in problem.parameters])
    passes = _PASSES if problem.simulated else 1
    runs, done = 1 + passes * (len(problem.moving) + rounds), 0

    def tick() -> None:
        nonlocal done
        done += 1
        if progress is not None:
            progress(min(done, runs), runs)

    figures = problem.simulate(place)
    tick()
    history = [problem.objective(place, figures)]
    slopes = np.zeros((len(figures), len(place)))
    for _ in range(passes):
        slopes = problem.slopes(place, figures, tick)
        place, figures, slopes = _walk(problem, place, figures, slopes, rounds, history, tick)
    told, alike = problem.identified(place, slopes)
    values = np.array([p.value(x) for p, x in zip(problem.parameters, place, strict=True)])
    return Solution(problem.at(place), problem.parameters, values, told, alike, tuple(history))


def _walk(
    problem: _Problem,
    place: Floats,
    figures: Floats,
    slopes: Floats,
    rounds: int,
    history: list[float],
    tick: Callable[[], None],
) -> tuple[Floats, Floats, Floats]:
    """From a place with slopes to a better one; each trial corrects the slopes, and a bad one halves the reach."""
    radius = 1.0
    for _ in range(rounds):
        trial = problem.nearest(place, figures, slopes, radius)
        moved = trial - place
        distance = float(moved @ moved)
        if distance < 1e-6:
            break
        found = problem.simulate(trial)
        tick()
        slopes = slopes + np.outer(found - figures - slopes @ moved, moved) / distance
        value = problem.objective(trial, found)
        if value < history[-1]:
            place, figures = trial, found
        else:
            radius *= 0.4
        history.append(min(value, history[-1]))
    return place, figures, slopes


def differences(function: Callable[[Floats], Floats], place: Floats, step: float = 1e-4) -> Floats:
    """Slopes of a smooth function by forward differences, shape (figure, parameter)."""
    before = function(place)
    slopes = np.zeros((len(before), len(place)))
    for k in range(len(place)):
        moved = place.copy()
        moved[k] += step
        slopes[:, k] = (function(moved) - before) / step
    return slopes


@dataclass(frozen=True)
class _Problem:
    """Facts, parameters and how a trial is judged."""

    population: Population
    facts: tuple[Fact, ...]
    parameters: tuple[Parameter, ...]
    persons: int
    seed: int

    @property
    def simulated(self) -> tuple[Fact, ...]:
        return tuple(f for f in self.facts if not is_closed(f))

    @property
    def closed(self) -> tuple[Fact, ...]:
        return tuple(f for f in self.facts if is_closed(f))

    @property
    def moving(self) -> tuple[int, ...]:
        """Parameters that simulated facts depend on: persistence tells nothing about a single year."""
        if not self.simulated:
            return ()
        one_year = all(f.kind in _ONE_YEAR for f in self.simulated)
        return tuple(k for k, p in enumerate(self.parameters) if not (one_year and p.field == "persistence"))

    def at(self, place: Floats) -> Population:
        return apply(self.population, self.parameters, place)

    def simulate(self, place: Floats) -> Floats:
        """Simulated figures of the facts without a closed form."""
        if not self.simulated:
            return np.zeros(0)
        people = self.at(place).simulate(self.persons, seed=self.seed)
        found = np.array([measure(people, fact) for fact in self.simulated])
        return np.where(np.isfinite(found), found, [f.value for f in self.simulated])

    def slopes(self, place: Floats, figures: Floats, tick: Callable[[], None]) -> Floats:
        """Change of each simulated figure with each parameter."""
        slopes = np.zeros((len(figures), len(place)))
        for k in self.moving:
            moved = place.copy()
            moved[k] += _STEP
            slopes[:, k] = (self.simulate(moved) - figures) / _STEP
            tick()
        return slopes

    def exact(self, place: Floats) -> Floats:
        """Figures of the facts with a closed form."""
        moments = Moments.of(self.at(place))
        return np.array([closed_form(moments, fact) for fact in self.closed])

    def misses(self, exact: Floats, figures: Floats) -> Floats:
        """Distance of every figure from its fact, in halves of the tolerance."""
        facts = (*self.closed, *self.simulated)
        stated = np.array([f.value for f in facts])
        scale = np.array([_WITHIN * f.tolerance for f in facts])
        return np.asarray((np.concatenate([exact, figures]) - stated) / scale)

    def prior(self, place: Floats) -> Floats:
        """Distance of every parameter from its start, in widths."""
        start = np.array([p.free(p.start) for p in self.parameters])
        return np.asarray((place - start) / np.array([p.width for p in self.parameters]))

    def objective(self, place: Floats, figures: Floats) -> float:
        """Robust sum of squares (soft l1 beyond two): facts that contradict each other do not rule the others."""
        z = np.concatenate([self.misses(self.exact(place), figures), self.prior(place)])
        return float(np.sum(8.0 * (np.sqrt(1.0 + (z / 2.0) ** 2) - 1.0)))

    def nearest(self, place: Floats, figures: Floats, slopes: Floats, radius: float) -> Floats:
        """The best trial within ``radius`` of a place, simulated figures taken as straight lines."""
        from scipy.optimize import least_squares

        low, high = np.array([p.bounds for p in self.parameters]).T

        def residuals(trial: Floats) -> Floats:
            figured = figures + slopes @ (trial - place)
            return np.concatenate([self.misses(self.exact(trial), figured), self.prior(trial)])

        inside = (np.maximum(low, place - radius), np.minimum(high, place + radius))
        start = np.clip(place, inside[0] + 1e-6, inside[1] - 1e-6)
        found = least_squares(
            residuals,
            start,
            jac=lambda x: differences(residuals, x),
            bounds=inside,
            loss="soft_l1",
            f_scale=2.0,
            max_nfev=25,
        )
        return np.asarray(found.x)

    def identified(self, place: Floats, slopes: Floats) -> tuple[Floats, tuple[tuple[int, int, float], ...]]:
        """What the facts tell of each parameter, and pairs that they tell together only."""
        scale = np.array([_WITHIN * f.tolerance for f in (*self.closed, *self.simulated)])
        jacobian = np.concatenate([differences(self.exact, place), slopes]) / scale[:, None]
        width = np.array([p.width for p in self.parameters])
        covariance = np.linalg.inv(jacobian.T @ jacobian + np.diag(width**-2.0))
        sd = np.sqrt(np.diag(covariance))
        related = covariance / np.outer(sd, sd)
        pairs = [(i, j, float(related[i, j])) for i in range(len(sd)) for j in range(i) if abs(related[i, j]) > 0.9]
        return np.clip(1.0 - sd / width, 0.0, 1.0), tuple(pairs)
