"""ACOs in two consecutive performance years: what was known, and what came."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from vbcsim.calibrate.aco_year import AcoYear
from vbcsim.calibrate.public_use_file import PublicUseFile
from vbcsim.core.errors import BadInput, Problem

__all__ = ["FEWEST", "Pairs", "pairs_of_files"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

FEWEST = 30
"""ACOs in both years below which neither movement nor coverage can be told."""
_EXTENDED = 2018
"""Agreements that began in 2018 ran a fourth year, through 2021 (85 FR 27550, May 2020)."""
_FIVE_YEARS_FROM = 2019
"""Agreements of five years: those that begin on July 1, 2019 or later (42 CFR 425.200(b)(4))."""
_FIRST_START = 2012
"""The program's first agreements, of April and July 2012, ran through 2015 (42 CFR 425.200(b)(1))."""


@dataclass(frozen=True)
class Pairs:
    """ACOs with a row in a year and in the next, in the order of their identifiers; arrays by ACO."""

    year: int
    """The later of the two years, the one that is forecast."""
    before: tuple[AcoYear, ...]
    after: tuple[AcoYear, ...]

    def __len__(self) -> int:
        return len(self.before)

    @property
    def name(self) -> str:
        return f"{self.year - 1} to {self.year}"

    @cached_property
    def people(self) -> Floats:
        """Person-years of the earlier year; assigned lives where they are not published."""
        return np.array([row.person_years or row.lives for row in self.before])

    @cached_property
    def known(self) -> Floats:
        """Savings of the earlier year, as the logarithm of benchmark over spending."""
        return _savings(self.before)

    @cached_property
    def came(self) -> Floats:
        """The same of the later year."""
        return _savings(self.after)

    @cached_property
    def savings_rate(self) -> Floats:
        """Savings of the later year as a rate of the benchmark, from the published dollars."""
        return 1.0 - np.exp(-self.came)

    @cached_property
    def amount_usd(self) -> Floats:
        """What was published as earned (+) or owed (-) for the later year."""
        return np.array([row.published_usd for row in self.after])

    @cached_property
    def ends(self) -> Flags:
        """Whether the agreement of the earlier year ends with it, by the rules on its length alone."""
        return np.array([_last_year(row) <= self.year - 1 for row in self.before])

    @cached_property
    def renewed(self) -> Flags:
        """Whether the later year belongs to another agreement."""
        return np.array([a.agreement_start != b.agreement_start for a, b in zip(self.before, self.after, strict=True)])

    @cached_property
    def growth(self) -> Floats:
        """Growth of the benchmark in dollars and of the lives, as logarithms (ACO, 2)."""
        return np.array(
            [
                (np.log(b.benchmark_usd / a.benchmark_usd), np.log(b.lives / a.lives))
                for a, b in zip(self.before, self.after, strict=True)
            ]
        )


def pairs_of_files(files: Iterable[PublicUseFile]) -> tuple[Pairs, ...]:
    """Every pair of consecutive years of the files, the earliest first.

    :raises BadInput: where no year has its next, an ACO has two rows in a year, or too few ACOs are in both years.
    """
    years: dict[int, dict[str, AcoYear]] = {}
    wrong: list[Problem] = []
    for file in files:
        for row in file.rows:
            if row.months != 12:
                continue
            known = years.setdefault(row.performance_year, {}).setdefault(row.aco_id, row)
            if known is not row:
                message = f"is a second row of an ACO for {row.performance_year}; the first is {known.place}"
                wrong.append(Problem(row.place, message))
    if wrong:
        raise BadInput(wrong)
    consecutive = [year for year in sorted(years) if year - 1 in years]
    if not consecutive:
        read = ", ".join(map(str, sorted(years))) or "no whole year"
        raise BadInput("backtest", f"{read} was read; give the files of two consecutive performance years")
    return tuple(_pairs(year, years[year - 1], years[year]) for year in consecutive)


def _pairs(year: int, before: dict[str, AcoYear], after: dict[str, AcoYear]) -> Pairs:
    both = sorted(before.keys() & after.keys())
    if len(both) < FEWEST:
        raise BadInput("backtest", f"{len(both)} ACOs are in both {year - 1} and {year}; at least {FEWEST} are needed")
    return Pairs(year, tuple(before[i] for i in both), tuple(after[i] for i in both))


def _savings(rows: Sequence[AcoYear]) -> Floats:
    return np.array([np.log(row.benchmark_usd / row.expenditure_usd) for row in rows])


def _last_year(row: AcoYear) -> int:
    """Last performance year of the agreement of a row; of an unknown start, none that is near."""
    if row.agreement_start is None:
        return row.performance_year + 1
    start = row.agreement_start.year
    if start >= _FIVE_YEARS_FROM:
        return start + 4 + (row.agreement_start.month == 7)
    return start + 2 + (start in (_FIRST_START, _EXTENDED))
