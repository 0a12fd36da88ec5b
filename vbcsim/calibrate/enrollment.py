"""Members of an ACO by Medicare enrollment type, from its row of a public-use file.

The file gives person-years, spending per person-year and risk score for people with end-stage renal disease, disabled
people, and aged people with and without Medicaid. Counts below 11 are suppressed, with a second one so that the first
cannot be computed; they are solved from the totals.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from vbcsim.calibrate.aco_year import AcoYear
from vbcsim.core.errors import BadInput, Problem

__all__ = ["TYPES", "EnrollmentType", "enrollment_types"]

TYPES: Final = {
    "esrd": ("n_ab_year_esrd_py", "per_capita_exp_all_esrd_py", "cms_hcc_riskscore_esrd_py"),
    "disabled": ("n_ab_year_dis_py", "per_capita_exp_all_dis_py", "cms_hcc_riskscore_dis_py"),
    "aged_dual": ("n_ab_year_aged_dual_py", "per_capita_exp_all_agdu_py", "cms_hcc_riskscore_agdu_py"),
    "aged_non_dual": ("n_ab_year_aged_nondual_py", "per_capita_exp_all_agnd_py", "cms_hcc_riskscore_agnd_py"),
}
"""Enrollment type -> columns of person-years, spending per person-year and risk score."""

TOTAL_PER_CAPITA: Final = "per_capita_exp_total_py"

_LARGEST_SUPPRESSED = 10
"""Counts of 1 to 10 are suppressed."""


@dataclass(frozen=True, slots=True)
class EnrollmentType:
    """People of one enrollment type in the performance year."""

    name: str
    person_years: int
    per_capita_usd: float
    """Spending per person-year, truncated as CMS does [USD]."""
    risk_score: float
    note: str = ""
    """How a suppressed figure was found; empty where all were published."""


def enrollment_types(row: AcoYear, others: Iterable[AcoYear]) -> tuple[EnrollmentType, ...]:
    """The enrollment types of an ACO that has people of them; they add up to its person-years and spending.

    ``others`` are the rows of the file, whose means stand in where a suppressed figure cannot be solved.
    Raises BadInput where the row has no totals or more is suppressed than the totals can tell.
    """
    people, total_usd = row.person_years, row.number(TOTAL_PER_CAPITA)
    if not people or not total_usd:
        message = f"has no n_ab_year_py or {TOTAL_PER_CAPITA}; a cohort cannot be built from this row"
        raise BadInput(Problem(row.place, message))
    known = {name: _published(row, name) for name in TYPES}
    hidden = [name for name, found in known.items() if found is None]
    types = {name: found for name, found in known.items() if found is not None}
    if hidden:
        types |= {found.name: found for found in _solved(row, people, total_usd, types, hidden, list(others))}
    present = [types[name] for name in TYPES if types[name].person_years > 0]
    return _reconciled(present, round(people), total_usd)


def _published(row: AcoYear, name: str) -> EnrollmentType | None:
    """A type whose three figures are published, or that has nobody; None where something is suppressed."""
    count, usd, risk = (row.number(column) for column in TYPES[name])
    if count == 0:
        return EnrollmentType(name, 0, 0.0, 1.0)
    if count is None or usd is None or risk is None:
        return None
    return EnrollmentType(name, round(count), usd, risk)


def _solved(
    row: AcoYear,
    people: float,
    total_usd: float,
    types: dict[str, EnrollmentType],
    hidden: list[str],
    others: list[AcoYear],
) -> list[EnrollmentType]:
    """Suppressed types from what the totals leave: the smallest has 1 to 10 person-years, a second one the rest."""
    left = round(people) - sum(found.person_years for found in types.values())
    left_usd = people * total_usd - sum(found.person_years * found.per_capita_usd for found in types.values())
    means = {name: _mean(others, name) for name in hidden}
    if len(hidden) == 1:
        name = hidden[0]
        count, usd, risk = (row.number(column) for column in TYPES[name])
        found = round(count) if count is not None else left
        if found <= 0:
            return [EnrollmentType(name, 0, 0.0, 1.0)]
        usd = usd if usd is not None else left_usd / found
        return [_hidden_type(name, found, usd, risk, means[name])]
    small = min(hidden, key=lambda name: (row.number(TYPES[name][1]) is not None, list(TYPES).index(name)))
    rest = [name for name in hidden if name != small]
    if len(rest) > 1 or left < 1:
        message = (
            f"person-years of {', '.join(hidden)} are suppressed: more than the totals can tell; choose another ACO"
        )
        raise BadInput(Problem(row.place, message))
    (large,) = rest
    large_usd = row.number(TYPES[large][1]) or means[large].per_capita_usd
    # Of the counts that would have been suppressed, the one whose cost is nearest to what such people cost elsewhere.
    usual = means[small].per_capita_usd
    trials = [(n, (left_usd - (left - n) * large_usd) / n) for n in range(1, min(_LARGEST_SUPPRESSED, left) + 1)]
    count, usd = min(trials, key=lambda trial: abs(trial[1] - usual))
    usd = usd if usd > 0 else usual
    return [
        _hidden_type(small, count, usd, row.number(TYPES[small][2]), means[small]),
        _hidden_type(large, left - count, large_usd, row.number(TYPES[large][2]), means[large]),
    ]


def _hidden_type(name: str, count: int, usd: float, risk: float | None, mean: EnrollmentType) -> EnrollmentType:
    note = "person-years suppressed in the file (1 to 10, or hiding such a count): solved from the totals"
    if usd <= 0:
        usd, note = mean.per_capita_usd, f"{note}; spending: mean of the file"
    if risk is None:
        risk, note = mean.risk_score, f"{note}; risk score: mean of the file"
    return EnrollmentType(name, count, usd, risk, note)


def _mean(rows: list[AcoYear], name: str) -> EnrollmentType:
    """Person-weighted mean of a type over a file."""
    found = [each for row in rows if (each := _published(row, name)) is not None and each.person_years > 0]
    people = sum(each.person_years for each in found)
    if not people:
        raise BadInput(Problem("", f"the file publishes no {name} people at all; their figures cannot be supposed"))
    usd = sum(each.person_years * each.per_capita_usd for each in found) / people
    risk = sum(each.person_years * each.risk_score for each in found) / people
    return EnrollmentType(name, people, usd, risk)


def _reconciled(types: list[EnrollmentType], people: int, total_usd: float) -> tuple[EnrollmentType, ...]:
    """The types made to add up: rounding of counts goes to the largest, rounding of dollars to all alike."""
    largest = max(types, key=lambda each: each.person_years)
    gap = people - sum(each.person_years for each in types)
    fitted = [replace(each, person_years=each.person_years + gap) if each is largest else each for each in types]
    spent = sum(each.person_years * each.per_capita_usd for each in fitted)
    factor = people * total_usd / spent
    return tuple(replace(each, per_capita_usd=each.per_capita_usd * factor) for each in fitted)
