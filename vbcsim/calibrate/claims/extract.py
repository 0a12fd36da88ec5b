"""A folder of claims as person-years, with everything that was counted on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from vbcsim.calibrate.claims.enrollment import SpanCounts, member_months, span_counts
from vbcsim.calibrate.claims.fates import FATES, judge_lines
from vbcsim.calibrate.claims.hcc import Scores, scored
from vbcsim.calibrate.claims.ingest import FileCount, Ingested, ingest, parts_for
from vbcsim.calibrate.claims.oddities import Oddity, line_oddities, unknown_codes
from vbcsim.calibrate.claims.person_years import PersonYears
from vbcsim.calibrate.claims.persons import PersonRows, joined, person_rows
from vbcsim.calibrate.claims.rejects import reject_problems
from vbcsim.calibrate.claims.service_categories import CATEGORIES, UNKNOWN, with_categories
from vbcsim.calibrate.claims.services import services_of, with_incurred_day
from vbcsim.calibrate.claims.sources import Source, find_sources
from vbcsim.core.errors import BadInput
from vbcsim.core.text import listing, visible

__all__ = ["Extract", "Part", "read_claims", "rows_of_fates"]

_WHO = ("birth", "sex", "dual", "entitlement")
_KEPT = (
    "file", "row", "person", "claim", "from", "thru", "admitted", "discharged", "paid_date", "cents", "paid", "billed",
    "pharmacy", "category_code", "fate",
)  # fmt: skip
"""Columns of claim lines once their codes have said what they are."""
_USED, _OUTSIDE, _UNENROLLED = (list(FATES).index(name) for name in ("used", "outside", "unenrolled"))


@dataclass(frozen=True)
class Part:
    """What one pass over the files gives; every table adds up over passes."""

    rows: PersonRows
    fates: pl.DataFrame
    """pharmacy, fate, rows, cents."""
    months: pl.DataFrame
    """month, line, category_code, cents, services."""
    members: pl.DataFrame
    """month, line, members."""
    triangle: pl.DataFrame
    """pharmacy, incurred, paid (months), cents."""
    exits: tuple[int, int]
    """Member months after which the member was gone, of how many."""
    unknown: pl.DataFrame
    """column, code, lines, cents, persons."""
    oddities: tuple[Oddity, ...]
    conflicts: pl.DataFrame
    """file, row of rows that conflict."""


@dataclass(frozen=True)
class Extract:
    """Claims and eligibility as read."""

    folder: str
    files: tuple[FileCount, ...]
    others: tuple[str, ...]
    rejects: pl.DataFrame
    """file, row, reason, cents; conflicts among them."""
    fates: pl.DataFrame
    years: tuple[int, ...]
    left_out: tuple[str, ...]
    """Years that are in the files and are not used, with the reason."""
    spans: SpanCounts
    people: PersonYears
    strata: tuple[str, ...]
    """Attributes of cells that the strata of the person-years are made of."""
    months: pl.DataFrame
    members: pl.DataFrame
    triangle: pl.DataFrame
    exits: tuple[int, int]
    unknown: pl.DataFrame
    oddities: tuple[Oddity, ...]
    amount: str
    pharmacy: bool
    scores: Scores | None = None
    """HCC scores of members, where they were asked for."""


def read_claims(
    folder: Path,
    *,
    amount: str | None = None,
    line: str | None = None,
    years: Sequence[int] = (),
    strata: Mapping[str, str] | None = None,
    headings: Mapping[str, Mapping[str, str]] | None = None,
    hcc: bool = False,
) -> Extract:
    """Read a folder.

    :param amount: ``allowed`` or ``paid``; the allowed amount where any file has it, else the paid one.
    :param line: line of business of spans that do not state one.
    :param years: calendar years to use; those with claims and enrollment in all twelve months where none are given.
    :param strata: attribute of a cell -> heading of eligibility.
    :param headings: table -> meaning -> heading.
    :param hcc: whether to score Medicare and dual members by the diagnoses of their claims.
    :raises BadInput: with everything that stands in the way of reading at all.
    """
    columns = dict(strata or {})
    sources, others = find_sources(folder, headings or {}, tuple(columns.values()))
    amount = amount or ("allowed" if any(s.headings.has("allowed") for s in sources) else "paid")
    parts = parts_for(sources)
    found: list[Part] = []
    chosen: tuple[int, ...] = ()
    left_out: tuple[str, ...] = ()
    files: tuple[FileCount, ...] = ()
    rejects = pl.DataFrame()
    spans: list[pl.DataFrame] = []
    for number in range(parts):
        read = ingest(sources, amount, line, number, parts)
        if number == 0:
            files, rejects = read.files, read.rejects
            try:
                _check_spans(read.spans, sources)
                chosen, left_out = _years(read, years, visible(str(folder)))
            except BadInput as error:
                raise BadInput([*reject_problems(read.files, read.rejects), *error.problems]) from None
        spans.append(read.spans.select("file", "row", "person", "start", "end", *(_WHO if hcc else ("birth",))))
        found.append(_part(read, chosen, tuple(columns.values()), line))
        del read  # its rows need not stay while the next part is read
    people = joined([p.rows for p in found], f"claims of {listing([str(y) for y in chosen])}, {amount} amounts")
    conflicts = pl.concat([p.conflicts for p in found])
    scores = scored(sources, pl.concat(spans), people, np.concatenate([p.rows.keys for p in found])) if hcc else None
    return Extract(
        folder=visible(str(folder)),
        files=files,
        others=tuple(others),
        rejects=pl.concat([rejects, conflicts]).sort("file", "row"),
        fates=_sum([p.fates for p in found], ["pharmacy", "fate"]),
        years=chosen,
        left_out=left_out,
        spans=span_counts(pl.concat(spans)),
        people=people,
        strata=tuple(columns),
        months=_sum([p.months for p in found], ["month", "line", "category_code"]),
        members=_sum([p.members for p in found], ["month", "line"]),
        triangle=_sum([p.triangle for p in found], ["pharmacy", "incurred", "paid"]),
        exits=(sum(p.exits[0] for p in found), sum(p.exits[1] for p in found)),
        unknown=_sum([p.unknown for p in found], ["column", "code"]),
        oddities=_added([p.oddities for p in found]),
        amount=amount,
        pharmacy=any(s.table == "pharmacy_claim" for s in sources),
        scores=scores,
    )


def _part(read: Ingested, years: Sequence[int], strata: Sequence[str], usual: str | None) -> Part:
    claims = with_categories(judge_lines(read.take_claims()))
    unknown = claims.filter(pl.col("category_code") == CATEGORIES.index(UNKNOWN))
    claims = claims.select(_KEPT)
    lines = with_incurred_day(claims.filter(pl.col("fate") == _USED)).with_columns(
        pl.col("day").dt.month_start().alias("month")
    )
    months = member_months(read.spans, date(years[0], 1, 1), date(years[-1], 12, 31), strata, usual)
    months = months.filter(pl.col("month").dt.year().is_in(list(years)))
    enrolled = months.select("person", "month", pl.lit(True).alias("enrolled"))
    lines = lines.join(enrolled, on=["person", "month"], how="left", maintain_order="left")
    outside = ~pl.col("month").dt.year().is_in(list(years))
    fate = pl.when(outside).then(_OUTSIDE).when(pl.col("enrolled").is_null()).then(_UNENROLLED).otherwise(_USED)
    lines = lines.with_columns(fate.cast(pl.UInt8).alias("fate"))
    used = lines.filter(pl.col("fate") == _USED)
    rows = person_rows(months, services_of(used), strata)
    return Part(
        rows=rows,
        fates=_counted([claims.filter(pl.col("fate") != _USED), lines]),
        months=_by_month(used, months),
        members=months.group_by("month", "line").agg(pl.len().alias("members")),
        triangle=_triangle(used),
        exits=_exits(months, date(years[-1], 12, 1)),
        unknown=unknown_codes(unknown.join(used.select("file", "row"), on=["file", "row"], how="semi")),
        oddities=line_oddities(read, claims, lines, months),
        conflicts=claims.filter(pl.col("fate") == list(FATES).index("conflict")).select(
            "file", "row", pl.lit("claim: " + FATES["conflict"]).alias("reason"), "cents"
        ),
    )


def _counted(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Rows and cents by fate."""
    return pl.concat(
        [
            f.group_by("pharmacy", "fate").agg(pl.len().cast(pl.Int64).alias("rows"), pl.col("cents").sum())
            for f in frames
        ]
    )


