"""Enrolment spans into member months: overlaps merged, gaps counted, each month with its line of business and strata.

A month counts where the member was enrolled on at least one day of it. Where spans of different kinds share a month the
one that began last decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

__all__ = ["BANDS", "LINES", "SpanCounts", "age_band", "line_of_business", "member_months", "span_counts"]

LINES: Final[Mapping[str, tuple[str, ...]]] = {
    "commercial": ("commercial", "com", "private", "group", "self-insured", "self insured", "aso", "fully insured",
                   "employer", "exchange", "marketplace", "individual", "aca", "ppo", "hmo", "epo"),
    "medicare": ("medicare", "mcr", "medicare advantage", "medicare ffs", "ffs", "medicare fee-for-service"),
    "medicaid": ("medicaid", "mcd", "chip", "medicaid managed care", "managed medicaid"),
    "dual": ("dual", "dual eligible", "dsnp", "d-snp", "mmp"),
}  # fmt: skip
"""Lines of business and the words that files have for them, lower case."""
_FULL_DUAL: Final = ("02", "04", "08", "2", "4", "8")
"""Dual status codes of people with full Medicaid benefits."""
BANDS: Final[Mapping[str, tuple[tuple[int, str], ...]]] = {
    "medicare": ((65, "under 65"), (75, "65-74"), (85, "75-84"), (999, "85+")),
    "dual": ((65, "under 65"), (75, "65-74"), (85, "75-84"), (999, "85+")),
    "commercial": ((18, "0-17"), (45, "18-44"), (999, "45-64")),
    "medicaid": ((18, "0-17"), (45, "18-44"), (999, "45-64")),
}
"""Age bands as the shipped rating cells have them: ages below a figure, by line of business."""
_SEXES: Final = {"male": ("m", "male", "1"), "female": ("f", "female", "2")}


@dataclass(frozen=True, slots=True)
class SpanCounts:
    """What the spans are like."""

    spans: int
    persons: int
    overlapping: int
    """Spans that begin before an earlier span of the same member ended."""
    repeated: int
    """Spans that are there twice, day for day."""
    gaps: int
    """Breaks of more than a day between spans of a member."""
    births: int
    """Members with more than one date of birth."""
    first_overlaps: tuple[tuple[int, int], ...] = ()
    """File and row of the first spans that overlap."""


def line_of_business(usual: str | None) -> pl.Expr:
    """The line of business of a span in the words of the shipped tables; null where its word is not known."""
    word = pl.col("line_of_business").cast(pl.String).str.to_lowercase()
    known = {w: name for name, words in LINES.items() for w in words}
    named = word.replace_strict(list(known), list(known.values()), default=None, return_dtype=pl.String)
    full = pl.col("dual").cast(pl.String).is_in(_FULL_DUAL) & named.is_in(["medicare", "medicaid"])
    found = pl.when(full).then(pl.lit("dual")).otherwise(named)
    return pl.coalesce(found, pl.lit(usual, dtype=pl.String)) if usual else found


def sex() -> pl.Expr:
    """male, female or unknown."""
    known = {w: name for name, words in _SEXES.items() for w in words}
    word = pl.col("sex").cast(pl.String).str.to_lowercase()
    return word.replace_strict(list(known), list(known.values()), default="unknown", return_dtype=pl.String)


def age_band(line: pl.Expr, age: pl.Expr) -> pl.Expr:
    """Age band of a line of business; ``unknown`` where the date of birth is not known or impossible."""
    found = pl.lit("unknown")
    for name, bands in BANDS.items():
        band = pl.lit("unknown")
        for below, label in reversed(bands):
            band = pl.when(age < below).then(pl.lit(label)).otherwise(band)
        found = pl.when(line == name).then(band).otherwise(found)
    return pl.when(age.is_null() | ~age.is_between(0, 120)).then(pl.lit("unknown")).otherwise(found)


def span_counts(spans: pl.DataFrame) -> SpanCounts:
    """What the spans are like; overlaps are told, not refused."""
    ordered = spans.sort("person", "start", "end", "file", "row")
    until = pl.col("end").cum_max().shift(1).over("person")
    seen = ordered.with_columns(
        (pl.col("start") <= until).fill_null(False).alias("overlap"),
        (pl.col("start") > until + pl.duration(days=1)).fill_null(False).alias("gap"),
        (~pl.struct("person", "start", "end").is_first_distinct()).alias("again"),
    )
    over = seen.filter(pl.col("overlap") & ~pl.col("again"))
    births = spans.group_by("person").agg(pl.col("birth").drop_nulls().n_unique().alias("b")).filter(pl.col("b") > 1)
    return SpanCounts(
        spans.height,
        int(spans["person"].n_unique()),
        over.height,
        int(seen["again"].sum()),
        int(seen["gap"].sum()),
        births.height,
        tuple(over.sort("file", "row").select("file", "row").head(5).iter_rows()),
    )


def member_months(
    spans: pl.DataFrame, first: date, last: date, strata: Sequence[str], usual: str | None
) -> pl.DataFrame:
    """One row for every member and month between two dates: person, month (first day), line, birth, sex, strata."""
    start = pl.max_horizontal(pl.col("start"), pl.lit(first)).dt.month_start()
    # Nobody is enrolled after death.
    end = pl.min_horizontal(pl.col("end"), pl.lit(last), pl.col("death"))
    kept = spans.with_columns(start.alias("from_month"), end.alias("until"), line_of_business(usual).alias("line"))
    kept = kept.filter(pl.col("from_month") <= pl.col("until")).sort("person", "start", "file", "row")
    months = kept.select(
        "person",
        pl.date_ranges("from_month", "until", "1mo").alias("month"),
        "line",
        "birth",
        sex().alias("sex"),
        *(pl.col(f"stratum:{s}").cast(pl.String).fill_null("unknown") for s in strata),
    ).explode("month")
    return months.unique(["person", "month"], keep="last", maintain_order=False)
