"""The columns that claims files have, by what they mean, in the Tuva input layer and in the generic layout.

Tuva: the tables ``eligibility``, ``medical_claim`` and ``pharmacy_claim`` of the input layer as documented for the Tuva
Project's data model of 2024 and 2025 (``person_id``; ``patient_id`` before). Written from memory of that documentation
and marked unverified: a heading that differs is told apart by its absence, and a map of headings mends it.
The generic layout is this module's own words; both layouts may be mixed in one file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from vbcsim.core.errors import BadInput, Problem, did_you_mean
from vbcsim.core.text import listing, shown, visible

__all__ = ["TABLES", "Column", "Headings", "match_headings", "read_headings_map"]


@dataclass(frozen=True, slots=True)
class Column:
    """What a column means, whether a file must have it, and the headings by which it is known, lower case."""

    meaning: str
    headings: tuple[str, ...]
    required: bool = False


def _c(meaning: str, *headings: str, required: bool = False) -> Column:
    return Column(meaning, (meaning, *headings), required)


_PERSON = _c("person", "person_id", "patient_id", "member_id", "memberid", "desynpuf_id", "bene_id", required=True)
_CLAIM = (
    _c("claim", "claim_id", "claim_number", "claimid", "clm_id", "cur_clm_uniq_id", required=True),
    _c("line", "claim_line_number", "line_number", "claim_line", "clm_line_num"),
)
_MONEY = (
    _c("paid", "paid_amount", "plan_paid_amount", "clm_pmt_amt"),
    _c("allowed", "allowed_amount", "allowed_amt"),
    _c("billed", "charge_amount", "billed_amount", "billed_charges"),
    _c("paid_date", "paid_date", "payment_date", "date_paid", "check_date"),
    _c("status", "claim_status", "line_status"),
    _c("sequence", "adjustment_sequence", "version_number", "claim_version"),
    _c("source", "data_source"),
)
TABLES: Final[Mapping[str, tuple[Column, ...]]] = {
    "eligibility": (
        _PERSON,
        _c("start", "enrollment_start_date", "start_date", "eff_date", "effective_date", required=True),
        _c("end", "enrollment_end_date", "end_date", "term_date", "termination_date", required=True),
        _c("birth", "birth_date", "date_of_birth", "dob", "bene_birth_dt"),
        _c("death", "death_date"),
        _c("sex", "gender"),
        _c("line_of_business", "payer_type", "lob"),
        _c("dual", "dual_status_code"),
        _c("entitlement", "original_reason_entitlement_code"),
    ),
    "medical_claim": (
        _PERSON,
        *_CLAIM,
        _c("from", "claim_line_start_date", "service_date", "from_date", "service_from_date", "clm_from_dt"),
        _c("from_claim", "claim_start_date"),
        _c("thru", "claim_line_end_date", "thru_date", "service_to_date", "clm_thru_dt"),
        _c("thru_claim", "claim_end_date"),
        _c("admitted", "admission_date", "admit_date"),
        _c("discharged", "discharge_date"),
        *_MONEY,
        _c("claim_type", "claim_type"),
        _c("bill_type", "bill_type_code", "type_of_bill", "tob"),
        _c("revenue", "revenue_center_code", "revenue_code", "rev_code"),
        _c("place", "place_of_service_code", "place_of_service", "pos"),
        _c("procedure", "hcpcs_code", "procedure_code", "cpt", "hcpcs"),
        _c("specialty", "specialty_code", "provider_specialty", "rndrng_prvdr_spclty_cd"),
        _c("category", "service_category", "category_of_service"),
    ),
    "pharmacy_claim": (
        _PERSON,
        *_CLAIM,
        _c("from", "dispensing_date", "fill_date", "service_date", required=True),
        *_MONEY,
    ),
}
"""Columns of each table. A medical claim also needs a date of service; every claim an amount paid or allowed."""

_ONE_OF: Final = {
    "medical_claim": (("from", "from_claim"), ("paid", "allowed")),
    "pharmacy_claim": (("paid", "allowed"),),
}
"""Of each of these groups a table must have one."""


@dataclass(frozen=True, slots=True)
class Headings:
    """Which heading of a file stands for which meaning."""

    of: Mapping[str, str]
    unused: tuple[str, ...]

    def has(self, meaning: str) -> bool:
        """Whether the file has a column of this meaning."""
        return meaning in self.of


def match_headings(
    table: str, header: Sequence[str], file: str, renamed: Mapping[str, str] | None = None
) -> tuple[Headings, list[Problem]]:
    """The columns of a file by meaning, and what it lacks.

    :param renamed: meaning -> heading, of a map of the user's; it goes before the known headings.
    """
    words = [name.strip().lower() for name in header]
    if not looks_like_headings(words):
        what = "does not name columns that are known; a first line of headings is needed, or a map with --headings"
        mapped = {name.strip().lower() for name in (renamed or {}).values()}
        if not mapped & set(words):
            return Headings({}, tuple(header)), [Problem(f"{file}:1", f"the first line {what}")]
    problems = [
        Problem(f"{file}:1", f"the heading {shown(word)} is there twice; keep one of them")
        for word in sorted({w for w in words if w and words.count(w) > 1})
    ]
    found: dict[str, str] = {}
    for column in TABLES[table]:
        own = (renamed or {}).get(column.meaning, "")
        if own and own.strip().lower() not in words:
            guess = did_you_mean(own.strip().lower(), words)
            problems.append(
                Problem(f"{file}:1", f"no column is named {shown(own)}, as the map of headings says{guess}")
            )
            continue
        known = (own.strip().lower(),) if own else column.headings
        place = next((words.index(name) for name in known if name in words), None)
        if place is not None:
            found[column.meaning] = header[place]
    problems += _lacking(table, found, words, file)
    taken = set(found.values())
    return Headings(found, tuple(h for h in header if h not in taken)), problems


_KNOWN: Final = frozenset(name for columns in TABLES.values() for c in columns for name in c.headings)


def looks_like_headings(words: Sequence[str]) -> bool:
    """Whether two words at least are known headings: a first row of data must never be shown in a message."""
    return len(_KNOWN & set(words)) >= 2


def _lacking(table: str, found: Mapping[str, str], words: Sequence[str], file: str) -> list[Problem]:
    """A sentence for every column that the table needs and the file has not."""
    columns = {column.meaning: column for column in TABLES[table]}
    groups = [(c.meaning,) for c in TABLES[table] if c.required] + list(_ONE_OF.get(table, ()))
    problems = []
    for group in groups:
        if not any(meaning in found for meaning in group):
            known = [name for meaning in group for name in columns[meaning].headings]
            remedy = f"name it {listing(known[:6], 6)}, or map it with --headings"
            here = listing([w for w in words if w][:8], 8)
            problems.append(
                Problem(f"{file}:1", f"no column says {' or '.join(group)} of the {table}; {remedy} (read: {here})")
            )
    return problems


def read_headings_map(path: Path | None) -> dict[str, dict[str, str]]:
    """A user's map of headings: ``{medical_claim: {paid: NET_PAY_AMT}}``, by table and meaning.

    :raises BadInput: for a table or a meaning that is not known, with every problem found.
    """
    if path is None:
        return {}
    from vbcsim.scenario.yaml import read_yaml

    document = read_yaml(path)
    data, file = document.data, visible(str(path))
    problems: list[Problem] = []
    if not isinstance(data, dict):
        raise BadInput(file, "a map of headings has the tables as its keys, as in `medical_claim: {paid: NET_PAY}`")
    for table, columns in data.items():
        if table not in TABLES or not isinstance(columns, dict):
            allowed = listing(list(TABLES))
            problems.append(Problem(document.place((table,)), f"{shown(table)} is not a table (allowed: {allowed})"))
            continue
        known = [c.meaning for c in TABLES[table]]
        problems += [
            Problem(
                document.place((table, meaning)),
                f"{shown(meaning)} is not a column of {table}{did_you_mean(str(meaning), known)} "
                f"(allowed: {listing(known, 30)})",
            )
            for meaning in columns
            if meaning not in known
        ]
    if problems:
        raise BadInput(problems)
    return {table: {m: str(h) for m, h in columns.items()} for table, columns in data.items()}
