"""What a run will take: cells, draws, years, memory; asked before anything is simulated."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vbcsim.core.errors import BadInput

if TYPE_CHECKING:
    from vbcsim.scenario.model import Scenario

__all__ = ["Plan", "plan_of", "refuse_what_does_not_fit"]

_NUMBER = 8
_LARGE_CLAIMANT_SHARE = 0.05
"""Share of member-years assumed to be listed as large claimants: a floor at the 95th percentile."""
_WORKING_COPIES = 3
"""How often the largest arrays exist at once, at most: the experience, a line made of it, and its file."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The size of a run."""

    members: int
    cells: int
    categories: int
    strata: int
    draws: int
    years: int
    designs: int
    cases: int
    """The scenario itself and each of its cases, simulated apart unless they share their members."""
    split_draws: int
    """Draws of each of the further simulations that split the variance."""
    memory_bytes: int

    def words(self, out: Path) -> str:
        """The plan in sentences."""
        return (
            f"{self.members:,} members in {self.cells:,} cells x {self.years} years x {self.draws:,} draws "
            f"({self.members * self.years * self.draws:,} member-years){self._cases()}, {self.categories} service "
            f"categories, {self.strata} strata, {self.designs} designs{self._split()}.\n"
            f"Memory: about {self.memory_bytes / 1e9:.2g} GB at most. Results would go to {out}; nothing was run."
        )

    def _cases(self) -> str:
        return f" in {self.cases} cases" if self.cases > 1 else ""

    def _split(self) -> str:
        return f"; 5 x {self.split_draws:,} draws more split the variance" if self.split_draws else ""

    def figures(self) -> dict[str, Any]:
        """The plan as plain values."""
        return asdict(self)


def plan_of(scenario: Scenario) -> Plan:
    """The size of a scenario's run, with an upper estimate of its memory."""
    cells = scenario.cohort.cells
    strata = len({tuple(getattr(cell, name) for name in scenario.cohort.strata) for cell in cells})
    years = len(scenario.years.base) + len(scenario.years.performance)
    per_draw = years * (2 * strata * len(scenario.categories) + 8)
    settled = len(scenario.designs) * len(scenario.years.performance) * 10
    span = (*scenario.years.base, *scenario.years.performance)
    claims = None if scenario.collective is None else scenario.collective.expected_claims(span)
    listed = 3 * (scenario.members * years * _LARGE_CLAIMANT_SHARE if claims is None else claims)
    cases = 1 + len(scenario.cases)
    memory = _WORKING_COPIES * _NUMBER * scenario.draws * (per_draw + settled + listed)
    kept = (cases - 1) * memory / _WORKING_COPIES
    return Plan(
        members=scenario.members,
        cells=len(cells),
        categories=len(scenario.categories),
        strata=strata,
        draws=scenario.draws,
        years=years,
        designs=len(scenario.designs),
        cases=cases,
        split_draws=min(scenario.split_draws, scenario.draws),
        memory_bytes=int(memory + kept),
    )


def refuse_what_does_not_fit(plan: Plan) -> None:
    """Refuse a run that needs far more memory than the machine has; raises BadInput."""
    try:
        has = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # pragma: no cover  not known on this system
        return
    if plan.memory_bytes > 4 * has:
        fit = max(2, int(plan.draws * has / plan.memory_bytes))
        need = f"need up to {plan.memory_bytes / 1e9:,.0f} GB and this machine has {has / 1e9:,.0f} GB"
        message = f"{plan.draws:,} draws of {plan.members:,} members {need}; ask for at most {fit:,} (--draws {fit})"
        raise BadInput("draws", message)
