"""``calibrate facts``: a table of facts in, a services table with its shared frailty out, and what was met or not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from vbcsim.assumptions.spec import Service, SharedFrailty
from vbcsim.calibrate.fact_measures import measure_with_error
from vbcsim.calibrate.fact_parameters import Parameter
from vbcsim.calibrate.fact_solver import Solution, solve, with_levels
from vbcsim.calibrate.facts import FactTable
from vbcsim.calibrate.population import Population
from vbcsim.calibrate.rows import read_cells, read_frailties, read_services
from vbcsim.calibrate.tiers import Tier, tiers_of
from vbcsim.calibrate.validation import Finding
from vbcsim.cohort.spec import Cell
from vbcsim.core.errors import BadInput, Problem
from vbcsim.core.text import listing, shown, visible

__all__ = ["Calibration", "calibrate", "cuts_of", "folder_for", "start_of", "starting_population"]

Progress = Callable[[int, int], None]

_JUDGED: Final = "start value: judgement"
_START: Final = {
    "overdispersion": 4.0,
    "shared_weight": 0.7,
    "persistence": 0.5,
    "body_sigma": 1.0,
    "tail_probability": 0.005,
    "tail_index": 2.8,
}
"""Where a category starts that no table describes: a middle of categories in the shipped tables."""
_START_FRAILTY: Final = {"variance": 2.5, "persistence": 0.8}
_TOLD: Final = 0.5
"""Below this share of what was unknown taken away, a parameter is called hardly told."""
_NOTHING: Final = 0.05
_CHECKED: Final = 200_000
"""Persons of the simulation that judges a solution, on a seed of its own."""


@dataclass(frozen=True)
class Calibration:
    """A solved population, what it meets of the facts on persons it was not solved on, and what to beware of."""

    table: FactTable
    solution: Solution
    findings: tuple[Finding, ...]
    tiers: tuple[Tier, ...]
    warnings: tuple[str, ...]

    @property
    def population(self) -> Population:
        """The solved population."""
        return self.solution.population


def start_of(table: FactTable, cells: Sequence[Cell] = ()) -> Population:
    """A population from the facts alone: the categories whose utilization and mean cost per service they state.

    :raises BadInput: where a category lacks either.
    """
    stated = {kind: _single(table, kind) for kind in ("utilization_per_1000", "mean_cost_per_service")}
    rates, costs = stated.values()
    lacking = [c for c in dict.fromkeys([*rates, *costs]) if c not in rates or c not in costs]
    problems = [
        Problem(table.file, f"{c} has no {'utilization_per_1000' if c not in rates else 'mean_cost_per_service'}; add")
        for c in lacking
    ]
    if not rates and not costs:
        remedy = (
            "state utilization_per_1000 and mean_cost_per_service of each category, or name a table with --services"
        )
        problems.append(Problem(table.file, f"no fact states how much is used; {remedy}"))
    if problems:
        raise BadInput(problems)
    services = tuple(
        Service(
            category=name,
            service="service",
            utilization_per_1000=rates[name],
            mean_cost_usd=costs[name],
            source=_JUDGED,
            **_START,
        )
        for name in rates
    )
    frailty = SharedFrailty(source=_JUDGED, **_START_FRAILTY)
    return Population(table.population, tuple(cells) or (Cell(cell="everybody", members=1),), services, frailty)


def starting_population(
    table: FactTable, services: str | None = None, cells: str | None = None, frailty: str | None = None
) -> Population:
    """Where a calibration starts: the tables that are named, and the facts themselves for what no table says.

    :raises BadInput: for a table that cannot be read, or a population that nothing describes.
    """
    rows = read_cells(cells) if cells else ()
    if services is None:
        found = start_of(table, rows)
    else:
        usual = SharedFrailty(source=_JUDGED, **_START_FRAILTY)
        whole = rows or (Cell(cell="everybody", members=1),)
        found = Population(table.population, whole, _of_one_line(read_services(services), table, services), usual)
    if frailty is None:
        return found
    stated = read_frailties(frailty)
    own = [f for f in stated if f.line_of_business == table.population] or list(stated[:1])
    return replace(found, frailty=own[0])


def _of_one_line(services: Sequence[Service], table: FactTable, name: str) -> tuple[Service, ...]:
    """The rows of the facts' population, where a table has several lines of business.

    :raises BadInput: where none of the lines is the population.
    """
    lines = tuple(dict.fromkeys(s.line_of_business for s in services))
    if len(lines) == 1:
        return tuple(services)
    own = tuple(s for s in services if s.line_of_business == table.population)
    if not own:
        what = f"has rows for {listing(lines, 30)}; call the population of {table.file} like one of them"
        raise BadInput(visible(name), what)
    return own


def cuts_of(text: str | None) -> tuple[float, ...]:
    """``0.5,0.9`` as rising shares between 0 and 1; nothing for none.

    :raises BadInput: where it is anything else.
    """
    if not text:
        return ()
    try:
        cuts = tuple(float(word) for word in text.split(","))
    except ValueError:
        cuts = (2.0,)
    if not all(0 < c < 1 for c in cuts) or list(cuts) != sorted(set(cuts)):
        raise BadInput("--tiers", f"{shown(text)} is not possible; write rising shares between 0 and 1, as in 0.5,0.9")
    return cuts


def folder_for(out: Path, replace_files: bool) -> None:
    """Refuse a place that is a file, or that holds tables already.

    :raises BadInput: with the remedy.
    """
    if out.exists() and not out.is_dir():
        raise BadInput(visible(str(out)), "is a file; name a folder with --out")
    if not replace_files and (out / "services.csv").exists():
        raise BadInput(
            visible(str(out / "services.csv")), "is there already; name another folder, or write over it with --replace"
        )


def _single(table: FactTable, kind: str) -> dict[str, float]:
    """Values of a kind by category, of facts on one category."""
    facts = [f for f in table.facts if f.kind == kind and len(f.categories[0]) == 1]
    return {f.categories[0][0]: f.value for f in facts}


def calibrate(
    table: FactTable,
    start: Population,
    *,
    persons: int = 60_000,
    seed: int = 1,
    checked: int = _CHECKED,
    cuts: Sequence[float] = (),
    progress: Progress | None = None,
) -> Calibration:
    """Solve the facts of ``use`` fitting from a starting population, and judge all facts on persons of another seed.

    :param cuts: where to cut the persons by cost of the year into tiers, as shares from below (0.5, 0.9, 0.99).
    :raises BadInput: where no fact can be used with the categories of the population.
    """
    usable, left = table.on(start.categories)
    start = with_levels(start, usable)
    fitting = [f for f in usable if f.use == "fitting" and f.kind not in ("utilization_per_1000",)]
    if not fitting:
        names = listing(list(start.categories), 30)
        raise BadInput(table.file, f"no fact of use fitting can be measured with the categories {names}")
    solution = solve(start, fitting, persons=persons, seed=seed, progress=progress)
    people = solution.population.simulate(checked, seed=seed + 1)
    findings = tuple(Finding(fact, *measure_with_error(people, fact)) for fact in usable)
    tiers = tiers_of(people, cuts) if cuts else ()
    warnings = [f"{fact.place}: {fact.label} names no category of the table; left out" for fact in left]
    return Calibration(table, solution, findings, tiers, (*warnings, *_warnings(solution, len(fitting))))


def _warnings(solution: Solution, facts: int) -> list[str]:
    """What a reader must know before trusting a parameter."""
    names = [p.label for p in solution.parameters]
    told = list(zip(solution.parameters, solution.told, strict=True))
    nothing = [p for p, share in told if share < _NOTHING]
    little = [p.label for p, share in told if _NOTHING <= share < _TOLD]
    found = []
    if facts < len(names):
        found.append(f"{facts} facts stand against {len(names)} parameters; what they do not tell stays near its start")
    found += [
        f"the facts tell nothing of {field} of {listing(_categories(nothing, field), 30)}"
        for field in dict.fromkeys(p.field for p in nothing)
    ]
    if little:
        found.append(f"the facts tell little of {listing(little, 60)}")
    found += [
        f"{names[i]} and {names[j]} can hardly be told apart (correlation {r:+.2f})" for i, j, r in solution.alike
    ]
    return found + [
        f"{p.label} {value:g} lies at the limit of what is sought; the facts ask for more"
        for p, value, share in zip(solution.parameters, solution.values, solution.told, strict=True)
        if share >= _NOTHING and _at_limit(p, float(value))
    ]


def _categories(parameters: Sequence[Parameter], field: str) -> list[str]:
    return [" ".join(p.categories) or "the shared factor" for p in parameters if p.field == field]


def _at_limit(parameter: Parameter, value: float) -> bool:
    low, high = parameter.bounds
    place = parameter.free(value)
    return place < low + 0.05 or place > high - 0.05
