"""One row of a public-use file as a value: an ACO in one performance year, in fractions and dollars."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from vbcsim.calibrate.layout import read_date, track_of
from vbcsim.calibrate.numbers import decimals, fraction_scale, read_number
from vbcsim.core.errors import Problem

__all__ = ["AcoYear", "Standard", "Units", "read_row", "units_of"]

Standard = Literal["met", "alternative", "failed"]


@dataclass(frozen=True, slots=True)
class AcoYear:
    """One ACO in one performance year, as published; shares are fractions, money is dollars of the year."""

    place: str
    """``file:line`` of the row."""
    aco_id: str
    aco_name: str
    performance_year: int
    months: int
    """Length of the performance period: 12, or 6 for the two half years of 2019."""
    track: str
    """Track as the program file names it: track_1 ... enhanced."""
    agreement_start: date | None
    agreement_period: int | None
    lives: float
    """Assigned beneficiaries."""
    person_years: float | None
    benchmark_usd: float
    """Updated benchmark of the whole ACO; of a half year already pro-rated."""
    expenditure_usd: float
    published_usd: float
    """Earned shared savings (+) or owed shared losses (-), before advances are recouped."""
    minimum_rate: float
    """Minimum savings rate as published, rounded."""
    minimum_rate_half_unit: float
    """Half a unit of its last published place."""
    quality_score: float
    quality_half_unit: float
    """Half a unit of the last published place of the score; 0 where the score is set by rule, not measured."""
    standard: Standard
    """Quality standard: met, only the alternative standard met (from 2023), or failed."""
    disaster_usd: float
    """Published disaster adjustment of a shared loss, not negative, of a half year already pro-rated."""
    low_revenue: bool | None
    """Low-revenue ACO; ``None`` where the file does not say."""
    guardrail: bool
    """Whether the three-way-trend guardrail was applied (from 2024)."""
    notes: tuple[str, ...] = ()
    """What was assumed where the file is silent."""
    cells: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Every cell of the row by lower-cased column name."""

    def number(self, column: str) -> float | None:
        """The number in a further column, ``None`` where it is missing, suppressed or unreadable."""
        try:
            return read_number(self.cells.get(column, ""))
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Units:
    """Units of the columns of shares in one performance year of a file."""

    rate_scale: float
    """Minimum rate: 1 where the column holds fractions, 0.01 where it holds percent."""
    rate_half_unit: float
    """Half a unit of its last published place, as a fraction."""
    score_scale: float
    """Quality score, likewise."""
    score_half_unit: float


def units_of(minimum_rates: Sequence[str], quality_scores: Sequence[str]) -> Units:
    """Units of a performance year from all cells of its two columns of shares."""
    # No minimum rate reaches 50 % of a benchmark, so a larger number is in percent; a share above 1 likewise.
    rate_scale = fraction_scale(minimum_rates, 0.5)
    score_scale = fraction_scale(quality_scores, 1.0)
    return Units(
        rate_scale,
        0.5 * rate_scale * 10.0 ** -decimals(minimum_rates),
        score_scale,
        0.5 * score_scale * 10.0 ** -decimals(quality_scores),
    )


def read_row(
    place: str, cells: Mapping[str, str], columns: Mapping[str, str], year: int, units: Units, problems: list[Problem]
) -> AcoYear | None:
    """The row at ``place`` (``file:line``) as a value, or ``None`` with what is wrong added to ``problems``."""
    row = _Row(place, cells, columns, problems)
    notes: list[str] = []
    track = _track(row)
    start = read_date(row.text("agreement_start"))
    lives = row.required("lives", 1, 1e7)
    person_years = row.optional("person_years")
    months = _months(row, year, start, lives, person_years)
    standard = _standard(row, notes)
    score, half_unit = _score(row, standard, units, notes)
    built = AcoYear(
        place=place,
        aco_id=_identifier(row),
        aco_name=row.text("aco_name"),
        performance_year=year,
        months=months,
        track=track,
        agreement_start=start,
        agreement_period=_agreement_period(row),
        lives=lives,
        person_years=person_years,
        benchmark_usd=row.required("benchmark", 1.0, 1e12),
        expenditure_usd=row.required("expenditure", 1.0, 1e12),
        published_usd=row.required("published", -1e12, 1e12),
        minimum_rate=row.required("minimum_rate", 0.0, 100.0) * units.rate_scale,
        minimum_rate_half_unit=units.rate_half_unit,
        quality_score=score,
        quality_half_unit=half_unit,
        standard=standard,
        # The disaster field of a half year is not pro-rated, the other amounts are.
        disaster_usd=abs(row.optional("disaster") or 0.0) * months / 12,
        low_revenue={"low": True, "high": False}.get(row.text("revenue_category").lower().partition(" ")[0]),
        guardrail=row.text("guardrail").lower() in {"1", "y", "yes", "true"},
        notes=tuple(notes),
        cells=cells,
    )
    return None if row.broken else built