def _by_month(used: pl.DataFrame, months: pl.DataFrame) -> pl.DataFrame:
    with_line = used.join(months.select("person", "month", "line"), on=["person", "month"], how="left")
    return with_line.group_by("month", "line", "category_code", "pharmacy").agg(
        pl.col("cents").sum(), pl.len().cast(pl.Int64).alias("lines")
    )


def _triangle(used: pl.DataFrame) -> pl.DataFrame:
    dated = used.filter(pl.col("paid_date").is_not_null())
    return (
        dated.group_by(
            "pharmacy", pl.col("month").alias("incurred"), pl.col("paid_date").dt.month_start().alias("paid_month")
        )
        .agg(pl.col("cents").sum())
        .rename({"paid_month": "paid"})
    )


def _exits(months: pl.DataFrame, last: date) -> tuple[int, int]:
    """Member months that were a member's last before the end of the data, and all that could have been."""
    open_months = months.filter(pl.col("month") < last).select("person", "month")
    following = months.select("person", pl.col("month").dt.offset_by("-1mo"))
    gone = open_months.join(following, on=["person", "month"], how="anti")
    return gone.height, open_months.height


def _sum(frames: Sequence[pl.DataFrame], keys: list[str]) -> pl.DataFrame:
    whole = pl.concat(frames)
    keys = [*keys, *(k for k in ("pharmacy",) if k in whole.columns and k not in keys)]
    return whole.group_by(keys).agg(pl.col(c).sum() for c in whole.columns if c not in keys).sort(keys)


