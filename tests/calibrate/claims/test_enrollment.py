"""Spans into member months: merged, counted, cut at death, with the line of business of the last span."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from vbcsim.calibrate.claims.enrollment import age_band, member_months, span_counts

SCHEMA = {
    "file": pl.UInt8, "row": pl.UInt32, "person": pl.UInt64, "start": pl.Date, "end": pl.Date, "birth": pl.Date,
    "death": pl.Date, "sex": pl.String, "line_of_business": pl.String, "dual": pl.String, "stratum:state": pl.String,
}  # fmt: skip


def spans(*rows: tuple[int, str, str], **more: object) -> pl.DataFrame:
    usual = {"birth": date(1950, 3, 1), "death": None, "sex": "2", "line_of_business": "Medicare", "dual": None}
    cells = [
        {"file": 0, "row": k + 2, "person": p, "start": date.fromisoformat(a), "end": date.fromisoformat(b)}
        | usual
        | {"stratum:state": "MN"}
        | {name: value[k] if isinstance(value, list) else value for name, value in more.items()}
        for k, (p, a, b) in enumerate(rows)
    ]
    return pl.DataFrame(cells, schema=SCHEMA)


def months(frame: pl.DataFrame) -> list[tuple[int, str]]:
    found = member_months(frame, date(2022, 1, 1), date(2022, 12, 31), ("state",), None)
    return [(p, f"{m:%m}") for p, m in found.sort("person", "month").select("person", "month").iter_rows()]


def test_a_month_counts_once_however_many_spans_touch_it():
    frame = spans((1, "2022-01-20", "2022-03-05"), (1, "2022-03-01", "2022-04-01"), (2, "2021-01-01", "2262-01-01"))
    assert months(frame) == [(1, "01"), (1, "02"), (1, "03"), (1, "04")] + [(2, f"{k:02d}") for k in range(1, 13)]


def test_nobody_is_enrolled_after_death():
    frame = spans((1, "2022-01-01", "2022-12-31"), death=date(2022, 3, 15))
    assert months(frame) == [(1, "01"), (1, "02"), (1, "03")]


def test_overlaps_repeats_and_gaps_are_counted():
    frame = spans(
        (1, "2022-01-01", "2022-03-31"),
        (1, "2022-03-01", "2022-05-31"),  # overlaps
        (1, "2022-06-01", "2022-06-30"),  # meets
        (1, "2022-09-01", "2022-09-30"),  # after a gap
        (2, "2022-01-01", "2022-01-31"),
        (2, "2022-01-01", "2022-01-31"),  # again
    )
    found = span_counts(frame)
    assert (found.spans, found.persons, found.overlapping, found.repeated, found.gaps) == (6, 2, 1, 1, 1)
    assert found.first_overlaps == ((0, 3),)


@pytest.mark.parametrize(
    ("word", "dual", "line"),
    [
        ("Medicare Advantage", None, "medicare"),
        ("medicare", "02", "dual"),
        ("medicaid", "8", "dual"),
        ("Self-Insured", "02", "commercial"),
        ("CHIP", None, "medicaid"),
        ("platinum", None, None),
    ],
)
def test_words_for_lines_of_business(word, dual, line):
    frame = spans((1, "2022-01-01", "2022-01-31"), line_of_business=word, dual=dual)
    found = member_months(frame, date(2022, 1, 1), date(2022, 12, 31), (), None)
    assert found["line"].to_list() == [line]
    assert found["sex"].to_list() == ["female"]


@pytest.mark.parametrize(
    ("line", "age", "band"),
    [("medicare", 64, "under 65"), ("dual", 85, "85+"), ("commercial", 17, "0-17"), ("medicaid", 45, "45-64"),
     ("medicare", 130, "unknown"), ("commercial", None, "unknown")],
)  # fmt: skip
def test_age_bands_are_those_of_the_shipped_cells(line, age, band):
    frame = pl.DataFrame({"line": [line], "age": [age]}, schema={"line": pl.String, "age": pl.Int64})
    assert frame.select(age_band(pl.col("line"), pl.col("age"))).item() == band
