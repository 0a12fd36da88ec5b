"""Simulated persons against published facts: figure, standard error and verdict for each fact.

The rule was stated before anything was compared: a figure agrees when it lies within three standard errors of the
simulation or within the tolerance of its kind of fact (``fact_kinds``), whichever is wider. Misses are results, not
failures. Each fact says what it served for, so a figure that was fitted cannot pass for evidence.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from vbcsim.calibrate.fact_kinds import KINDS
from vbcsim.calibrate.fact_measures import measure_with_error
from vbcsim.calibrate.facts import Fact, FactTable, published
from vbcsim.calibrate.mixture import simulate_mixture
from vbcsim.calibrate.shipped import shipped_population

__all__ = ["ERRORS", "Finding", "Validation", "finding_object", "json_object", "validate", "validate_table"]

ERRORS: Final = 3.0
"""Standard errors of the simulation within which a figure agrees."""
PERSONS: Final = 200_000
"""Persons simulated for each population unless asked otherwise."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Finding:
    """One fact with what was simulated."""

    fact: Fact
    simulated: float
    standard_error: float

    @property
    def agrees(self) -> bool:
        """Whether the figure lies within three standard errors or the tolerance."""
        return bool(abs(self.simulated - self.fact.value) <= max(ERRORS * self.standard_error, self.fact.tolerance))

    @property
    def verdict(self) -> str:
        """``agree``, or how far off: in percent of the published figure, or as a difference for a share."""
        if self.agrees:
            return "agree"
        apart = self.simulated - self.fact.value
        if KINDS[self.fact.kind].relative > 0 and self.fact.value > 0:
            return f"off by {100 * apart / self.fact.value:+.0f}%"
        return f"off by {apart:+.2g}"


@dataclass(frozen=True, slots=True)
class Validation:
    """The findings of one population, and the facts that its table has no categories for."""

    table: FactTable
    persons: int
    seed: int
    findings: tuple[Finding, ...]
    unmeasured: tuple[Fact, ...]

    def count(self, use: str) -> tuple[int, int]:
        """How many facts of a use agree, and of how many."""
        own = [f for f in self.findings if f.fact.use == use]
        return sum(f.agrees for f in own), len(own)


def validate(
    populations: Sequence[str], *, persons: int = PERSONS, seed: int = 1, progress: Progress | None = None
) -> tuple[Validation, ...]:
    """Simulate each shipped population and measure its published facts.

    :param populations: names from ``published_populations()``.
    :param persons: persons of each population, at least 1,000.
    """
    found = []
    for done, name in enumerate(populations):
        if progress is not None:
            progress(done, len(populations))
        found.append(validate_table(published(name), persons=persons, seed=seed))
    return tuple(found)


def validate_table(table: FactTable, *, persons: int = PERSONS, seed: int = 1) -> Validation:
    """Measure the facts of one table on persons of its population (or its mixture of populations)."""
    if table.mix:
        people = simulate_mixture(table.mix, persons, seed=seed)
    else:
        people = shipped_population(table.population).simulate(persons, seed=seed)
    usable, left = table.on(people.categories)
    findings = tuple(Finding(fact, *measure_with_error(people, fact)) for fact in usable)
    return Validation(table, len(people), seed, findings, left)


def json_object(validations: Sequence[Validation]) -> dict[str, Any]:
    """All findings as plain data."""
    return {
        "rule": f"agree: within {ERRORS:g} standard errors of the simulation or the tolerance of the kind of fact",
        "populations": {v.table.population: _population(v) for v in validations},
    }


def _population(v: Validation) -> dict[str, Any]:
    return {
        "title": v.table.title,
        "persons": v.persons,
        "seed": v.seed,
        "agreement": {use: dict(zip(("agree", "of"), v.count(use), strict=True)) for use in _uses(v)},
        "findings": [finding_object(f) for f in v.findings],
        "unmeasured": [fact.label for fact in v.unmeasured],
    }


def _uses(v: Validation) -> list[str]:
    return sorted({f.fact.use for f in v.findings})


def finding_object(f: Finding) -> dict[str, Any]:
    """A finding as plain data."""
    return {
        "fact": f.fact.kind,
        "of": list(f.fact.names),
        "at": f.fact.at,
        "published": f.fact.value,
        "simulated": f.simulated if math.isfinite(f.simulated) else None,
        "standard_error": f.standard_error if math.isfinite(f.standard_error) else None,
        "tolerance": f.fact.tolerance,
        "verdict": f.verdict,
        "use": f.fact.use,
        "grade": f.fact.grade,
        "source": f.fact.source,
        "note": f.fact.note,
    }
