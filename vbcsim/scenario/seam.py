"""What the experience of a scenario will give to its designs, known before anything is simulated."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial
from typing import Any, NamedTuple, TypeVar

from pydantic import ValidationError

from vbcsim.assumptions.spec import LargeClaimants
from vbcsim.cohort.build import floors, stratum_of_cells
from vbcsim.cohort.spec import CohortSpec
from vbcsim.contract.arrangement import Arrangement
from vbcsim.contract.book import experience_lines
from vbcsim.core.errors import BadInput, Problem
from vbcsim.core.model import Frozen
from vbcsim.scenario.model import Scenario, Years
from vbcsim.scenario.source import Document, Path, parse_path

__all__ = ["Seam", "seam_of", "unsettleable"]

_T = TypeVar("_T", bound=Frozen)


class Seam(NamedTuple):
    """The years, the lines of the book, and the large-claimant floor by stratum; what is not known is empty."""

    years: Years
    lines: Collection[str]
    floors_usd: Mapping[str, float]


def seam_of(document: Document, scenario: Scenario | None) -> tuple[Seam | None, list[Problem]]:
    """The seam, as far as it can be read whatever else is wrong, and floors that do not fit the strata.

    None where not even the years can be read.
    """
    years = _part(document, scenario, ("years",), Years)
    if years is None:
        return None, []
    names = _categories(document.data)
    lines = experience_lines(names) if names else frozenset()
    claimants = _part(document, scenario, ("assumptions", "large_claimants"), LargeClaimants)
    cohort = _part(document, scenario, ("cohort",), CohortSpec)
    if claimants is None or cohort is None:
        return Seam(years, lines, _as_written(claimants)), []
    strata, _ = stratum_of_cells(cohort)
    try:
        by_stratum = floors(claimants.floor_usd, strata)
    except BadInput as error:
        problems = [Problem(document.place(parse_path(p.place)), p.message) for p in error.problems]
        return Seam(years, lines, {}), problems
    return Seam(years, lines, dict(zip(strata, map(float, by_stratum), strict=True))), []


def unsettleable(arrangement: Arrangement, seam: Seam) -> list[Problem]:
    """What would stop the arrangement from being settled on the experience; floors that are equal are told once."""
    if not seam.lines:
        return []
    every = set(seam.floors_usd.values())
    alike = {"every stratum": every.pop()} if len(every) == 1 else {}
    check = partial(arrangement.check, seam.lines, years=seam.years.performance, base=seam.years.base)
    found = check(floors_usd=alike)
    told = {problem.place for problem in found}
    return found + [problem for problem in check(floors_usd=seam.floors_usd) if problem.place not in told]


def _part(document: Document, scenario: Scenario | None, path: Path, kind: type[_T]) -> _T | None:
    """A part of the scenario: already read, or read by itself; None where it cannot be."""
    found: Any = document.data if scenario is None else scenario
    for step in path:
        if scenario is not None:
            found = getattr(found, str(step))
        else:
            found = found.get(step) if isinstance(found, Mapping) else None
    try:
        return found if isinstance(found, kind) else kind.model_validate(found)
    except ValidationError:
        return None


def _categories(data: Mapping[str, Any]) -> list[str]:
    """Names of the service categories, empty where one of them cannot be read."""
    assumptions = data.get("assumptions")
    services = assumptions.get("services") if isinstance(assumptions, Mapping) else None
    rows = services if isinstance(services, list) else []
    names = [row.get("category") if isinstance(row, Mapping) else None for row in rows]
    return [name for name in names if isinstance(name, str)] if all(isinstance(n, str) for n in names) else []


def _as_written(claimants: LargeClaimants | None) -> Mapping[str, float]:
    """The floors without knowledge of the strata."""
    if claimants is None:
        return {}
    floor = claimants.floor_usd
    return floor if isinstance(floor, Mapping) else {"every stratum": floor}
