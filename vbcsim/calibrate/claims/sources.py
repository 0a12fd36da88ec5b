"""Files of a folder as tables of text: CSV and Parquet alike, in batches, with the row number of every row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from vbcsim.calibrate.claims.columns import Headings, match_headings
from vbcsim.calibrate.claims.lines import CsvFile, open_csv
from vbcsim.calibrate.claims.rejects import REJECTS
from vbcsim.core.errors import BadInput, Problem
from vbcsim.core.text import listing, visible

__all__ = ["Batch", "Source", "find_sources"]

_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "eligibility": ("eligibility", "enrollment", "enrolment", "members", "member_months"),
    "pharmacy_claim": ("pharmacy_claim", "pharmacy", "rx"),
    "medical_claim": ("medical_claim", "medical", "claim"),
}
"""How the name of a file begins or what it holds, by table; the first that fits."""
_SUFFIXES: Final = (".csv", ".csv.gz", ".parquet", ".txt")
_PARQUET_ROWS: Final = 250_000
_MISSING: Final = ("NULL", "null", "None", "NaN", "nan", "\\N", "NA")
"""Words for a cell without a value."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows of a file as text, one column for each meaning, and what of them could not be parsed."""

    text: pl.DataFrame
    rows: NDArray[np.int64]
    broken: dict[int, str]
    foreign: int = 0
    padded: bool = True
    """Whether cells may have blanks around them, or hold nothing but a pair of quotes."""


@dataclass(slots=True)
class Source:
    """A file of a table, its columns by meaning."""

    path: Path
    table: str
    number: int
    """Number of the file among those that are read."""
    header: tuple[str, ...]
    headings: Headings
    strata: tuple[str, ...]
    """Columns of the user's choice, by heading."""
    csv: CsvFile | None
    notes: list[str] = field(default_factory=list)
    formats: dict[str, str] = field(default_factory=dict)
    """Format of each column of dates, told by the first rows."""

    @property
    def name(self) -> str:
        """Name of the file, for sentences."""
        return visible(self.path.name)

    def batches(self, more: Mapping[str, str] | None = None) -> Iterator[Batch]:
        """All rows.

        :param more: name -> heading of further columns.

        :raises BadInput: where the file breaks off in a way that leaves nothing to read.
        """
        wanted = dict(self.headings.of)
        wanted |= {f"stratum:{name}": name for name in self.strata} | dict(more or {})
        yield from self._csv(wanted) if self.csv else self._parquet(wanted)

    def _csv(self, wanted: Mapping[str, str]) -> Iterator[Batch]:
        assert self.csv is not None
        header = self.csv.header
        place = [header.index(heading) for heading in wanted.values()]
        names = {f"c{k}": pl.String for k in range(len(header))}
        for block in self.csv.blocks():
            rows, broken = block.rows, block.broken
            frame = pl.DataFrame(schema=names)
            if len(rows):
                frame = pl.read_csv(
                    block.data, has_header=False, schema=names, columns=place, separator=self.csv.separator,
                    truncate_ragged_lines=True, null_values=list(_MISSING),
                )  # fmt: skip
            if frame.height != len(rows):
                broken = broken | {int(r): "the quotes of the rows from here on cannot be read" for r in rows}
                frame, rows = frame.clear(), rows[:0]
            text = frame.select(pl.col(f"c{k}").alias(m) for k, m in zip(place, wanted, strict=True))
            blanks = [b" ", b'""', b"\xc2\xa0", *([] if self.csv.separator == "\t" else [b"\t"])]
            padded = any(blank in block.data for blank in blanks)
            yield Batch(text, rows, broken, block.foreign, padded)

    def _parquet(self, wanted: Mapping[str, str]) -> Iterator[Batch]:
        lazy = pl.scan_parquet(self.path).select(
            pl.col(heading).cast(pl.String).replace(list(_MISSING), None).alias(meaning)
            for meaning, heading in wanted.items()
        )
        start = 0
        while True:
            try:
                text = lazy.slice(start, _PARQUET_ROWS).collect()
            except (pl.exceptions.PolarsError, OSError) as error:
                raise BadInput(self.name, f"cannot be read after row {start:,}: {_first_line(error)}") from None
            if not text.height:
                return
            yield Batch(text, np.arange(start + 1, start + 1 + text.height), {})
            start += text.height


def find_sources(
    folder: Path, renamed: Mapping[str, Mapping[str, str]], strata: Sequence[str] = ()
) -> tuple[tuple[Source, ...], list[str]]:
    """The files of a folder that are tables of claims, and the names of those that are not.

    :param strata: headings of eligibility that set strata apart.
    :raises BadInput: with everything that is wrong with any of them.
    """
    place = visible(str(folder))
    if not folder.is_dir():
        what = "is a file; name the folder that holds eligibility and claims" if folder.exists() else "is not there"
        raise BadInput(place, what)
    paths = sorted(p for p in folder.iterdir() if p.is_file() and p.name.lower().endswith(_SUFFIXES))
    found: list[Source] = []
    others: list[str] = []
    problems: list[Problem] = []
    for path in paths:
        table = next((t for t, words in _NAMES.items() if any(w in path.name.lower() for w in words)), None)
        if path.name == REJECTS:
            continue
        if table is None:
            others.append(path.name)
            continue
        try:
            own = strata if table == "eligibility" else ()
            source, wrong = _source(path, table, len(found), renamed.get(table, {}), own)
            problems += wrong
            found.append(source)
        except BadInput as error:
            problems += error.problems
    for table in ("eligibility", "medical_claim"):
        if not problems and not any(s.table == table for s in found):
            names = listing([p.name for p in paths], 8) or "no CSV or Parquet file"
            problems.append(Problem(place, f"has no file of {table} (its name must begin so); it holds {names}"))
    if problems:
        raise BadInput(problems)
    return tuple(found), others


def _source(
    path: Path, table: str, number: int, renamed: Mapping[str, str], strata: Sequence[str]
) -> tuple[Source, list[Problem]]:
    name = visible(path.name)
    notes: list[str] = []
    csv = None
    if path.name.lower().endswith(".parquet"):
        header, notes = _parquet_header(path)
    else:
        csv = open_csv(path)
        header, notes = csv.header, csv.notes
    headings, problems = match_headings(table, header, name, renamed)
    lacking = [s for s in strata if s not in header]
    if lacking and headings.of:
        problems.append(
            Problem(f"{name}:1", f"has no column {listing(lacking)} for --stratum (it has {listing(header, 40)})")
        )
    return Source(path, table, number, tuple(header), headings, tuple(strata), csv, notes), problems


_CODES: Final = ("bill_type", "revenue", "revenue_center", "place", "procedure", "hcpcs")


def _parquet_header(path: Path) -> tuple[tuple[str, ...], list[str]]:
    try:
        schema = pl.scan_parquet(path).collect_schema()
        rows = pl.scan_parquet(path).select(pl.len()).collect().item()
    except (pl.exceptions.PolarsError, OSError) as error:
        message = f"is not a whole Parquet file ({_first_line(error)}); it may have been cut off: copy it again"
        raise BadInput(visible(path.name), message) from None
    if not rows:
        raise BadInput(visible(path.name), "has no rows")
    numeric = [n for n, t in schema.items() if t.is_numeric() and any(c in n.lower() for c in _CODES)]
    notes = [f"codes stored as numbers, leading zeros restored by length: {listing(numeric)}"] if numeric else []
    return tuple(schema.names()), notes


def _first_line(error: BaseException) -> str:
    return visible((str(error).splitlines() or ["unreadable"])[0][:120])
