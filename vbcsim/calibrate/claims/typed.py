"""Text into dates, cents and codes; each row either good or rejected for the first reason that applies.

Dates: every column of a file has one format, told by its first rows; text in another format is an error, since 03/04
could be March or April. Money: integer cents; separators of thousands, a dollar sign and brackets for negative amounts
are read, anything else is an error. Codes are text: ``0450`` keeps its zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from vbcsim.calibrate.claims.enrollment import line_of_business
from vbcsim.calibrate.claims.sources import Batch, Source

__all__ = ["CLAIM_DATES", "SPAN_DATES", "claims_of", "spans_of"]

SPAN_DATES: Final = ("start", "end", "birth", "death")
CLAIM_DATES: Final = ("from", "from_claim", "thru", "thru_claim", "admitted", "discharged", "paid_date")
_MONEY: Final = ("paid", "allowed", "billed")
_CODES: Final = ("claim_type", "bill_type", "revenue", "place", "procedure", "specialty", "category", "status")
_FORMATS: Final = (
    ("%Y-%m-%d", 10),
    ("%Y%m%d", 8),
    ("%m/%d/%Y", 10),
    ("%Y/%m/%d", 10),
    ("%m-%d-%Y", 10),
    ("%d-%b-%Y", 11),
    ("%d%b%Y", 9),
)
"""Formats of dates and the characters that they take; a time of day after them is dropped."""
_AMOUNT: Final = r"^\(?-?\$?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?\)?$"
_LARGEST_CENTS: Final = 10**12
_NO_LINE: Final = "line_of_business: none that is known; state it with --line (commercial, medicare, medicaid or dual)"
_EARLIEST, _LATEST = pl.date(1990, 1, 1), pl.date(2100, 1, 1)


def _text(name: str) -> pl.Expr:
    stripped = pl.col(name).str.strip_chars()
    return pl.when(stripped != "").then(stripped)


def _missing(names: Sequence[str], have: Sequence[str], kind: type[pl.DataType]) -> list[pl.Expr]:
    return [pl.lit(None, dtype=kind).alias(n) for n in names if n not in have]


def _cents(text: pl.Series) -> pl.Series:
    """Cents; null where the text is no amount or there is none."""
    usd = text.cast(pl.Float64, strict=False)
    if usd.null_count() > text.null_count():  # separators, brackets, or no amount at all
        frame = pl.DataFrame({"text": text, "usd": usd})
        negative = pl.col("text").str.contains(r"[(-]")
        bare = pl.col("text").str.replace_all(r"[^0-9.]", "").cast(pl.Float64, strict=False)
        spelled = pl.when(negative).then(-bare).otherwise(bare)
        read = pl.when(pl.col("text").str.contains(_AMOUNT)).then(spelled)
        usd = frame.select(pl.coalesce("usd", read)).to_series()
    fits = pl.col("usd").is_finite() & (pl.col("usd").abs() * 100 < _LARGEST_CENTS)
    cents = pl.when(fits).then((pl.col("usd") * 100).round(0)).cast(pl.Int64)
    return pl.DataFrame({"usd": usd}).select(cents.alias(text.name)).to_series()


def _date(text: pl.Series, source: Source) -> pl.Series:
    """Dates in the format of their column, which its first rows tell; null where a text is in another."""
    name = text.name
    if name not in source.formats and text.null_count() < text.len():
        sample = text.drop_nulls().head(5000)
        source.formats[name] = max(_FORMATS, key=lambda form: _fits(sample, form))[0]
    form = source.formats.get(name, "%Y-%m-%d")
    width = dict(_FORMATS)[form]
    short = text
    if (text.str.len_chars() > width).any():  # a time of day may follow
        timed = pl.col(name).str.contains(r"^.{8,11}[ T:]\d")
        cut = pl.when(timed).then(pl.col(name).str.slice(0, width))
        whole = pl.col(name).str.len_chars() <= width
        short = text.to_frame().select(pl.when(whole).then(pl.col(name)).otherwise(cut)).to_series()
    return short.str.to_date(form, strict=False).alias(name)


def _fits(sample: pl.Series, form: tuple[str, int]) -> int:
    """How many of a sample are dates of a format."""
    text, width = form
    return int(sample.str.slice(0, width).str.to_date(text, strict=False).is_not_null().sum())


def _reasons(table: Sequence[tuple[pl.Expr, str]]) -> pl.Expr:
    """The first reason that applies, or null."""
    return pl.coalesce([pl.when(test).then(pl.lit(words)) for test, words in table]).alias("reason")


def _judge(frame: pl.DataFrame, dates: Sequence[str], money: Sequence[str], source: Source) -> pl.DataFrame:
    """Parse columns in place; ``bad:NAME`` says where a text was there that could not be read."""
    parsed = [_date(frame[name], source) for name in dates] + [_cents(frame[name]) for name in money]
    bad = [(column.is_null() & frame[column.name].is_not_null()).alias(f"bad:{column.name}") for column in parsed]
    return frame.with_columns(*parsed, *bad)


def _prepared(batch: Batch, source: Source) -> pl.DataFrame:
    text = batch.text.select(_text(name) for name in batch.text.columns) if batch.padded else batch.text
    return text.with_columns(
        pl.lit(source.number, dtype=pl.UInt8).alias("file"), pl.Series("row", batch.rows, dtype=pl.UInt32)
    )


def _unread(names: Sequence[str], what: str) -> list[tuple[pl.Expr, str]]:
    return [(pl.col(f"bad:{n}"), f"{n}: the text cannot be read as {what}") for n in names]


def spans_of(batch: Batch, source: Source, line: str | None = None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Enrolment spans of a batch, and its rejects (file, row, reason).

    :param line: line of business of spans that state none that is known.
    """
    text = _prepared(batch, source)
    dates = [n for n in SPAN_DATES if n in text.columns]
    frame = _judge(text, dates, (), source)
    frame = frame.with_columns(_missing(SPAN_DATES, dates, pl.Date))
    words = ("sex", "line_of_business", "dual", "entitlement")
    frame = frame.with_columns(_missing(words, frame.columns, pl.String)).with_columns(
        pl.col("end").fill_null(pl.date(2262, 1, 1)).clip(None, pl.date(2262, 1, 1)),
    )
    reason = _reasons(
        [
            (pl.col("person").is_null(), "person: the cell is blank"),
            *_unread(dates, "a date in the format of its column"),
            (pl.col("start").is_null(), "start: the cell is blank"),
            (pl.col("end") < pl.col("start"), "end: lies before the start"),
            (~pl.col("start").is_between(pl.date(1900, 1, 1), _LATEST), "start: no possible date"),
            (pl.col("birth") > pl.col("end"), "birth: lies after the end of the span"),
            (pl.col("birth") < pl.date(1870, 1, 1), "birth: no possible date"),
            (line_of_business(line).is_null(), _NO_LINE),
        ]
    )
    frame = frame.with_columns(reason, pl.col("person").hash(7).alias("person"))
    strata = [c for c in frame.columns if c.startswith("stratum:")]
    good = frame.filter(pl.col("reason").is_null())
    cat = [pl.col(n).cast(pl.Categorical) for n in (*words, *strata)]
    return good.select("file", "row", "person", *SPAN_DATES, *cat), _rejected(frame)