@dataclass(slots=True)
class _Row:
    """A row being read: looks cells up by meaning and notes what is wrong."""

    place: str
    cells: Mapping[str, str]
    columns: Mapping[str, str]
    problems: list[Problem]
    broken: bool = False

    def text(self, meaning: str) -> str:
        return self.cells.get(self.columns.get(meaning, ""), "").strip()

    def wrong(self, meaning: str, message: str) -> None:
        self.broken = True
        where = f"{self.place} {self.columns.get(meaning, meaning)}"
        self.problems.append(Problem(where, f"{message}; the row is left out"))

    def optional(self, meaning: str) -> float | None:
        try:
            return read_number(self.text(meaning))
        except ValueError as error:
            self.wrong(meaning, str(error))
            return None

    def required(self, meaning: str, low: float = -math.inf, high: float = math.inf) -> float:
        number = self.optional(meaning)
        if number is None:
            if not self.broken:
                self.wrong(meaning, f"{self.text(meaning)!r} was read where a number is needed")
            return math.nan
        if not low <= number <= high:
            self.wrong(meaning, f"{number:g} was read; it must lie between {low:g} and {high:g}")
        return number


def _identifier(row: _Row) -> str:
    if not row.text("aco_id"):
        row.wrong("aco_id", "the identifier is blank")
    return row.text("aco_id")


def _agreement_period(row: _Row) -> int | None:
    number = row.optional("agreement_period")
    return None if number is None else int(number)


def _track(row: _Row) -> str:
    try:
        return track_of(row.cells)
    except ValueError as error:
        row.wrong("track", str(error))
        return ""


def _score(row: _Row, standard: Standard, units: Units, notes: list[str]) -> tuple[float, float]:
    """The quality score as a fraction and half a unit of its last place; a blank one is set by rule."""
    score = row.optional("quality_score")
    if score is None:
        if standard == "met":
            notes.append("no quality score published: complete reporting counts as 100 %")
        return (1.0 if standard == "met" else 0.0), 0.0
    if not 0 <= score * units.score_scale <= 1:
        row.wrong("quality_score", f"{row.text('quality_score')!r} was read; a score lies between 0 and 100 %")
    return score * units.score_scale, units.score_half_unit


def _months(row: _Row, year: int, start: date | None, lives: float, person_years: float | None) -> int:
    """Length of the performance period: stated, else known by the half years of 2019."""
    stated = row.optional("months")
    if stated in (6.0, 12.0):
        return int(stated)
    if year != 2019:
        return 12
    if start == date(2019, 7, 1):
        return 6
    # An agreement that was extended for, or ended with, one half of 2019 shows half the person-years of its lives.
    return 6 if person_years is not None and lives > 0 and person_years / lives < 0.75 else 12


def _standard(row: _Row, notes: list[str]) -> Standard:
    """Whether the quality standard was met, from its flag or, where there is none, from a final sharing rate of 0."""
    met = row.optional("standard_met")
    alternative = row.optional("alternative_met")
    if met is None and "standard_met" not in row.columns:
        rate = row.optional("final_share_rate")
        if rate is None:
            notes.append("the file does not say whether the quality standard was met: taken as met")
        return "failed" if rate == 0 else "met"
    if met == 1:
        return "met"
    return "alternative" if alternative == 1 else "failed"
