"""Rows of a CSV file in blocks of bytes: every line judged before it is parsed, so that no broken row slips in.

A row is a line. Quotes may hold separators; a quote that is not closed on its line breaks the row (a line break inside
a quoted cell is therefore refused, row by row). Rows are numbered as a spreadsheet shows them: the header is row 1.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final, cast

import numpy as np
from numpy.typing import NDArray

from vbcsim.core.errors import BadInput
from vbcsim.core.text import visible

__all__ = ["BLOCK_BYTES", "Block", "CsvFile", "open_csv"]

BLOCK_BYTES: Final = 16_000_000
"""Bytes read at once; memory is a small multiple of it."""
_SEPARATORS: Final = (",", "\t", ";", "|")
_NEWLINE, _QUOTE, _RETURN = 10, 34, 13


@dataclass(frozen=True, slots=True)
class Block:
    """Whole lines that can be parsed, and the rows of the lines that cannot."""

    data: bytes
    rows: NDArray[np.int64]
    """Row number of every line of ``data``."""
    broken: dict[int, str]
    """Row number -> what is wrong."""
    foreign: int
    """Lines that were not UTF-8 and were read as Windows-1252."""


@dataclass(slots=True)
class CsvFile:
    """A CSV file whose header is read; ``blocks`` reads the rest."""

    path: Path
    header: tuple[str, ...]
    separator: str
    whole: bool = True
    """False where the last line has no end: the file may have been cut off."""
    notes: list[str] = field(default_factory=list)

    def blocks(self) -> Iterator[Block]:
        """The rows in blocks; blank lines are skipped and counted as rows."""
        with _open(self.path) as stream:
            stream.readline()
            row, rest = 2, b""
            while True:
                read = stream.read(BLOCK_BYTES)
                data = rest + read
                if not data:
                    return
                end = len(data) if not read else data.rfind(b"\n") + 1
                data, rest = data[:end], data[end:]
                if not read and not data.endswith(b"\n"):
                    self.whole = False
                    data += b"\n"
                if data:
                    lines = data.count(b"\n")
                    yield _judged(data, row, len(self.header), self.separator)
                    row += lines
                if not read:
                    return


def open_csv(path: Path) -> CsvFile:
    """Read the header of a CSV file (also gzip), and tell its separator.

    :raises BadInput: where the file is empty, not text, or in UTF-16.
    """
    place = visible(str(path))
    try:
        with _open(path) as stream:
            first = stream.readline(1_000_000)
            more = stream.read(1)
    except (OSError, EOFError, gzip.BadGzipFile) as error:
        raise BadInput(place, f"cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if first[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in first:
        raise BadInput(place, "is not UTF-8 text (UTF-16, or not text at all); save it as CSV in UTF-8")
    if not first.strip():
        raise BadInput(place, "is empty; its first line names the columns" if not more else "has a blank first line")
    text = first.removeprefix(b"\xef\xbb\xbf").decode("utf-8", errors="replace").rstrip("\r\n")
    separator = max(_SEPARATORS, key=text.count)
    header = tuple(name.strip().strip('"').strip() for name in text.split(separator))
    if len(header) == 1:
        raise BadInput(f"{place}:1", "the first line has one column; it names the columns, separated by commas")
    if not more:
        raise BadInput(place, "has a header and no rows")
    notes = [] if separator == "," else [f"columns are separated by {'a tab' if separator == chr(9) else separator}"]
    return CsvFile(path, header, separator, notes=notes)


def _open(path: Path) -> IO[bytes]:
    if path.name.lower().endswith(".gz"):
        return cast(IO[bytes], gzip.open(path, "rb"))
    return path.open("rb")


def _judged(data: bytes, row: int, columns: int, separator: str) -> Block:
    """The lines of a block, those that have another number of cells or an open quote set apart."""
    raw = np.frombuffer(data, dtype=np.uint8)
    ends = np.flatnonzero(raw == _NEWLINE)
    starts = np.concatenate([[0], ends[:-1] + 1])
    rows = np.arange(row, row + len(ends))
    cuts = raw == ord(separator)
    odd = np.zeros(len(ends), dtype=bool)
    if data.find(b'"') >= 0:
        quotes = np.cumsum(raw == _QUOTE, dtype=np.int32)
        before = np.concatenate([[0], quotes[ends[:-1]]])
        odd = (quotes[ends] - before) % 2 == 1
        lengths = ends - starts + 1
        cuts &= (quotes - np.repeat(before, lengths)) % 2 == 0
    cells = np.add.reduceat(cuts, starts, dtype=np.int32) + 1
    size = ends - starts - (raw[np.maximum(ends - 1, 0)] == _RETURN)
    blank = size <= 0
    wrong = ((cells != columns) | odd) & ~blank
    nul = np.zeros_like(wrong)
    if data.find(b"\x00") >= 0:
        nul = np.add.reduceat(raw == 0, starts, dtype=np.int32) > 0
    broken = {int(rows[k]): _what(int(cells[k]), columns, bool(odd[k])) for k in np.flatnonzero(wrong & ~nul)}
    broken |= {int(rows[k]): "the row holds a zero byte, which is no text" for k in np.flatnonzero(nul)}
    keep = ~(wrong | blank | nul)
    if not keep.all():
        data = b"".join(data[starts[k] : ends[k] + 1] for k in np.flatnonzero(keep))
        rows = rows[keep]
    data, foreign = _as_utf8(data)
    return Block(data, rows, broken, foreign)


def _what(cells: int, columns: int, open_quote: bool) -> str:
    if open_quote:
        return "a quote is opened and not closed on the row"
    return f"the row has {cells} cells and the header {columns}"


def _as_utf8(data: bytes) -> tuple[bytes, int]:
    """The same lines in UTF-8; lines that are not are read as Windows-1252 and counted."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        return data, 0
    lines, foreign = [], 0
    for line in data.split(b"\n")[:-1]:
        try:
            line.decode("utf-8")
            lines.append(line + b"\n")
        except UnicodeDecodeError:
            lines.append(line.decode("cp1252", errors="replace").encode() + b"\n")
            foreign += 1
    return b"".join(lines), foreign