def claims_of(batch: Batch, source: Source, amount: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Claim lines of a batch, and its rejects (file, row, reason, cents).

    :param amount: which amount counts, ``paid`` or ``allowed``; where a row lacks it the other one does.
    """
    text = _prepared(batch, source)
    have = text.columns
    dates = [n for n in CLAIM_DATES if n in have]
    money = [n for n in _MONEY if n in have]
    frame = _judge(text, dates, money, source)
    frame = frame.with_columns(
        *_missing(CLAIM_DATES, dates, pl.Date),
        *_missing(_MONEY, money, pl.Int64),
        *_missing((*_CODES, "line", "sequence", "source"), have, pl.String),
    ).with_columns(
        pl.coalesce("from", "from_claim").alias("from"),
        pl.coalesce("thru", "thru_claim", "from", "from_claim").alias("thru"),
        pl.coalesce(amount, "allowed" if amount == "paid" else "paid").alias("cents"),
    )
    reason = _reasons(
        [
            (pl.col("person").is_null(), "person: the cell is blank"),
            (pl.col("claim").is_null(), "claim: the cell is blank"),
            *_unread(dates, "a date in the format of its column"),
            *_unread(money, "an amount"),
            (pl.col("from").is_null(), "from: no date of service"),
            (pl.col("cents").is_null(), f"{amount}: no amount"),
            (~pl.col("from").is_between(_EARLIEST, _LATEST), "from: no possible date"),
            (pl.col("thru") < pl.col("from"), "thru: lies before the first date of service"),
            (pl.col("discharged") < pl.col("admitted"), "discharged: lies before the admission"),
        ]
    )
    claim = pl.concat_str("person", "claim", "source", separator="\x1f", ignore_nulls=True).hash(11)
    line = pl.col("line").hash(13).fill_null(0) if "line" in have else pl.lit(0, dtype=pl.UInt64)
    frame = frame.with_columns(reason, claim.alias("claim"), pl.col("person").hash(7), line.alias("line"))
    good = frame.filter(pl.col("reason").is_null()).with_columns(
        (pl.col("claim") ^ pl.col("line")).alias("key"),
        pl.lit("line" in have).alias("keyed"),
        pl.col("sequence").cast(pl.Int32, strict=False),
    )
    return good.select(*_CLAIM_COLUMNS, *(pl.col(n).cast(pl.Categorical) for n in _CODES)), _rejected(frame)


_CLAIM_COLUMNS: Final = (
    "file", "row", "person", "claim", "key", "keyed", "sequence", "from", "thru", "admitted", "discharged",
    "paid_date", "cents", "paid", "billed",
)  # fmt: skip


def _rejected(frame: pl.DataFrame) -> pl.DataFrame:
    cents = pl.col("cents") if "cents" in frame.columns else pl.lit(None, dtype=pl.Int64)
    rejected = frame.filter(pl.col("reason").is_not_null())
    return rejected.select("file", "row", "reason", cents.fill_null(0).alias("cents"))
