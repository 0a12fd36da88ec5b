"""Twelve months of members and cost per member, where nothing finer is known: levels and spread from the summary.

The mix of services, the shape of their cost, the ages and the memory from year to year are those of the shipped tables
of the line of business; prices are scaled together so that the cost per member and month is that of the last twelve
months, and all frailties together so that a member's yearly cost has the stated coefficient of variation:

    CV^2 mean^2 = V(0) + s (V(1) - V(0)),   s the factor on overdispersion and on the variance of the shared frailty

since the variance V of a member's yearly cost is linear in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np

from vbcsim.assumptions.spec import Service, SharedFrailty
from vbcsim.calibrate.calibration_files import services_csv
from vbcsim.calibrate.claims.template import scenario_text
from vbcsim.calibrate.fact_moments import Moments
from vbcsim.calibrate.population import Population
from vbcsim.calibrate.shipped import shipped_population
from vbcsim.core.errors import BadInput, Problem
from vbcsim.core.text import shown
from vbcsim.core.uncertain import Distribution
from vbcsim.scenario.table import Columns, Table, read_table

__all__ = ["MonthSummary", "Scaled", "is_summary", "read_summary", "scaled", "summary_files"]

_COLUMNS: Final = Columns(("month", "members", "pmpm", "cv", "sd"), ("month", "members", "pmpm"), ("month",))
_LEAST_FRAILTY: Final = 0.02
_MOST_OVERDISPERSION: Final = 1000.0


@dataclass(frozen=True, slots=True)
class MonthSummary:
    """The last twelve months of a summary."""

    file: str
    year: int
    """Calendar year in which the twelve months end."""
    member_months: float
    pmpm_usd: float
    cv: float | None
    """Coefficient of variation of a member's cost in the year; none where it is not stated."""

    @property
    def members(self) -> int:
        """Members on average."""
        return max(1, round(self.member_months / 12.0))


@dataclass(frozen=True, slots=True)
class Scaled:
    """A shipped population at the level and with the spread of a summary."""

    line: str
    services: tuple[Service, ...]
    frailty: SharedFrailty
    price: float
    """Factor on all prices."""
    spread: float
    """Factor on all frailties."""
    cv: float
    """Coefficient of variation of a member's yearly cost that comes out."""
    notes: tuple[str, ...]


def is_summary(path: Path) -> bool:
    """Whether a file looks like a summary by month: its first line names month, members and pmpm."""
    try:
        with path.open("rb") as stream:
            first = stream.readline(10_000).decode("utf-8-sig", errors="replace")
    except OSError:
        return False
    return {"month", "members", "pmpm"} <= {word.strip().strip('"').lower() for word in first.split(",")}