def _added(parts: Sequence[Sequence[Oddity]]) -> tuple[Oddity, ...]:
    """Oddities of all passes, counts added by kind."""
    found: dict[str, Oddity] = {}
    for odd in (o for part in parts for o in part):
        before = found.get(odd.kind)
        found[odd.kind] = odd if before is None else before.plus(odd)
    return tuple(o for o in found.values() if o.count)


def _check_spans(spans: pl.DataFrame, sources: Sequence[Source]) -> None:
    """There must be eligibility to go by.

    :raises BadInput: where no span can be used.
    """
    if not spans.height:
        name = next(s.name for s in sources if s.table == "eligibility")
        raise BadInput(name, "no row of eligibility can be used")


def _years(read: Ingested, wanted: Sequence[int], place: str) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """The calendar years to use, and those left out with the reason.

    :raises BadInput: where a year that is asked for has no claims, or no year is whole.
    """
    lines = read.claims.group_by(pl.col("from").dt.year().alias("year")).agg(
        pl.col("from").dt.month().n_unique().alias("months"), pl.len().alias("lines")
    )
    seen = {int(y): (int(m), int(n)) for y, m, n in lines.iter_rows()}
    begun, until = read.spans["start"].min(), read.spans["end"].max()
    assert isinstance(begun, date)
    assert isinstance(until, date)
    enrolled = {y for y in seen if begun <= date(y, 12, 31) and until >= date(y, 1, 1)}
    if wanted:
        lacking = [y for y in wanted if y not in enrolled]
        if lacking:
            have = listing([str(y) for y in sorted(enrolled)]) or "none"
            raise BadInput(
                place, f"has no claims of enrolled members in {listing([str(y) for y in lacking])} (it has {have})"
            )
        chosen = tuple(sorted(set(wanted)))
    else:
        chosen = tuple(sorted(y for y in enrolled if seen[y][0] == 12))
    if not chosen:
        told = listing([f"{y}: {seen[y][0]} months" for y in sorted(seen)], 6) or "no claims"
        raise BadInput(place, f"no calendar year has claims in all twelve months ({told}); name years with --years")
    gaps = [y for y in range(chosen[0], chosen[-1]) if y not in chosen]
    left = [f"{y}: claims in {seen[y][0]} of 12 months ({seen[y][1]:,} lines)" for y in sorted(seen) if y not in chosen]
    return chosen, (*left, *(f"{y}: missing between years that are used" for y in gaps if y not in seen))


def rows_of_fates(extract: Extract) -> list[tuple[str, int, int]]:
    """What became of all claim lines: in words, rows and cents; the first is what was read, the rest add up to it."""
    claims = [f for f in extract.files if f.table != "eligibility"]
    parsed = dict.fromkeys(range(len(FATES)), (0, 0))
    for _, fate, rows, cents in extract.fates.select("pharmacy", "fate", "rows", "cents").iter_rows():
        before = parsed[fate]
        parsed[fate] = (before[0] + rows, before[1] + cents)
    rejected = (sum(f.rejected for f in claims), sum(f.rejected_cents for f in claims))
    read = (sum(f.rows for f in claims), sum(f.cents for f in claims))
    words = [("read", *read), ("rejected: cannot be read", *rejected)]
    return words + [(text, *parsed[code]) for code, text in enumerate(FATES.values())]
