"""The stages of the path as verbs; each takes what the one before it gives."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import xarray as xr

    from vbcsim.contract.arrangement import Arrangement
    from vbcsim.contract.design import Design
    from vbcsim.experience.blocks import Finished, Runner
    from vbcsim.experience.parts import Part
    from vbcsim.scenario.model import Scenario

__all__ = ["Progress", "build_cohort", "compare", "load_scenario", "settle", "simulate", "summarize"]

Progress = Callable[[int, int], None]
"""Called as ``progress(done, total)`` with numbers of draws."""


def load_scenario(path: str | Path, overrides: Iterable[str] = ()) -> Scenario:
    """The scenario in a YAML file, with overrides such as ``"draws=5000"`` applied; every problem is told at once."""
    from vbcsim.scenario.load import load_scenario

    return load_scenario(path, overrides)


def build_cohort(scenario: Scenario) -> xr.Dataset:
    """The cohort of a scenario: rating cells with their members, and expected use and cost by year and category.

    Of a scenario with a collective: its risks, with their distributions, in place of members.
    """
    if scenario.collective is not None:
        from vbcsim.experience.collective.build import build_collective

        return build_collective(scenario.collective, scenario.years.base, scenario.years.performance)
    assert scenario.assumptions is not None  # the scenario has seen to it
    from vbcsim.cohort.build import build_cohort

    named = {"interventions": scenario.interventions, "measures": scenario.measures}
    given: dict[str, Any] = {section: found for section, found in named.items() if found}
    return build_cohort(scenario.cohort, scenario.assumptions, scenario.years.base, scenario.years.performance, **given)


def simulate(
    cohort: xr.Dataset,
    *,
    draws: int,
    seed: int = 1,
    engine: str = "members",
    threads: int | None = None,
    progress: Progress | None = None,
    shift: Mapping[str, int] | None = None,
    runner: Runner | None = None,
    known: Sequence[Part] = (),
    finished: Finished | None = None,
) -> xr.Dataset:
    """The experience of a cohort: what its members use and cost in each draw and year, whatever the contract.

    :param shift: added to the draw numbers of a layer of randomness, which is then drawn anew; none is moved without.
    :param runner: where blocks of draws are simulated; on threads of this process without.
    :param known: parts of this very experience, which are not simulated again.
    :param finished: called with parts as they are finished.
    """
    from vbcsim.experience.simulate import simulate

    options: dict[str, Any] = {"threads": threads, "progress": progress, "shift": shift}
    options |= {"runner": runner, "known": known, "finished": finished}
    return simulate(cohort, draws=draws, seed=seed, engine=engine, **options)


def settle(experience: Any, designs: Mapping[str, Arrangement | Design] | Scenario) -> xr.Dataset:
    """What the parties owe one another under each design, in every draw and year; parties sum to zero.

    :param experience: an experience dataset, or a book of lines (a table settled with no simulation).
    :param designs: arrangements or designs by name, or a scenario that holds them.
    """
    from vbcsim.contract.settle import settle

    return settle(experience, designs if isinstance(designs, Mapping) else designs.settled_designs)


def summarize(settlement: xr.Dataset) -> xr.Dataset:
    """Each party's outcomes under each design: mean, spread, chances and risk, with their Monte Carlo errors."""
    from vbcsim.outcomes.summary import summarize

    return summarize(settlement)


def compare(settlement: xr.Dataset) -> xr.Dataset:
    """Pairs of designs on the same draws: the difference for each party, its error, and which design dominates."""
    from vbcsim.outcomes.comparison import compare

    return compare(settlement)
