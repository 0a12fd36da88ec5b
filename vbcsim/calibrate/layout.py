"""Which column of a public-use file means what, in any performance year.

CMS renames columns, changes their letter case and moves them from year to year; they are found by lower-cased name
through the tables below. The names of performance years 2015, 2016, 2021 and 2022 were read in the files themselves;
those of other years follow CMS's habits and are not yet checked against a file (docs/explanation/public_use_files.md
says which).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

__all__ = [
    "ALIASES",
    "REQUIRED",
    "TRACKS",
    "columns_by_meaning",
    "layout_year",
    "missing_meanings",
    "read_date",
    "track_of",
]

ALIASES: Final[Mapping[str, tuple[str, ...]]] = {
    "aco_id": ("aco_id", "aco_num", "aco_number", "acoid"),
    "aco_name": ("aco_name", "aco_lbn_name", "aco_doing_business_as_or_lbn_name"),
    "performance_year": ("year", "performance_year", "perf_year", "py"),
    "months": ("performance_months", "n_months", "months"),
    "agreement_start": ("current_start_date", "start_date", "agreement_start_date", "initial_start_date"),
    "agreement_period": ("agreement_period_num", "agreement_period_number"),
    "risk_model": ("risk_model",),
    "lives": ("n_ab",),
    "person_years": ("n_ab_year_py", "n_ab_year"),
    "benchmark": ("abtotbnchmk", "ab_tot_bnchmk", "total_benchmark"),
    "expenditure": ("abtotexp", "ab_tot_exp", "total_expenditures"),
    "published": ("earnsaveloss", "earned_save_loss", "earn_save_loss"),
    "minimum_rate": ("minsavperc", "min_sav_perc", "minsavlossperc"),
    "quality_score": ("qualscore", "qual_score", "final_qual_score"),
    "standard_met": ("met_qps", "met_qps_flag"),
    "alternative_met": ("met_altqps", "met_alt_qps", "met_alternative_qps", "met_aqps"),
    "final_share_rate": ("finalsharerate", "final_share_rate"),
    "disaster": ("disadj", "dis_adj", "disaster_adj"),
    "revenue_category": ("rev_exp_cat", "revenue_category"),
    "guardrail": ("guardrail", "guardrail_applied", "three_way_guardrail", "twt_guardrail"),
}
"""Names that a meaning has had, lower-cased, the most specific first."""

REQUIRED: Final = ("aco_id", "lives", "benchmark", "expenditure", "published", "minimum_rate", "quality_score")
"""Meanings without which no row can be settled (the track is asked for apart)."""

TRACKS: Final[Mapping[str, tuple[str, ...]]] = {
    "track_1": ("current_track_1", "track1", "track_1"),
    "track_1_plus": ("current_track_1_plus", "current_track_1plus", "track1plus", "track_1_plus"),
    "track_2": ("current_track_2", "track2", "track_2"),
    "track_3": ("current_track_3", "track3", "track_3"),
    "basic_a": ("current_basic_a", "basic_a"),
    "basic_b": ("current_basic_b", "basic_b"),
    "basic_c": ("current_basic_c", "basic_c"),
    "basic_d": ("current_basic_d", "basic_d"),
    "basic_e": ("current_basic_e", "basic_e"),
    "enhanced": ("current_enhanced", "enhanced"),
}
"""Track of the program file -> the 0/1 columns that have marked it."""

_TRACK_CODE_COLUMNS: Final = ("current_track", "track")
_TRACK_CODES: Final = {
    "1": "track_1", "1+": "track_1_plus", "1plus": "track_1_plus", "2": "track_2", "3": "track_3",
    "a": "basic_a", "b": "basic_b", "c": "basic_c", "d": "basic_d", "e": "basic_e", "en": "enhanced",
    "enh": "enhanced", "enhanced": "enhanced",
}  # fmt: skip


def columns_by_meaning(header: Iterable[str]) -> dict[str, str]:
    """Meaning -> the column that carries it, for every meaning that the header (lower-cased names) has."""
    names = list(header)
    found = {m: next((a for a in aliases if a in names), "") for m, aliases in ALIASES.items()}
    if not found["guardrail"]:
        found["guardrail"] = next((n for n in names if "guardrail" in n), "")
    return {meaning: column for meaning, column in found.items() if column}


def missing_meanings(header: Iterable[str]) -> list[str]:
    """What the header lacks for settling a row, each as ``meaning (columns looked for)``; empty when it will do."""
    names = list(header)
    have = columns_by_meaning(names)
    lacks = [f"{m.replace('_', ' ')} ({' or '.join(ALIASES[m])})" for m in REQUIRED if m not in have]
    flags = {alias for aliases in TRACKS.values() for alias in aliases}
    if not flags.intersection(names) and not set(_TRACK_CODE_COLUMNS).intersection(names):
        lacks.append("track (current_track, current_track_1 ..., current_basic_a ..., or track1, track2)")
    return lacks


def track_of(cells: Mapping[str, str]) -> str:
    """The track of a row, as the program file names it; ValueError with what was read where it is not one track."""
    for column in _TRACK_CODE_COLUMNS:
        code = re.sub(r"[\s_-]", "", cells.get(column, "").lower()).removeprefix("track").removeprefix("basic")
        if code.removeprefix("level") in _TRACK_CODES:
            return _TRACK_CODES[code.removeprefix("level")]
        if code:
            raise ValueError(
                f"{column}: {cells[column]!r} is not a track; known codes are {', '.join(sorted(_TRACK_CODES)).upper()}"
            )
    marked = [track for track, names in TRACKS.items() if any(_is_one(cells.get(name, "")) for name in names)]
    if len(marked) == 1:
        return marked[0]
    raise ValueError(f"exactly one track must be marked 1, found {', '.join(marked) or 'none'}")


def layout_year(header: Iterable[str], starts: Iterable[date]) -> int | None:
    """The performance year as the layout and the latest start of an agreement tell it, ``None`` when they do not.

    New agreements began every January except in 2019 (July instead) and 2021, so the latest start in a whole file dates
    it; 2021 is known by its new quality columns.
    """
    names = set(header)
    latest = max(starts, default=None)
    if latest is None:
        return None
    if "current_track" in names:
        return latest.year if latest.year >= 2022 else None
    if names & {"report_ecqm", "report_wi"}:
        return 2021
    if "current_basic_a" in names:
        return 2019 if latest.year <= 2019 else 2020
    if "current_track_1_plus" in names:
        return 2018
    return latest.year if names & {"current_track_1", "track1"} and 2013 <= latest.year <= 2018 else None


def read_date(text: str) -> date | None:
    """A date as the files write it (``7/1/12``, ``07/01/2019``, ``2019-07-01``); ``None`` where there is none."""
    match = re.match(r"^\s*(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})\b", text)
    if match:
        month, day, year = (int(g) for g in match.groups())
    else:
        match = re.match(r"^\s*(\d{4})-(\d{1,2})-(\d{1,2})\b", text)
        if not match:
            return None
        year, month, day = (int(g) for g in match.groups())
    try:
        return date(year + 2000 if year < 100 else year, month, day)
    except ValueError:
        return None


def _is_one(text: str) -> bool:
    return text.strip().lower() in {"1", "1.0", "y", "yes", "true"}
