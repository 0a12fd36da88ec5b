"""Settle every ACO of public-use files through the program that simulations use, and compare with what was published.

Inputs are benchmark, spending, lives, track, quality score, whether the quality standard was met, the elected minimum
rate and the disaster adjustment. The minimum rate of one-sided tracks, the sharing and the loss rate are derived.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from vbcsim.calibrate.aco_year import AcoYear
from vbcsim.calibrate.clause import column, deciding_clauses
from vbcsim.calibrate.public_use_file import read_public_use_file
from vbcsim.contract.book import Book
from vbcsim.contract.program import load_program, resolve
from vbcsim.contract.settle import entries
from vbcsim.core.errors import BadInput, Problem, did_you_mean

__all__ = [
    "Election",
    "ReconciledRow",
    "Reconciliation",
    "YearSummary",
    "book_of",
    "election",
    "reconcile",
    "settlement_lines",
]

ROUNDING_USD = 3.0
"""Rounding of the published dollars: benchmark, spending and amount to a dollar each."""

Election = float | Literal["scale", "published"]
"""Minimum rate of a row: an elected one, the scale by lives, or, where it is neither, as published."""

_ONE_SIDED = ("track_1", "basic_a", "basic_b")
_REVENUE_LIMITED = ("track_1_plus", "basic_c", "basic_d", "basic_e")


@dataclass(frozen=True, slots=True)
class ReconciledRow:
    """One ACO-year settled and compared."""

    aco_id: str
    performance_year: int
    track: str
    settled_usd: float
    published_usd: float
    difference_usd: float
    within_rounding: bool
    clause: str
    """Which clause decided the amount."""
    tolerance_usd: float
    """What counts as rounding: $3 and what half a unit of the published quality score is worth on this row."""
    note: str
    """What was assumed or is not in the file; empty where nothing."""
    place: str
    """``file:line``."""


@dataclass(frozen=True, slots=True)
class YearSummary:
    """A performance year in one line."""

    performance_year: int
    acos: int
    paid: int
    """ACOs that earned shared savings, as published."""
    owed: int
    """ACOs that owed shared losses, as published."""
    published_usd: float
    settled_usd: float
    difference_usd: float
    largest_difference_usd: float
    beyond_rounding: int


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Every row that could be read, settled; and a problem for each that could not."""

    program: str
    rows: tuple[ReconciledRow, ...]
    problems: tuple[Problem, ...]

    @property
    def years(self) -> tuple[YearSummary, ...]:
        """One summary for each performance year."""
        found = sorted({row.performance_year for row in self.rows})
        return tuple(_summary(year, [row for row in self.rows if row.performance_year == year]) for year in found)

    @property
    def beyond_rounding(self) -> tuple[ReconciledRow, ...]:
        """Rows whose settlement differs by more than rounding."""
        return tuple(row for row in self.rows if not row.within_rounding)


def reconcile(files: Iterable[str | Path], program: str = "mssp", year: int | None = None) -> Reconciliation:
    """Settle the rows of CMS public-use files and compare them with the published amounts.

    ``year`` states the performance year of files that do not tell it, or picks one of several. Raises BadInput where a
    file is no public-use file; a broken row is a problem of the result and the rest is settled.
    """
    if program != "mssp":
        near = did_you_mean(program, ["mssp"])
        raise BadInput("--program", f"{program!r} publishes no settlements that can be read{near} (allowed: mssp)")
    read = [read_public_use_file(path, year) for path in files]
    if not read:
        raise BadInput("reconcile", "no file was given; name at least one public-use file")
    acos = [row for file in read for row in file.rows]
    settled: dict[int, ReconciledRow] = {}
    groups: dict[tuple[int, str, Election], list[int]] = {}
    for i, row in enumerate(acos):
        groups.setdefault((row.performance_year, row.track, election(row)), []).append(i)
    for (performance_year, track, elected), members in groups.items():
        found = _settle_group([acos[i] for i in members], performance_year, track, elected, program)
        settled.update(zip(members, found, strict=True))
    rows = tuple(settled[i] for i in range(len(acos)))
    return Reconciliation(program, rows, tuple(problem for file in read for problem in file.problems))


def election(row: AcoYear) -> Election:
    """The minimum rate that a row chose, read back from its rounded column."""
    if row.lives < _least_lives():
        return "published"
    if row.track in _ONE_SIDED:
        return "scale"
    menu = [choice for choice in load_program("mssp").inputs["elected_minimum_rate"].choices if choice != "scale"]
    slack = row.minimum_rate_half_unit + 1e-9
    for choice in menu:
        if abs(float(choice) - row.minimum_rate) <= slack:
            return float(choice)
    return "scale" if abs(scale_rate(row.lives) - row.minimum_rate) <= slack else "published"


