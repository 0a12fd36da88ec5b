"""What the experience of a scenario will give to its designs, known before anything is simulated."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple, TypeVar

from pydantic import ValidationError

from vbcsim.assumptions.spec import LargeClaimants
from vbcsim.cohort.build import floors, stratum_of_cells
from vbcsim.cohort.spec import CohortSpec
from vbcsim.contract.arrangement import Arrangement
from vbcsim.contract.book import collective_lines, experience_lines
from vbcsim.core.errors import BadInput, Problem
from vbcsim.core.model import Frozen
from vbcsim.experience.collective.spec import Collective
from vbcsim.scenario.model import Scenario, Years
from vbcsim.scenario.source import Document, Path, parse_path

__all__ = ["Seam", "seam_of", "unsettleable"]

_T = TypeVar("_T", bound=Frozen)


class Seam(NamedTuple):
    """The years, the lines of the book, and the large-claimant floor by stratum; what is not known is empty."""

    years: Years
    lines: Collection[str]
    floors_usd: Mapping[str, float]
    attributes: Mapping[str, tuple[str, ...]] | None = None
    """The value of each attribute that sets strata apart, by stratum; none where the cohort cannot be read."""

    def floors_of(self, strata: Sequence[int] | None) -> Mapping[str, float]:
        """The floors of some strata; of all where none are named."""
        if strata is None or len(self.floors_usd) != len(next(iter((self.attributes or {}).values()), ())):
            return self.floors_usd
        return {name: usd for k, (name, usd) in enumerate(self.floors_usd.items()) if k in strata}


def seam_of(document: Document, scenario: Scenario | None) -> tuple[Seam | None, list[Problem]]:
    """The seam, as far as it can be read whatever else is wrong, and floors that do not fit the strata.

    None where not even the years can be read.
    """
    years = _part(document, scenario, ("years",), Years)
    if years is None:
        return None, []
    if "collective" in document.data:
        return _seam_of_risks(years, _part(document, scenario, ("collective",), Collective)), []
    claimants = _part(document, scenario, ("assumptions", "large_claimants"), LargeClaimants)
    cohort = _part(document, scenario, ("cohort",), CohortSpec)
    attributes = None if cohort is None else _attributes(cohort)
    lines = _lines(document.data, cohort, attributes)
    if claimants is None or cohort is None:
        return Seam(years, lines, _as_written(claimants), attributes), []
    strata, _ = stratum_of_cells(cohort)
    try:
        by_stratum = floors(claimants.floor_usd, strata)
    except BadInput as error:
        problems = [Problem(document.place(parse_path(p.place)), p.message) for p in error.problems]
        return Seam(years, lines, {}, attributes), problems
    return Seam(years, lines, dict(zip(strata, map(float, by_stratum), strict=True)), attributes), []


def _seam_of_risks(years: Years, collective: Collective | None) -> Seam:
    """The seam of risks in place of members, each a stratum by its line of business."""
    if collective is None:
        return Seam(years, frozenset(), {}, None)
    floors = collective.floors_usd()
    return Seam(years, collective_lines(floors), floors, {"line_of_business": tuple(floors)})


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


def _attributes(cohort: CohortSpec) -> dict[str, tuple[str, ...]]:
    """The value of each attribute in every stratum."""
    strata, of_cell = stratum_of_cells(cohort)
    first = [of_cell.tolist().index(k) for k in range(len(strata))]
    return {name: tuple(str(getattr(cohort.cells[c], name)) for c in first) for name in cohort.strata}


def _lines(
    data: Mapping[str, Any], cohort: CohortSpec | None, attributes: Mapping[str, tuple[str, ...]] | None
) -> frozenset[str]:
    """Names of the lines that the experience will give; empty where its categories cannot be read."""
    names, measures = _categories(data), data.get("measures")
    if not names:
        return frozenset()
    return experience_lines(
        names,
        measures=[str(name) for name in measures] if isinstance(measures, Mapping) else (),
        equity_strata=(attributes or {}).get("equity_stratum", ()),
        halves=cohort is not None and cohort.episodes is not None,
    )


def _as_written(claimants: LargeClaimants | None) -> Mapping[str, float]:
    """The floors without knowledge of the strata."""
    if claimants is None:
        return {}
    floor = claimants.floor_usd
    return floor if isinstance(floor, Mapping) else {"every stratum": floor}