def read_summary(path: Path) -> MonthSummary:
    """The last twelve months of a table with the columns month, members, pmpm and, of the year, cv or sd.

    :raises BadInput: with every problem at its line.
    """
    table = read_table(path, _COLUMNS)
    problems: list[Problem] = []
    months = [_month(table, k, problems) for k in range(len(table.rows))]
    figures = {
        name: [_figure(table, k, name, problems) for k in range(len(table.rows))]
        for name in ("members", "pmpm", "cv", "sd")
    }
    place = [str(marks[""]) for marks in table.marks]
    for k, (before, after) in enumerate(pairwise(months)):
        if before and after and after != before + 1:
            problems.append(
                Problem(place[k + 1], "does not follow the month above it; months must be in order, each once")
            )
    if len(months) < 12:
        problems.append(Problem(table.file, f"has {len(months)} months; twelve in a row are needed"))
    told = {name: sorted({v for v in figures[name][-12:] if v is not None}) for name in ("cv", "sd")}
    if len(told["cv"]) > 1 or len(told["sd"]) > 1 or (told["cv"] and told["sd"]):
        problems.append(
            Problem(table.file, "states more than one cv or sd; state one of the year, in one row or in all")
        )
    if problems:
        raise BadInput(problems)
    members = np.array(figures["members"][-12:], dtype=np.float64)
    pmpm = float(members @ np.array(figures["pmpm"][-12:], dtype=np.float64) / members.sum())
    cv = told["cv"][0] if told["cv"] else told["sd"][0] / (12.0 * pmpm) if told["sd"] else None
    last = months[-1] or 0
    return MonthSummary(table.file, (last - 1) // 12, float(members.sum()), pmpm, cv)


def _month(table: Table, k: int, problems: list[Problem]) -> int | None:
    """A month as a running number, January of year y being 12 y + 1."""
    text = str(table.rows[k].get("month", ""))
    parts = text.replace("/", "-").split("-")
    if len(parts) in (2, 3) and all(p.isdigit() for p in parts) and len(parts[0]) == 4 and 1 <= int(parts[1]) <= 12:
        return int(parts[0]) * 12 + int(parts[1])
    problems.append(Problem(str(table.marks[k][""]), f"{shown(text)} is no month; write it as 2023-07"))
    return None


def _figure(table: Table, k: int, name: str, problems: list[Problem]) -> float | None:
    value = table.rows[k].get(name)
    if value is None and name in ("cv", "sd"):
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        mark = table.marks[k].get(name, table.marks[k][""])
        problems.append(Problem(str(mark), f"{shown(value)} was read as {name}; write a number above 0"))
        return None
    return float(value)


def scaled(summary: MonthSummary, line: str) -> Scaled:
    """The shipped population of a line of business at the level and with the spread of the summary."""
    shipped = shipped_population(line)
    services = tuple(_at_year(s, summary.year) for s in shipped.services)
    shipped = Population(line, shipped.cells, services, shipped.frailty)
    everything = list(range(len(services)))
    mean = Moments.of(shipped).cost_variance(everything)[0]
    price = summary.pmpm_usd * 12.0 / mean
    spread, notes = _spread(shipped, summary.cv, everything)
    services = tuple(
        s.model_copy(
            update={
                "mean_cost_usd": s.mean_cost_usd * price,
                "maximum_usd": None if s.maximum_usd is None else s.maximum_usd * price,
                "overdispersion": s.overdispersion * spread,
            }
        )
        for s in services
    )
    frailty = shipped.frailty.model_copy(
        update={
            "variance": shipped.frailty.variance * spread,
            "source": f"{shipped.frailty.source}; variance times {spread:.3g} for the spread of the summary",
        }
    )
    level, variance = Moments.of(Population(line, shipped.cells, services, frailty)).cost_variance(everything)
    cv = float(np.sqrt(variance)) / level
    source = (
        f"level from {Path(summary.file).name}, twelve months to the end of {summary.year}: prices times {price:.3g}"
    )
    error = cv / np.sqrt(summary.members)
    notes = (*notes, f"standard error of the level from {summary.members:,} members: {error:.2%} of it")
    # Rows are drawn apart from one another: each is wider, so that their sum has the error of the level.
    cost = Moments.of(Population(line, shipped.cells, services, frailty))
    shares = cost.share @ (cost.rate * cost.cost) / level
    row = error / float(np.sqrt((shares**2).sum()))
    told = tuple(
        s.model_copy(
            update={
                "mean_cost_usd": Distribution("lognormal", (float(s.mean_cost_usd), row * float(s.mean_cost_usd))),
                "source": f"{source}; mix and shape: {s.source}"[:4000],
            }
        )
        for s in services
    )
    return Scaled(line, told, frailty, price, spread, cv, notes)


def _at_year(service: Service, year: int) -> Service:
    """A shipped row at the level of a year, by its own trends."""
    ahead = year - (service.reference_year or year)
    use, cost = (1 + service.utilization_trend) ** ahead, (1 + service.price_trend) ** ahead
    return service.model_copy(
        update={
            "utilization_per_1000": service.utilization_per_1000 * use,
            "mean_cost_usd": service.mean_cost_usd * cost,
            "maximum_usd": None if service.maximum_usd is None else service.maximum_usd * cost,
            "reference_year": year,
        }
    )


def _spread(shipped: Population, cv: float | None, everything: Sequence[int]) -> tuple[float, tuple[str, ...]]:
    """The factor on all frailties that gives the coefficient of variation."""
    if cv is None:
        return 1.0, ("no cv or sd is stated: the spread is that of the shipped table",)
    own = list(everything)
    mean, full = Moments.of(shipped).cost_variance(own)
    still = shipped.changed({s.category: {"overdispersion": 0.0} for s in shipped.services}, {"variance": 0.0})
    none = Moments.of(still).cost_variance(own)[1]
    factor = ((cv * mean) ** 2 - none) / (full - none)
    most = _MOST_OVERDISPERSION / max(float(s.overdispersion) for s in shipped.services)
    if not _LEAST_FRAILTY <= factor <= most:
        bound = float(np.clip(factor, _LEAST_FRAILTY, most))
        reached = float(np.sqrt(none + bound * (full - none))) / mean
        text = f"a coefficient of variation of {cv:g} cannot be reached with the shipped cost of single services"
        return bound, (f"{text}; {reached:.3g} is as near as it comes",)
    return float(factor), ()


def summary_files(summary: MonthSummary, found: Scaled, *, draws: int, seed: int, years: int) -> dict[str, str]:
    """Name and text of the files that are written."""
    note = (
        f"Level and spread of a summary by month; mix and shapes: the shipped table {found.line}_services.\n"
        f"Coefficient of variation of a member's yearly cost: {found.cv:.3g}; factor on frailties {found.spread:.3g}."
    )
    cohort = f'  members: {summary.members}\n  cells: {{table: "vbcsim:{found.line}_cells"}}'
    text = scenario_text(
        name=f"summary_{summary.year}",
        made=f"Made by `vbcsim calibrate summary` from twelve months to the end of {summary.year}.",
        title=f"Shared savings on {summary.members:,} members at ${summary.pmpm_usd:,.2f} per member and month",
        description=f"{summary.members:,} members; ages, mix of services and shapes are those of the shipped tables.",
        levels="Prices scaled together to the level of the summary; frailties to its spread.",
        source=f"{found.line}: shipped cells in proportion; members: {Path(summary.file).name}",
        have=[summary.year],
        strata=["line_of_business"],
        cohort=cohort,
        frailties=[found.frailty],
        years=years,
        draws=draws,
        seed=seed,
    )
    return {"services.csv": services_csv(found.services, "", note), "scenario.yaml": text}