def scale_rate(lives: float) -> float:
    """Minimum savings rate of the scale for a number of assigned lives."""
    arrangement = resolve("mssp", {"track": "track_1"}, [2016])
    book = Book.from_lines({"lives": lives}, [2016]).declare(arrangement.lines)
    return float(np.ravel(book["minimum_rate"])[0])


def _least_lives() -> float:
    """Fewest lives for which the scale has a formula."""
    return float(load_program("mssp").parameters["minimum_rate_scale"].value["bands"][0]["from"])


def _settle_group(
    rows: Sequence[AcoYear], year: int, track: str, elected: Election, program: str
) -> list[ReconciledRow]:
    """Rows of one year, track and elected rate: draws of one book, settled by one arrangement."""
    design = {"track": track, "elected_minimum_rate": "scale" if elected == "published" else elected}
    arrangement = resolve(program, design, [year])
    quality = np.array([row.quality_score for row in rows])
    half_unit = np.array([row.quality_half_unit for row in rows])
    steps = list(entries(_book(rows, year, elected, quality), arrangement))
    settled = column(steps[-1].after, len(rows))
    worth = np.zeros(len(rows))
    for sign in (-1.0, 1.0):
        other = _book(rows, year, elected, np.clip(quality + sign * half_unit, 0.0, 1.0))
        moved = list(entries(other, arrangement))[-1].after
        worth = np.maximum(worth, np.abs(column(moved, len(rows)) - settled))
    clauses = deciding_clauses(steps, len(rows))
    return [
        _compared(row, float(settled[i]), ROUNDING_USD + float(worth[i]), clauses[i], elected)
        for i, row in enumerate(rows)
    ]


def _book(rows: Sequence[AcoYear], year: int, elected: Election, quality: NDArray[np.float64]) -> Book:
    """The published figures as lines, one row a draw."""
    return book_of(settlement_lines(rows, elected) | {"quality_score": quality}, year)


def settlement_lines(rows: Sequence[AcoYear], elected: Election) -> dict[str, NDArray[np.float64]]:
    """What the program settles on, by line, one number a row."""
    lines: dict[str, Any] = {
        "benchmark": [row.benchmark_usd for row in rows],
        "expenditure": [row.expenditure_usd for row in rows],
        "lives": [row.lives for row in rows],
        "quality_score": [row.quality_score for row in rows],
        "quality_standard_met": [row.standard == "met" for row in rows],
        "alternative_standard_met": [row.standard == "alternative" for row in rows],
        "disaster_relief": [row.disaster_usd for row in rows],
        "low_revenue": [row.low_revenue is True for row in rows],
        "agreement_start": [_start_year(row) for row in rows],
        "guardrail_open": [not row.guardrail for row in rows],
        # Participants' revenue is not published; a limit by revenue can therefore not bind here.
        "revenue": [1000.0 * row.benchmark_usd for row in rows],
    }
    if elected == "published":
        lines["minimum_rate"] = [row.minimum_rate for row in rows]
    return {name: np.asarray(values, dtype=np.float64) for name, values in lines.items()}


def book_of(lines: dict[str, NDArray[np.float64]], year: int) -> Book:
    """A book of one year: every number of a line is a draw."""
    return Book.from_lines({name: values[:, np.newaxis] for name, values in lines.items()}, [year])


def _start_year(row: AcoYear) -> float:
    return float(row.agreement_start.year if row.agreement_start else row.performance_year)


def _compared(row: AcoYear, settled_usd: float, tolerance_usd: float, clause: str, elected: Election) -> ReconciledRow:
    notes = list(row.notes)
    if elected == "published":
        notes.append(f"minimum rate {row.minimum_rate:.2%} as published: it is neither on the scale nor elected")
    if settled_usd < 0 and row.track in _REVENUE_LIMITED:
        notes.append("the limit on losses by the participants' revenue is not tested: their revenue is not published")
    settled_usd += 0.0  # no negative zero
    difference = settled_usd - row.published_usd
    return ReconciledRow(
        aco_id=row.aco_id,
        performance_year=row.performance_year,
        track=row.track,
        settled_usd=settled_usd,
        published_usd=row.published_usd,
        difference_usd=difference,
        within_rounding=abs(difference) <= tolerance_usd,
        clause=clause,
        tolerance_usd=tolerance_usd,
        note="; ".join(notes),
        place=row.place,
    )


def _summary(year: int, rows: Sequence[ReconciledRow]) -> YearSummary:
    published, settled = (np.array([getattr(row, name) for row in rows]) for name in ("published_usd", "settled_usd"))
    return YearSummary(
        performance_year=year,
        acos=len(rows),
        paid=int((published > 0).sum()),
        owed=int((published < 0).sum()),
        published_usd=float(published.sum()),
        settled_usd=float(settled.sum()),
        difference_usd=float((settled - published).sum()),
        largest_difference_usd=float(np.abs(settled - published).max()),
        beyond_rounding=sum(not row.within_rounding for row in rows),
    )
