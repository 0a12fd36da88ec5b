"""What a fit is shrunk towards: the population of a line of business from shipped tables or from assumptions."""

from __future__ import annotations

from vbcsim.assumptions.spec import Assumptions, Service, SharedFrailty
from vbcsim.calibrate.population import Population
from vbcsim.calibrate.shipped import shipped_population
from vbcsim.cohort.spec import Cell
from vbcsim.core.errors import BadInput, did_you_mean
from vbcsim.core.text import listing, shown
from vbcsim.scenario.tables import shipped_tables

__all__ = ["BY_LINE", "Prior", "known_lines", "prior_of"]

BY_LINE = "by_line"
"""The name that stands for: each line of business towards the shipped tables of that name."""
Prior = Assumptions | Population | str | None


def known_lines() -> tuple[str, ...]:
    """Lines of business that shipped tables describe whole: cells, services and shared frailty."""
    names = shipped_tables()
    return tuple(n.removesuffix("_cells") for n in names if n.endswith("_cells") and n != "oncology_cells")


def prior_of(prior: Prior, line: str) -> Population | None:
    """The population that a line of business is shrunk towards; none where nothing is.

    :raises BadInput: for a name that no shipped table has.
    """
    if prior is None or isinstance(prior, Population):
        return prior
    if isinstance(prior, Assumptions):
        return _of_assumptions(prior, line)
    known = known_lines()
    name = line.lower() if prior == BY_LINE else prior.removeprefix("vbcsim:").removesuffix("_services")
    if name in known:
        return shipped_population(name)
    if prior == BY_LINE:
        return None
    message = f"no shipped tables are named {shown(name)}{did_you_mean(name, known)}; choose among {listing(known)}"
    raise BadInput("prior", message)


def _of_assumptions(prior: Assumptions, line: str) -> Population:
    """The rows that serve the line."""
    services: dict[str, Service] = {}
    for s in prior.services:
        if s.line_of_business == line or (s.line_of_business == "all" and s.category not in services):
            services[s.category] = s
    frailty: SharedFrailty = next(
        (f for f in prior.shared_frailties if f.line_of_business == line), prior.shared_frailties[0]
    )
    return Population(line, (Cell(cell="everybody", members=1),), tuple(services.values()), frailty)
