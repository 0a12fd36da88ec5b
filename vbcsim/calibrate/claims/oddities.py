"""What looks odd and is used all the same: counts and places, for whoever answers for the data."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import polars as pl

from vbcsim.calibrate.claims.ingest import Ingested

__all__ = ["Oddity", "line_oddities", "unknown_codes"]

_PLACES: Final = 5


@dataclass(frozen=True, slots=True)
class Oddity:
    """Something odd: how many rows or persons, how much, and the first places."""

    kind: str
    unit: str
    """rows or persons; numbers of persons are hidden where they are small."""
    count: int
    of: int
    cents: int = 0
    places: tuple[tuple[int, int], ...] = ()
    """File and row of the first ones."""

    def plus(self, other: Oddity) -> Oddity:
        """Both together."""
        places = tuple(sorted({*self.places, *other.places})[:_PLACES])
        total = (self.count + other.count, self.of + other.of, self.cents + other.cents)
        return replace(self, count=total[0], of=total[1], cents=total[2], places=places)


def line_oddities(
    read: Ingested, claims: pl.DataFrame, lines: pl.DataFrame, months: pl.DataFrame
) -> tuple[Oddity, ...]:
    """Oddities of one pass.

    :param claims: all claim lines that could be read; ``lines``: those that are neither denied, doubled nor reversed,
        with whether their member was enrolled; ``months``: member months of the years in use.
    """
    used = lines.filter(pl.col("fate") == 0)
    people = months.select("person").unique()
    without = people.join(used.select("person").unique(), on="person", how="anti")
    strangers = claims.select("person").unique().join(read.spans.select("person").unique(), on="person", how="anti")
    unenrolled = lines.filter(~pl.col("enrolled").fill_null(False))
    births = read.spans.filter(pl.col("birth").is_not_null())
    age = (pl.col("start") - pl.col("birth")).dt.total_days() / 365.25
    return (
        _rows(
            "negative amount without a payment that it reverses (an adjustment; it counts)", used, pl.col("cents") < 0
        ),
        _rows("amount of nothing (it counts as no service)", used, pl.col("cents") == 0),
        _rows("paid more than billed", used, pl.col("paid") > pl.col("billed")),
        _rows("paid before the service", used, pl.col("paid_date") < pl.col("from")),
        _rows("a line of more than $1,000,000", used, pl.col("cents").abs() > 100_000_000),
        _rows("a service of more than a year", used, (pl.col("thru") - pl.col("from")).dt.total_days() > 366),
        _rows("date of birth after enrollment began, or age above 110", births, (age < -0.1) | (age > 110)),
        _rows("no date of birth", read.spans, pl.col("birth").is_null()),
        _rows("enrolled after death (those months do not count)", read.spans, pl.col("end") > pl.col("death")),
        Oddity("members without any claim in the years that are used", "persons", without.height, people.height),
        Oddity(
            "persons with claims and no eligibility at all (their claims do not count)",
            "persons",
            strangers.height,
            int(claims["person"].n_unique()),
            int(unenrolled.join(strangers, on="person", how="semi")["cents"].sum()),
        ),
    )


def _rows(kind: str, frame: pl.DataFrame, test: pl.Expr) -> Oddity:
    """Rows to which something applies."""
    odd = frame.filter(test)
    cents = int(odd["cents"].sum()) if "cents" in odd.columns else 0
    places = tuple(odd.sort("file", "row").select("file", "row").head(_PLACES).iter_rows())
    return Oddity(kind, "rows", odd.height, frame.height, cents, places)


def unknown_codes(lines: pl.DataFrame) -> pl.DataFrame:
    """Codes of lines that no rule knows: column, code, lines, cents, persons."""
    columns = ("category", "bill_type", "procedure", "revenue", "place")
    # The first column that has a code is the one that was not known.
    text = [pl.col(c).cast(pl.String) for c in columns]
    which = pl.coalesce([pl.when(pl.col(c).is_not_null()).then(pl.lit(c)) for c in columns]).fill_null("no code at all")
    named = lines.select(which.alias("column"), pl.coalesce(text).fill_null("").alias("code"), "cents", "person")
    return named.group_by("column", "code").agg(
        pl.len().cast(pl.Int64).alias("lines"),
        pl.col("cents").sum(),
        pl.col("person").n_unique().cast(pl.Int64).alias("persons"),
    )
