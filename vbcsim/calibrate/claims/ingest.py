"""Read every file of a folder, batch by batch, into compact typed frames; count everything that was read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from vbcsim.calibrate.claims.sources import Source
from vbcsim.calibrate.claims.typed import claims_of, spans_of
from vbcsim.core.text import counted

__all__ = ["FileCount", "Ingested", "ingest", "parts_for"]

_REJECTS: Final = {"file": pl.UInt8, "row": pl.UInt32, "reason": pl.String, "cents": pl.Int64}
_BYTES_OF_A_PART: Final = 400_000_000
"""Bytes of claims files that are held at once as typed rows; larger sets are read several times, persons apart."""


@dataclass(slots=True)
class FileCount:
    """What was read of a file."""

    name: str
    table: str
    rows: int = 0
    rejected: int = 0
    cents: int = 0
    """Amounts of all rows whose amount could be read."""
    rejected_cents: int = 0
    notes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Ingested:
    """Typed rows of all files, rejects, and counts by file."""

    spans: pl.DataFrame
    claims: pl.DataFrame
    rejects: pl.DataFrame
    """file, row, reason, cents."""
    files: tuple[FileCount, ...]

    def take_claims(self) -> pl.DataFrame:
        """The claims, which are no longer held here: two million rows need not be there twice."""
        claims, self.claims = self.claims, self.claims.clear()
        return claims


def parts_for(sources: Sequence[Source]) -> int:
    """How many times the claims are read so that memory stays bounded: 1 for all but very large sets."""
    size = sum(s.path.stat().st_size * (1 if s.csv else 4) for s in sources if s.table != "eligibility")
    return max(1, -(-size // _BYTES_OF_A_PART))


def ingest(sources: Sequence[Source], amount: str, line: str | None, part: int = 0, parts: int = 1) -> Ingested:
    """Read all files, keeping the persons of one part; ``line`` is that of spans which state none that is known.

    :raises BadInput: where a file breaks off.
    """
    spans: list[pl.DataFrame] = []
    claims: list[pl.DataFrame] = []
    rejects = [pl.DataFrame(schema=_REJECTS)]
    counts = []
    for source in sources:
        frames, wrong, count = _read(source, amount, line, part, parts)
        (spans if source.table == "eligibility" else claims).extend(frames)
        rejects += wrong
        counts.append(count)
    return Ingested(
        pl.concat(spans, how="diagonal"), pl.concat(claims, how="vertical"), pl.concat(rejects), tuple(counts)
    )


def _read(
    source: Source, amount: str, line: str | None, part: int, parts: int
) -> tuple[list[pl.DataFrame], list[pl.DataFrame], FileCount]:
    count = FileCount(source.name, source.table, notes=list(source.notes))
    frames: list[pl.DataFrame] = []
    rejects: list[pl.DataFrame] = []
    foreign = 0
    for batch in source.batches():
        if source.table == "eligibility":
            good, wrong = spans_of(batch, source, line)
        else:
            good, wrong = claims_of(batch, source, amount)
            kind = "pharmacy" if source.table == "pharmacy_claim" else "medical"
            good = good.with_columns(pl.lit(kind == "pharmacy").alias("pharmacy"))
            count.cents += int(good["cents"].sum()) + int(wrong["cents"].sum())
            count.rejected_cents += int(wrong["cents"].sum())
        broken = pl.DataFrame(
            {"row": list(batch.broken), "reason": list(batch.broken.values())},
            schema={"row": pl.UInt32, "reason": pl.String},
        ).select(pl.lit(source.number, dtype=pl.UInt8).alias("file"), "row", "reason", cents=pl.lit(0, pl.Int64))
        count.rows += good.height + wrong.height + broken.height
        count.rejected += wrong.height + broken.height
        foreign += batch.foreign
        rejects += [wrong, broken]
        frames.append(good if parts == 1 else good.filter(pl.col("person") % parts == part))
    if foreign:
        count.notes.append(f"read as Windows-1252, not being UTF-8: {counted(foreign, 'row')}")
    if source.csv is not None and not source.csv.whole:
        count.notes.append("the last line has no end; the file may have been cut off")
    return frames, rejects, count
