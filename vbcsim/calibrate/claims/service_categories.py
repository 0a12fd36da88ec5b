"""The service category of every claim line, by the first rule of ``rules/service_categories.csv`` that fits its codes.

Rules are matched once for every combination of codes that occurs, not for every line. Codes that no rule knows make the
category ``unclassified``, which is counted, listed and kept, never dropped.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

__all__ = ["CATEGORIES", "CODES", "UNKNOWN", "Unit", "rules", "units", "with_categories"]

UNKNOWN: Final = "unclassified"
CODES: Final = {
    "claim_type": "claim_type",
    "category_word": "category",
    "bill_type": "bill_type",
    "revenue": "revenue",
    "place": "place",
    "procedure": "procedure",
    "specialty": "specialty",
}
"""Column of the rules -> column of the claims."""
_OUTPATIENT: Final = ("12", "13", "14", "23", "72", "74", "75", "83", "84", "85", "89")
_CLAIM_WIDE: Final = ("emergency", "observation", "outpatient_surgery")
"""Categories that one line gives to its whole outpatient claim, the first of them that occurs."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the table of rules."""

    category: str
    codes: dict[str, tuple[str, ...]]
    claim_wide: bool
    source: str


@dataclass(frozen=True, slots=True)
class Unit:
    """What one service of a category is."""

    category: str
    unit: str
    service: str
    like: str
    """The shipped category whose spread and memory stand in where the data tell none."""
    source: str


@cache
def rules() -> tuple[Rule, ...]:
    """The rules in order."""
    return tuple(
        Rule(
            row["category"],
            {column: tuple(row[column].split()) for column in CODES if row[column].strip()},
            row["scope"] == "claim",
            row["source"],
        )
        for row in _rows("service_categories.csv")
    )


@cache
def units() -> dict[str, Unit]:
    """What one service is, by category, in the order of the shipped tables."""
    return {row["category"]: Unit(**row) for row in _rows("service_units.csv")}


CATEGORIES: Final = (
    *("inpatient", "emergency", "observation", "outpatient_surgery", "outpatient_other", "primary_care", "specialist"),
    *("imaging_lab", "skilled_nursing", "home_health", "behavioral", "part_b_drugs", "ancillary", "retail_drugs"),
    UNKNOWN,
)
"""Every category that a line may have, in the order of the tables."""


def _rows(name: str) -> list[dict[str, str]]:
    text = resources.files("vbcsim.calibrate.claims").joinpath("rules").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))


def with_categories(claims: pl.DataFrame) -> pl.DataFrame:
    """The claims with ``category_code``, the position in ``CATEGORIES``."""
    raw = [*CODES.values(), "pharmacy"]
    combos = claims.select(raw).unique()
    clean = combos.select(_clean(name) for name in CODES.values())
    kind = pl.when(combos["pharmacy"]).then(pl.lit("pharmacy")).otherwise(clean["claim_type"])
    clean = clean.with_columns(kind.alias("claim_type"))
    found, wide = _first_rules(clean)
    bill = pl.col("bill_type")
    facility = bill.str.slice(0, 2).is_in(_OUTPATIENT) | (bill.is_null() & pl.col("revenue").is_not_null())
    combos = combos.with_columns(
        pl.Series("category_code", found, dtype=pl.UInt8),
        pl.Series("wide", wide, dtype=pl.UInt8),
        clean.select(facility.fill_null(False).alias("facility")).to_series(),
    )
    return _claim_wide(claims.join(combos, on=raw, how="left", nulls_equal=True, maintain_order="left"))


def _clean(name: str) -> pl.Expr:
    """Codes as they are printed: four figures of a revenue code, three of a bill type, two of a place of service."""
    text = pl.col(name).cast(pl.String)
    if name in ("claim_type", "category"):
        return text.str.to_lowercase()
    code = text.str.replace(r"\.0+$", "").str.to_uppercase()
    width = {"revenue": 4, "place": 2, "specialty": 2}.get(name)
    if width:
        return code.str.zfill(width)
    if name == "bill_type":
        return pl.when(code.str.len_chars() == 4).then(code.str.strip_prefix("0")).otherwise(code).alias(name)
    return code


def _claim_wide(claims: pl.DataFrame) -> pl.DataFrame:
    """Give emergency, observation and surgery to all lines of an outpatient claim of which one line says so."""
    none = len(_CLAIM_WIDE)
    marked = claims.filter(pl.col("wide") < none).group_by("claim").agg(pl.col("wide").min().alias("whole"))
    claims = claims.join(marked, on="claim", how="left", maintain_order="left")
    hospital = pl.col("facility") & ~pl.col("pharmacy") & (pl.col("category_code") != CATEGORIES.index("inpatient"))
    places = [CATEGORIES.index(name) for name in _CLAIM_WIDE]
    lifted = pl.col("whole").replace_strict(list(range(none)), places, default=None, return_dtype=pl.UInt8)
    code = pl.when(hospital & pl.col("whole").is_not_null()).then(lifted).otherwise("category_code")
    return claims.with_columns(code.alias("category_code")).drop("wide", "whole", "facility")


def _first_rules(combos: pl.DataFrame) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Category of each combination of codes, and the first claim-wide category that it brings (3 for none)."""
    table = rules()
    fits = np.ones((combos.height, len(table)), dtype=bool)
    for column, name in CODES.items():
        words = combos[name]
        distinct = words.unique().to_list()
        place = {word: k for k, word in enumerate(distinct)}
        of = np.array([place[word] for word in words.to_list()], dtype=np.int64)
        matrix = np.array([[_fits(word, rule.codes.get(column), column) for rule in table] for word in distinct])
        fits &= matrix[of]
    first = fits.argmax(axis=1)
    codes = np.array([CATEGORIES.index(rule.category) for rule in table], dtype=np.uint8)
    wide = np.full(combos.height, len(_CLAIM_WIDE), dtype=np.uint8)
    for k, rule in enumerate(table):
        if rule.claim_wide:
            wide = np.where(fits[:, k], np.minimum(wide, _CLAIM_WIDE.index(rule.category)), wide).astype(np.uint8)
    return codes[first], wide


def _fits(word: str | None, allowed: Sequence[str] | None, column: str) -> bool:
    """Whether a code is among those of a rule; no codes in the rule fit anything."""
    if allowed is None:
        return True
    if word is None:
        return False
    if column in ("claim_type", "category_word"):
        return "*" in allowed or word.replace(" ", "_").replace("-", "_") in allowed
    return any(_within(word, code, column) for code in allowed)


def _within(word: str, code: str, column: str) -> bool:
    if code == "*":
        return True
    if column == "bill_type":
        return word.startswith(code) and len(word) in (2, 3)
    low, dash, high = code.partition("-")
    if not dash:
        return word == code
    if len(word) != len(low) or (low[-1].isalpha() and word[-1] != low[-1]):
        return False
    # A range of figures holds figures only: 00100-69990 is no home for 1234F or A1234.
    return low <= word <= high and [c.isdigit() for c in word] == [c.isdigit() for c in low]
