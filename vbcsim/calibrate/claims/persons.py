"""Member months and services into the rows of person-years; persons become numbers, their identifiers are gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from vbcsim.calibrate.claims.enrollment import age_band
from vbcsim.calibrate.claims.person_years import Coded, PersonYears, ServiceCosts
from vbcsim.calibrate.claims.service_categories import CATEGORIES

__all__ = ["PersonRows", "joined", "person_rows"]


@dataclass(frozen=True)
class PersonRows:
    """Person-years of one pass over the files."""

    rows: pl.DataFrame
    """person (number), year, months, line, band, sex, stratum."""
    usd: NDArray[np.float64]
    services: NDArray[np.int64]
    claim_row: NDArray[np.int64]
    claim_category: NDArray[np.int64]
    claim_usd: NDArray[np.float64]
    keys: NDArray[np.uint64]
    """Hash of each person, by number; in memory only."""


def person_rows(months: pl.DataFrame, services: pl.DataFrame, strata: Sequence[str]) -> PersonRows:
    """One row for each person and year with any month; line of business, sex and strata are those of the last month."""
    year = pl.col("month").dt.year().alias("year")
    kind = [pl.col(c).last() for c in ("line", "sex", "birth")] + [pl.col(f"stratum:{s}").last() for s in strata]
    rows = (
        months.sort("person", "month")
        .group_by("person", year, maintain_order=True)
        .agg(pl.len().alias("months"), *kind)
    )
    # Age on 1 July of the year.
    age = (pl.date(pl.col("year"), 7, 1) - pl.col("birth")).dt.total_days() / 365.25
    label = [pl.col(f"stratum:{s}").str.replace_all("/", "-", literal=True) for s in strata]
    rows = rows.with_columns(
        age_band(pl.col("line"), age.floor()).alias("band"),
        (pl.concat_str(label, separator="/") if label else pl.lit("all")).alias("stratum"),
        pl.col("person").rank("dense").cast(pl.Int64).alias("number") - 1,
    ).with_row_index("place")
    dated = services.with_columns(pl.col("day").dt.year().alias("year"))
    placed = dated.join(rows.select("person", "year", "place"), on=["person", "year"], how="inner")
    place = placed["place"].to_numpy().astype(np.int64)
    category = placed["category_code"].to_numpy().astype(np.int64)
    cents = placed["cents"].to_numpy()
    shape, flat = (rows.height, len(CATEGORIES)), place * len(CATEGORIES) + category
    paid = cents > 0
    # Sums of whole cents are exact in floating point, in any order.
    usd = np.bincount(flat, weights=cents, minlength=shape[0] * shape[1]).reshape(shape) / 100.0
    counts = np.bincount(flat[paid], minlength=shape[0] * shape[1]).reshape(shape)
    order = np.lexsort((cents[paid], category[paid], place[paid]))
    return PersonRows(
        rows.select("number", "year", "months", "line", "band", "sex", "stratum"),
        usd,
        counts.astype(np.int64),
        place[paid][order],
        category[paid][order],
        cents[paid][order] / 100.0,
        rows["person"].unique().sort().to_numpy(),
    )


def joined(parts: Sequence[PersonRows], source: str) -> PersonYears:
    """The person-years of all passes, with the categories that occur at all.

    :raises BadInput: where there is no row.
    """
    rows, place, start, number = [], [], 0, 0
    for part in parts:
        rows.append(part.rows.with_columns(pl.col("number") + number))
        place.append(part.claim_row + start)
        start += part.rows.height
        number += int(part.rows["number"].max() or 0) + 1 if part.rows.height else 0  # type: ignore[arg-type]
    table = pl.concat(rows)
    usd, services = (np.concatenate([getattr(p, name) for p in parts]) for name in ("usd", "services"))
    category = np.concatenate([p.claim_category for p in parts])
    occurs = np.flatnonzero((usd != 0).any(axis=0))
    new = np.full(len(CATEGORIES), -1)
    new[occurs] = np.arange(len(occurs))
    return PersonYears(
        person=table["number"].to_numpy().astype(np.int64),
        year=table["year"].to_numpy().astype(np.int64),
        months=table["months"].to_numpy().astype(np.float64),
        line_of_business=_coded(table["line"]),
        age_band=_coded(table["band"]),
        sex=_coded(table["sex"]),
        stratum=_coded(table["stratum"]),
        categories=tuple(CATEGORIES[k] for k in occurs),
        usd=usd[:, occurs],
        services=services[:, occurs],
        claims=ServiceCosts(
            np.concatenate(place), new[category].astype(np.int64), np.concatenate([p.claim_usd for p in parts])
        ),
        source=source,
    )


def _coded(words: pl.Series) -> Coded:
    labels = words.unique().sort().to_list()
    code = words.replace_strict(labels, list(range(len(labels))), return_dtype=pl.Int64).to_numpy()
    return Coded(code, tuple(str(w) for w in labels))
