"""CMS-HCC risk scores of members from the diagnoses of their claims, by the package ``hccinfhir`` (extra ``hcc``).

Diagnoses count where Medicare would take them: inpatient bills, and outpatient and professional lines whose procedure
is in the list of eligible codes that the package holds. The scores are raw (no normalization, no coding adjustment) and
of the continuing-enrollee segments; Medicare and dual members are scored, nobody else, for whom the model is not made.
The package is not CMS software; its mappings and coefficients are of the year in their names.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from vbcsim.calibrate.claims.person_years import PersonYears
from vbcsim.calibrate.claims.sources import Source
from vbcsim.calibrate.claims.typed import claims_of
from vbcsim.core.errors import BadInput

__all__ = ["MODEL", "Scores", "scored", "scoring_model"]

MODEL: Final = "CMS-HCC Model V28"
_HEADING: Final = re.compile(r"(diagnosis_code|diagnosis|dx|icd_dgns_cd|diag)_?(\d{1,2})", re.IGNORECASE)
_INPATIENT: Final = ("11", "41")
_OUTPATIENT: Final = ("12", "13", "43", "71", "73", "76", "77", "85", "87")
_LINES: Final = ("medicare", "dual")


@dataclass(frozen=True, eq=False)
class Scores:
    """Scores by number of the person; nan where a person is not scored."""

    of_person: NDArray[np.float64]
    year: int
    """Year of the diagnoses."""
    words: str
    """Model, version and year, for sources."""


def scored(sources: Sequence[Source], spans: pl.DataFrame, people: PersonYears, keys: NDArray[np.uint64]) -> Scores:
    """Scores from the diagnoses of the year before the last (of the last, where there is one year only).

    :param spans: person (hash), birth, sex, line_of_business, dual, entitlement.
    :param keys: hash of each person, by number.
    :raises BadInput: where the package is missing, or no file has diagnoses.
    """
    model = scoring_model()
    year = people.years[-2] if len(people.years) > 1 else people.years[-1]
    codes = _diagnoses(sources, year, frozenset(model.professional_cpt))
    who = _demographics(spans, people.years[-1])
    last = people.year == people.years[-1]
    line = np.array(people.line_of_business.labels)[people.line_of_business.code]
    found = np.full(len(keys), np.nan)
    for person in people.person[last & np.isin(line, _LINES)]:
        key = int(keys[person])
        found[person] = _score(*who.get(key, (70, "F", "00", "0")), tuple(codes.get(key, ())))
    from importlib.metadata import version

    words = f"{MODEL} by hccinfhir {version('hccinfhir')} ({model.dx_cc_mapping_filename}), raw, diagnoses of {year}"
    return Scores(found, year, words)


@cache
def scoring_model() -> Any:
    """The scoring model of the package.

    :raises BadInput: where it is not installed.
    """
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of the package's own way to find its tables
        try:
            from hccinfhir import HCCInFHIR  # type: ignore[import-untyped]
        except ImportError:
            raise BadInput("--hcc", 'HCC scores need the extra "hcc": pip install "vbcsim[hcc]"') from None
        return HCCInFHIR(model_name=MODEL)


@cache
def _score(age: int, sex: str, dual: str, entitlement: str, codes: tuple[str, ...]) -> float:
    model = scoring_model()
    result = model.calculate_from_diagnosis(list(codes), age=age, sex=sex, dual_elgbl_cd=dual, orec=entitlement)
    return float(result.risk_score)


def _diagnoses(sources: Sequence[Source], year: int, eligible: frozenset[str]) -> dict[int, list[str]]:
    """Diagnosis codes of each person (hash) that count, sorted.

    :raises BadInput: where no file has a column of diagnoses.
    """
    found: list[pl.DataFrame] = []
    columns = False
    for source in sources:
        headings = {f"dx{m[2]}": h for h in source.header if (m := _HEADING.fullmatch(h.strip()))}
        if source.table != "medical_claim" or not headings:
            continue
        columns = True
        for batch in source.batches(headings):
            lines = batch.text.with_columns(pl.Series("row", batch.rows, dtype=pl.UInt32))
            good = claims_of(batch, source, "paid")[0].filter(pl.col("from").dt.year() == year)
            bill = pl.col("bill_type").cast(pl.String).str.strip_prefix("0").str.slice(0, 2)
            listed = pl.col("procedure").cast(pl.String).str.to_uppercase().is_in(sorted(eligible))
            counts = bill.is_in(_INPATIENT) | ((bill.is_null() | bill.is_in(_OUTPATIENT)) & listed)
            kept = good.filter(counts.fill_null(False)).select("row", "person")
            wide = kept.join(lines.select("row", *headings), on="row", how="inner")
            long = wide.unpivot(index="person", on=list(headings), value_name="code").drop_nulls("code")
            code = pl.col("code").str.replace_all(r"[.\s]", "").str.to_uppercase()
            found.append(long.select("person", code).unique())
    if not columns:
        raise BadInput("--hcc", "no file of medical claims has columns of diagnoses (diagnosis_code_1, dx1, ...)")
    whole = pl.concat(found).unique().group_by("person").agg(pl.col("code").sort())
    return {int(person): codes for person, codes in whole.iter_rows()}


def _demographics(spans: pl.DataFrame, year: int) -> dict[int, tuple[int, str, str, str]]:
    """Age on 1 February after the year of diagnoses, sex, dual status and reason of entitlement, by person (hash)."""
    last = spans.sort("person", "start", "row").group_by("person").agg(pl.col(c).last() for c in _WHO)
    age = (pl.date(year, 2, 1) - pl.col("birth")).dt.total_days() // 365.25
    word = pl.col("sex").cast(pl.String).str.to_lowercase()
    sex = pl.when(word.is_in(["m", "male", "1"])).then(pl.lit("M")).otherwise(pl.lit("F"))
    rows = last.select(
        "person",
        age.fill_null(70).cast(pl.Int64),
        sex,
        pl.col("dual").cast(pl.String).str.zfill(2).fill_null("00"),
        pl.col("entitlement").cast(pl.String).fill_null("0"),
    )
    return {int(p): (int(a), str(s), str(d), str(e)) for p, a, s, d, e in rows.iter_rows()}


_WHO: Final = ("birth", "sex", "dual", "entitlement")
