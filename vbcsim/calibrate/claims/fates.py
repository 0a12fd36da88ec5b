"""What becomes of a claim line: counted, or set aside as denied, doubled, replaced or reversed. Nothing vanishes.

In this order: a denied or void line pays nothing; of lines that are the same in every column one counts; of versions of
a claim (adjustment sequence) the last counts; a payment and its reversal (same member, day and codes, opposite amounts)
cancel; of lines with the same claim and line number the one that was paid last counts, and where nothing tells them
apart the later ones are rejected. A lone negative amount is an adjustment and counts.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

__all__ = ["FATES", "judge_lines"]

FATES: Final = {
    "used": "counted",
    "denied": "denied or void",
    "duplicate": "the same as an earlier row in every column",
    "superseded": "replaced by a later version",
    "reversed": "a payment and its reversal, together nothing",
    "conflict": "same claim and line as another row, other content, nothing tells which counts",
    "outside": "incurred outside the years that are used",
    "unenrolled": "incurred in a month without enrollment",
}
"""What becomes of a row, in words."""
_DENIED: Final = ("denied", "deny", "d", "rejected", "void", "voided", "v", "cancelled", "canceled")


def judge_lines(claims: pl.DataFrame) -> pl.DataFrame:
    """The claim lines with a column ``fate``, a position in ``FATES``; those that stay are used (0) for now."""
    codes = {name: k for k, name in enumerate(FATES)}
    fate = np.zeros(claims.height, dtype=np.uint8)
    lines = claims.with_row_index("n")
    status = claims["status"].unique().cast(pl.String).drop_nulls().to_list()
    gone = [word for word in status if word.strip().lower() in _DENIED]
    if gone:
        fate[lines.filter(pl.col("status").cast(pl.String).is_in(gone))["n"].to_numpy()] = codes["denied"]
    for step, name in _STEPS:
        found = step(lines.filter(pl.Series(fate == 0)) if fate.any() else lines)
        fate[found.to_numpy()] = codes[name]
    return claims.with_columns(pl.Series("fate", fate))


def _twice(lines: pl.DataFrame) -> pl.DataFrame:
    """Rows whose claim and line number are there more than once; of a file without line numbers, whose claim is."""
    return lines.filter(pl.col("key").is_duplicated())


def _doubled(lines: pl.DataFrame) -> pl.Series:
    """Rows that are the same as an earlier one in every column that is read."""
    same = [c for c in lines.columns if c not in ("n", "file", "row")]
    return _twice(lines).filter(~pl.struct(same).is_first_distinct())["n"]


def _replaced(lines: pl.DataFrame) -> pl.Series:
    """Rows of a version of a claim that a later version replaced."""
    stated = lines.filter(pl.col("sequence").is_not_null())
    return stated.filter(pl.col("sequence") < pl.col("sequence").max().over("claim"))["n"]


_SAME: Final = ("person", "from", "procedure", "revenue", "place", "pharmacy", "size")


def _reversed(left: pl.DataFrame) -> pl.Series:
    """Payments and reversals that cancel, pair by pair."""
    size = pl.col("cents").abs().alias("size")
    negative = left.filter(pl.col("cents") < 0).with_columns(size)
    if not negative.height:
        return negative["n"]
    some = left.with_columns(size).join(negative.select(_SAME).unique(), on=_SAME, how="semi", nulls_equal=True)
    # Of several payments those of the same claim are cancelled first: reversals usually repeat its number.
    some = some.sort("claim", "n")
    paid, back = some.filter(pl.col("cents") > 0), some.filter(pl.col("cents") < 0)
    found = []
    for keys in ((*_SAME, "claim"), _SAME):
        one, other = (part.with_columns(pl.int_range(pl.len()).over(keys).alias("turn")) for part in (paid, back))
        pairs = one.join(other, on=[*keys, "turn"], how="inner", nulls_equal=True, suffix="_back")
        found += [pairs.select("n"), pairs.select(pl.col("n_back").alias("n"))]
        paid, back = (part.join(pl.concat(found), on="n", how="anti") for part in (paid, back))
    return pl.concat(found)["n"]


def _rivals(lines: pl.DataFrame) -> pl.DataFrame:
    """Payments left with the same claim and line, each with the last day on which one of them was paid."""
    keyed = _twice(lines).filter(pl.col("keyed") & (pl.col("cents") > 0))
    day = pl.col("paid_date").fill_null(pl.date(1900, 1, 1))
    rivals = keyed.filter(pl.len().over("key") > 1).with_columns(day.alias("day"))
    return rivals.with_columns(pl.col("day").max().over("key").alias("last"))


def _paid_earlier(lines: pl.DataFrame) -> pl.Series:
    """Payments of a claim line that a later payment replaced."""
    return _rivals(lines).filter(pl.col("day") < pl.col("last"))["n"]


def _clashing(lines: pl.DataFrame) -> pl.Series:
    """Later rows of a claim line that differ, paid on the same day: nothing tells which counts."""
    rivals = _rivals(lines)
    return rivals.filter(pl.int_range(pl.len()).over("key") > 0)["n"]


_STEPS: Final = (
    (_doubled, "duplicate"),
    (_replaced, "superseded"),
    (_reversed, "reversed"),
    (_paid_earlier, "superseded"),
    (_clashing, "conflict"),
)
"""What is looked for, in order."""
