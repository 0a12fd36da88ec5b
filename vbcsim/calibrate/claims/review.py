"""The data review: what was read, what became of it, what looks odd, and what the user must know (ASOP No. 23).

No row of it tells of a single member: counts of people below 11 are hidden (``suppression``), money of fewer people is
hidden with them, and identifiers were never kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from vbcsim.calibrate.claims.calibrated import Calibrated
from vbcsim.calibrate.claims.extract import Extract, rows_of_fates
from vbcsim.calibrate.claims.review_tables import (
    categories_table,
    completion_table,
    credibility_table,
    large_table,
    month_table,
)
from vbcsim.calibrate.claims.suppression import LEAST, shown_counts
from vbcsim.core.text import counted, listing

__all__ = ["Review", "Section", "Table", "dollars", "review_of"]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of text: headings, rows, and which columns are figures."""

    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""

    @property
    def figures(self) -> tuple[int, ...]:
        """Columns that hold figures: where any cell has a digit and every cell is a figure, hidden or blank."""
        return tuple(k for k in range(1, len(self.headings)) if all(_is_figure(row[k]) for row in self.rows))


def _is_figure(cell: str) -> bool:
    return not cell or cell in ("none", "hidden") or cell.lstrip("−-$<+")[:1].isdigit()


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with sentences, points and tables."""

    heading: str
    sentences: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True, slots=True)
class Review:
    """The page: what was found in short, what must not be missed, and the sections."""

    title: str
    answer: str
    warnings: tuple[str, ...]
    sections: tuple[Section, ...]


def dollars(cents: int) -> str:
    """Whole dollars of cents."""
    return f"{'−' if cents < 0 else ''}${abs(cents) / 100:,.0f}"


def review_of(found: Calibrated) -> Review:
    """The review of a calibration."""
    x = found.extract
    months = int(found.people.months.sum())
    years = listing([str(y) for y in x.years])
    used = next(cents for words, _, cents in rows_of_fates(x) if words == "counted")
    pmpm = used / 100.0 / months
    answer = (
        f"{found.people.persons:,} members with {months:,} member months in {years}; {dollars(used)} of {x.amount} "
        f"amounts count, ${pmpm:,.2f} per member and month before completion."
    )
    return Review(
        f"Data review of the claims in {x.folder}",
        answer,
        tuple(_warnings(found)),
        (_selection(x), _reliance(x), _rows(x), _checks(found), _use(found), _limits(found), _privacy()),
    )


_SHARE: Final = 0.02


def _warnings(found: Calibrated) -> list[str]:
    """What a reader must see before any figure."""
    x = found.extract
    fates = {words: (rows, cents) for words, rows, cents in rows_of_fates(x)}
    read = max(1, fates["read"][1])
    said = []
    if x.rejects.height:
        said.append(f"Rejected, and in no figure: {counted(x.rejects.height, 'row')}; the reject file lists them.")
    unenrolled = fates["incurred in a month without enrollment"][1]
    if unenrolled > _SHARE * read:
        said.append(
            f"{dollars(unenrolled)}, {unenrolled / read:.1%} of what was read, was incurred without enrollment."
        )
    unknown = int(x.unknown["cents"].sum())
    if unknown > _SHARE * read:
        said.append(f"{dollars(unknown)}, {unknown / read:.1%} of what was read, has codes that no rule knows.")
    cut = [f.name for f in x.files if any("cut off" in note for note in f.notes)]
    if cut:
        said.append(f"{listing(cut)}: the last row has no end; the file may have been cut off.")
    if not any(found.completion.values()):
        said.append("Claims are taken as complete: no dates of payment, too few months, or it was asked for.")
    if len(x.years) == 1:
        said.append("One year only: base years, trends and persistence cannot be seen in these claims.")
    if len(x.years) > 1 and x.years[-1] - x.years[0] + 1 > len(x.years):
        said.append("A year between the years that are used is missing: the base years end where it begins.")
    said += [
        note[0].upper() + note[1:] + "." for note in found.notes if "overstated" in note or "fewer than 50" in note
    ]
    return said


def _selection(x: Extract) -> Section:
    rows = tuple(
        (f.name, f.table.replace("_", " "), f"{f.rows:,}", f"{f.rejected:,}", "; ".join(f.notes) or "") for f in x.files
    )
    points = [f"{left} (not used)" for left in x.left_out]
    points += [f"{name}: not a table of claims by its name; not read" for name in x.others]
    said = (
        f"Years used: {listing([str(y) for y in x.years])}: calendar years with claims in all twelve months, or those "
        f"asked for. Amounts are {x.amount} amounts; where a row has none, the other of allowed and paid."
    )
    return Section(
        "Selection of data",
        (said,),
        tuple(points),
        (Table("Files that were read", ("File", "Table", "Rows", "Rejected", "Remarks"), rows),),
    )


def _reliance(x: Extract) -> Section:
    said = (
        f"The files in {x.folder} were taken as supplied. Nothing here compares them with a ledger, a premium file or "
        "another source; compare the totals below with your control totals before relying on them."
    )
    return Section("Reliance on data supplied by others", (said,))


def _rows(x: Extract) -> Section:
    """Every row that was read stands in one line; the lines add up."""
    fates = rows_of_fates(x)
    read, rest = fates[0], fates[1:]
    adds = (sum(r for _, r, _ in rest), sum(c for _, _, c in rest))
    table = Table(
        "Claim lines and dollars",
        ("", "Rows", "Dollars"),
        tuple((words, f"{rows:,}", dollars(cents)) for words, rows, cents in [*rest, ("together", *adds), read]),
        "Dollars of rows whose amount could not be read are not known and not in the table.",
    )
    agrees = adds == (read[1], read[2])
    reasons = x.rejects.group_by("file", "reason").agg(pl.len().alias("rows"), pl.col("row").min()).sort("file", "row")
    names = [f.name for f in x.files]
    why = Table(
        "Rejected rows by reason",
        ("File", "Reason", "Rows", "First row"),
        tuple((names[f], reason, f"{n:,}", f"{first:,}") for f, reason, n, first in reasons.iter_rows()),
    )
    said = (
        "Every row that was read is counted in exactly one line; the lines add up to what was read."
        if agrees
        else "The lines do not add up to what was read: this is an error of the program; please report it."
    )
    return Section("Review of data: what became of every row", (said,), (), (table, why) if why.rows else (table,))


def _checks(found: Calibrated) -> Section:
    x = found.extract
    s = x.spans
    names = [f.name for f in x.files]
    points = [
        f"{s.spans:,} enrollment spans; {s.overlapping:,} overlap an earlier span of their member and were merged"
        + (f" (first: {_places(s.first_overlaps, names)})" if s.first_overlaps else ""),
        f"{s.repeated:,} spans are there twice; {s.gaps:,} breaks of more than a day within a member's enrollment",
    ]
    if s.births:
        points.append(f"members with more than one date of birth: {shown_counts([s.births])[0]} (the last one counts)")
    for odd in x.oddities:
        count = shown_counts([odd.count])[0] if odd.unit == "persons" else f"{odd.count:,}"
        money = f", {dollars(odd.cents)}" if odd.cents and (odd.unit == "rows" or odd.count >= LEAST) else ""
        where = f" (first: {_places(odd.places, names)})" if odd.places else ""
        points.append(f"{odd.kind}: {count} {odd.unit} of {odd.of:,}{money}{where}")
    points += _jumps(x)
    unknown = x.unknown.filter(pl.col("persons") >= LEAST).sort("cents", descending=True).head(25)
    rest = x.unknown.height - unknown.height
    code_table = Table(
        "Codes that no rule knows",
        ("Column", "Code", "Rows", "Dollars"),
        tuple((c, code or "none", f"{n:,}", dollars(cents)) for c, code, n, cents, _ in unknown.iter_rows()),
        f"Not shown: {counted(rest, 'further code')}, or of fewer than {LEAST} members." if rest else "",
    )
    tables = (month_table(found), *((code_table,) if x.unknown.height else ()), categories_table(found))
    return Section("Review of data: what looks odd", (), tuple(points), tables)


def _places(places: Sequence[tuple[int, int]], names: Sequence[str]) -> str:
    return ", ".join(f"{names[file]}:{row}" for file, row in places)


def _jumps(x: Extract) -> list[str]:
    """Months whose cost per member lies far from that of the months around it."""
    cost = x.months.group_by("month").agg(pl.col("cents").sum())
    members = x.members.group_by("month").agg(pl.col("members").sum())
    both = members.join(cost, on="month", how="left").sort("month").with_columns(pl.col("cents").fill_null(0))
    pmpm = (both["cents"] / both["members"]).to_numpy() / 100.0
    month = both["month"].to_list()
    log = np.log(np.maximum(pmpm, 0.01))
    said = []
    for k in range(len(log)):
        around = np.concatenate([log[max(0, k - 3) : k], log[k + 1 : k + 4]])
        if len(around) >= 3 and abs(log[k] - np.median(around)) > np.log(1.5):
            said.append(
                f"{month[k]:%Y-%m}: ${pmpm[k]:,.2f} per member and month, "
                f"{pmpm[k] / np.exp(np.median(around)):.2f} times the months around it"
            )
    size = both["members"].to_numpy()
    for k in range(1, len(size)):
        if not 0.85 < size[k] / size[k - 1] < 1.15 and min(size[k], size[k - 1]) >= LEAST:
            said.append(f"{month[k]:%Y-%m}: {size[k]:,} members after {size[k - 1]:,} the month before")
    return said


def _use(found: Calibrated) -> Section:
    said = (
        "Recent months are brought to their ultimate by month of service (chain ladder; errors by Mack's formula); "
        "the number of services stays as paid, so that completion raises the cost per service. Levels, spread, memory "
        "and tails are fitted by line of business; credibility 1 is all data, 0 all table."
    )
    return Section(
        "Use of the data",
        (said,),
        tuple(found.notes),
        (*completion_table(found), *credibility_table(found), large_table(found)),
    )


def _limits(found: Calibrated) -> Section:
    x = found.extract
    points = [
        "Service categories follow a table of codes; its ranges come from memory of public code sets: unverified.",
        "A month counts where a member was covered on at least one day; age is that of 1 July.",
        "Inpatient bills of a member that overlap or follow within a day are one stay.",
        "Without a specialty on the claim, office visits count as primary care.",
        "No tail factor: what is paid later than the longest delay in the files is taken as nothing.",
    ]
    if not x.pharmacy:
        points.append("There is no pharmacy file: retail drugs are not in the cost, nor in the scenario.")
    return Section("Limits of the data and judgements", (), tuple(points))


def _privacy() -> Section:
    said = (
        f"Numbers of people from 1 to {LEAST - 1} are shown as <{LEAST}; cells of fewer people are put together, and a "
        "category that fewer people used takes its level from the shipped table. No identifier of a member is in any "
        "file that was written; the reject file names files and rows, no values, and only its owner can read it."
    )
    return Section("How small numbers are hidden", (said,))
