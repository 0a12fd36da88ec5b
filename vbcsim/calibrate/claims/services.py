"""Claim lines into services: stays merged by member and dates, visits by day, fills and tests line by line."""

from __future__ import annotations

from typing import Final

import polars as pl

from vbcsim.calibrate.claims.service_categories import CATEGORIES, units

__all__ = ["services_of", "with_incurred_day"]

_TRANSFER_DAYS: Final = 1
"""A stay that begins so many days after another ended, or sooner, is part of it."""


def with_incurred_day(lines: pl.DataFrame) -> pl.DataFrame:
    """The lines with ``day``, the first day of their service, and ``service``, a number of it within its member.

    :param lines: claim lines that count, with ``category_code``.
    """
    parts = []
    for unit, codes in _codes_by_unit().items():
        own = lines.filter(pl.col("category_code").is_in(codes))
        if own.height:
            parts.append(_stays(own) if unit == "stay" else _others(own, unit))
    columns = [*lines.columns, "day", "service"]
    return (
        pl.concat([p.select(columns) for p in parts])
        if parts
        else lines.with_columns(pl.col("from").alias("day"), pl.lit(0, dtype=pl.UInt64).alias("service"))
    )


def services_of(lines: pl.DataFrame) -> pl.DataFrame:
    """Services with their cost: person, category_code, day, cents."""
    keys = ["person", "category_code", "day"]
    alone = pl.col("category_code").is_in(_codes_by_unit()["line"])
    grouped = lines.filter(~alone).group_by([*keys, "service"]).agg(pl.col("cents").sum())
    return pl.concat([lines.filter(alone).select(*keys, "cents"), grouped.select(*keys, "cents")])


def _codes_by_unit() -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for code, name in enumerate(CATEGORIES):
        found.setdefault(units()[name].unit, []).append(code)
    return found


def _stays(lines: pl.DataFrame) -> pl.DataFrame:
    """Bills of one stay share its first day: those that overlap, or follow within a day."""
    who = ["person", "category_code"]
    begun = pl.coalesce("admitted", "from").alias("begun")
    ended = pl.max_horizontal("thru", pl.coalesce("discharged", "thru")).alias("ended")
    lines = lines.with_columns(begun, ended).sort(*who, "begun", "ended")
    until = pl.col("ended").cum_max().shift(1).over(who)
    new = until.is_null() | (pl.col("begun") > until + pl.duration(days=_TRANSFER_DAYS))
    lines = lines.with_columns(new.cast(pl.UInt32).cum_sum().over(who).cast(pl.UInt64).alias("service"))
    return lines.with_columns(pl.col("begun").min().over([*who, "service"]).alias("day"))


def _others(lines: pl.DataFrame, unit: str) -> pl.DataFrame:
    day = pl.col("from").alias("day")
    if unit == "day":
        return lines.with_columns(day, pl.lit(0, dtype=pl.UInt64).alias("service"))
    if unit == "claim":
        first = pl.col("from").min().over("claim", "category_code").alias("day")
        return lines.with_columns(first, pl.col("claim").alias("service"))
    number = pl.int_range(pl.len(), dtype=pl.UInt64).alias("service")
    return lines.with_columns(day, number)
