"""The cells of a workbook file, read only after the file was found harmless: no macros, no password, no zip bomb.

A workbook is a zip archive, so a small file may hold a huge one, and a sheet may claim cells a million rows apart. The
sizes of its members and the places of its cells are therefore looked at before anything is built from them.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

from vbcsim.core.errors import BadInput, did_you_mean
from vbcsim.core.text import visible

__all__ = ["SUFFIXES", "Sheet", "column_letters", "read_sheets"]

SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".xltx", ".xltm")
"""Endings of files that are workbooks; only the first can be read."""
MAX_FILE_BYTES = 20_000_000
MAX_UNPACKED_BYTES = 80_000_000
MAX_MEMBERS = 2_000
MAX_ROWS, MAX_COLUMNS, MAX_CELLS = 200_000, 400, 2_000_000
MAX_TEXT_BYTES = 200_000_000
"""Bytes of text that all cells together may repeat."""

_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*?)(/?)>")
_PLACE = re.compile(rb'\br="([A-Za-z]{1,4})(\d{1,9})"')
_ROW = re.compile(rb'<(?:\w+:)?row\b[^>]*?\br="(\d{1,12})"')
_UNSAVED = re.compile(
    rb"<(?:\w+:)?c\b([^>]*)>\s*<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_SHARED = re.compile(rb"<(?:\w+:)?si\b.*?</(?:\w+:)?si>", re.DOTALL)
_SHEET = re.compile(r"<(?:\w+:)?sheet\b[^>]*>")
_LINK = re.compile(r"<(?:\w+:)?Relationship\b[^>]*>")
_ENCRYPTED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How files of the older kind begin; a workbook with a password lies inside one."""
_ADVICE = "save it as an Excel workbook (.xlsx) without macros and without a password"


@dataclass(frozen=True)
class Sheet:
    """One sheet: its rows of values from the first row and column on, and what is odd about some of its cells."""

    name: str
    rows: list[list[Any]]
    """Text, a number, true or false, a date or time; empty text where there is nothing."""
    merged: tuple[tuple[tuple[int, int], tuple[int, int]], ...] = ()
    """First and last cell of each merged area, rows and columns from 0."""
    odd: Mapping[tuple[int, int], str] = field(default_factory=dict)
    """What is wrong with the formula of a cell, in words."""


def read_sheets(path: str | FilePath) -> list[Sheet]:
    """Every sheet of a workbook, hidden ones too.

    :raises BadInput: where the file is no workbook, or one that cannot be read safely.
    """
    name, file = visible(str(path)), FilePath(path)
    _refuse_kind(name, file)
    try:
        size = file.stat().st_size
        if not file.is_file():
            raise BadInput(name, "is not a regular file; name the workbook to read")
        if size > MAX_FILE_BYTES:
            raise BadInput(name, f"is larger than {MAX_FILE_BYTES:,} bytes; keep only the sheets of the scenario in it")
        with file.open("rb") as stream:
            begins = stream.read(8)
    except FileNotFoundError:
        near = did_you_mean(file.name, [p.name for p in file.parent.glob("*.xlsx")]) if file.parent.is_dir() else ""
        raise BadInput(name, f"no such file{near.removesuffix('?')}; check the name and the folder") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise BadInput(name, f"cannot be read ({visible(reason)}); check the name and the permissions") from None
    if begins == _ENCRYPTED:
        raise BadInput(name, f"has a password, or is of the kind of Excel before 2007; {_ADVICE}")
    if begins[:2] != b"PK":
        raise BadInput(name, f"is not a workbook, whatever its name says; {_ADVICE}")
    return _sheets(name, file, _looked_at(name, file))


def column_letters(index: int) -> str:
    """The letters of a column, from 0: ``A``, ``Z``, ``AA``."""
    letters, index = "", index + 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _refuse_kind(name: str, file: FilePath) -> None:
    kind = file.suffix.lower()
    if kind in (".xlsm", ".xltm"):
        raise BadInput(name, "may hold macros, which are not read; save it as an Excel workbook without macros (.xlsx)")
    if kind != ".xlsx":
        raise BadInput(name, f"is a {kind or 'file without ending'}, which is not read; {_ADVICE}")


def _looked_at(name: str, file: FilePath) -> dict[str, bytes]:
    """The members of the archive that tell of sheets, once all of it was found harmless."""
    kept: dict[str, bytes] = {}
    left = MAX_UNPACKED_BYTES
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            if len(members) > MAX_MEMBERS or sum(m.file_size for m in members) > MAX_UNPACKED_BYTES:
                raise _too_large(name)
            for member in members:
                if member.flag_bits & 1:
                    raise BadInput(name, f"has a password; {_ADVICE}")
                if member.filename.lower().endswith("vbaproject.bin"):
                    raise BadInput(name, "holds macros, which are not read; save it as a workbook without macros")
                with archive.open(member) as stream:
                    content = stream.read(left + 1)
                left -= len(content)
                if left < 0:
                    raise _too_large(name)
                if member.filename.endswith((".xml", ".rels")):
                    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
                        raise BadInput(name, f"holds definitions of its own in {visible(member.filename)}; {_ADVICE}")
                    kept[member.filename.lstrip("/")] = content
    except BadInput:
        raise
    except Exception as error:  # zlib.error and its like have no common base
        raise BadInput(name, f"is damaged ({visible(str(error))}); open it, save it again, or take a copy") from None
    if "xl/workbook.xml" not in kept:
        raise BadInput(name, f"is a zip archive, not a workbook; {_ADVICE}")
    _refuse_wide(name, kept)
    return kept


def _too_large(name: str) -> BadInput:
    limit = f"{MAX_UNPACKED_BYTES // 1_000_000} MB"
    return BadInput(name, f"unpacks to more than {limit}; keep only the sheets of the scenario in the workbook")


def _refuse_wide(name: str, members: Mapping[str, bytes]) -> None:
    """Refuse sheets whose cells lie too far apart, or repeat too much text, to be held in memory."""
    longest = max((len(item[0]) for item in _SHARED.finditer(members.get("xl/sharedStrings.xml", b""))), default=0)
    texts = 0
    for member, content in members.items():
        if not member.startswith("xl/worksheets/"):
            continue
        rows = [int(found[1]) for found in _ROW.finditer(content)]
        columns, last, cells = 0, max(rows, default=0), 0
        for found in _CELL.finditer(content):
            cells += 1
            texts += b't="s"' in found[1]
            place = _PLACE.search(found[1])
            if place:
                columns, last = max(columns, _number_of(place[1])), max(last, int(place[2]))
        if last > MAX_ROWS or columns > MAX_COLUMNS or max(cells, last * columns) > MAX_CELLS:
            words = f"{MAX_ROWS:,} rows, {MAX_COLUMNS} columns and {MAX_CELLS:,} cells"
            found_words = f"a sheet has cells up to row {last:,} and column {columns:,}"
            raise BadInput(name, f"{found_words}; at most {words} are read: delete what lies far out")
    if texts * longest > MAX_TEXT_BYTES:
        raise BadInput(name, f"repeats a text of {longest:,} bytes in up to {texts:,} cells; shorten the text")


def _number_of(letters: bytes) -> int:
    index = 0
    for letter in letters.upper():
        index = 26 * index + letter - 64
    return index


def _sheets(name: str, file: FilePath, members: Mapping[str, bytes]) -> list[Sheet]:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, WorksheetNotFound, XmlError, ZipError

    files = _files_of(members)
    try:
        with CalamineWorkbook.from_path(file) as book:
            found = []
            for about in book.sheets_metadata:
                if "WorkSheet" not in str(about.typ):
                    continue
                sheet = book.get_sheet_by_name(about.name)
                rows = sheet.to_python(skip_empty_area=False)
                merged = tuple(sheet.merged_cell_ranges or ())
                found.append(Sheet(about.name, rows, merged, _odd(members.get(files.get(about.name, ""), b""))))
            return found
    except PasswordError:
        raise BadInput(name, f"has a password; {_ADVICE}") from None
    except (CalamineError, ZipError, XmlError, WorksheetNotFound, OSError, ValueError) as error:
        raise BadInput(name, f"is damaged ({visible(str(error))}); open it, save it again, or take a copy") from None


def _files_of(members: Mapping[str, bytes]) -> dict[str, str]:
    """The member of the archive in which each sheet stands."""
    from html import unescape

    links = {}
    for tag in _LINK.findall(members.get("xl/_rels/workbook.xml.rels", b"").decode("utf-8", "replace")):
        about = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        target = about.get("Target", "")
        links[about.get("Id", "")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    files = {}
    for tag in _SHEET.findall(members["xl/workbook.xml"].decode("utf-8", "replace")):
        about = dict(re.findall(r'([\w:]+)="([^"]*)"', tag))
        link = next((value for key, value in about.items() if key.endswith(":id")), "")
        files[unescape(about.get("name", ""))] = links.get(link, "")
    return files


def _odd(content: bytes) -> dict[tuple[int, int], str]:
    """Cells whose formula failed or was never worked out, by row and column from 0."""
    odd: dict[tuple[int, int], str] = {}
    for found in _CELL.finditer(content):
        if b't="e"' in found[1] and (place := _PLACE.search(found[1])):
            end = content.find(b"</", content.find(b"<v>", found.end()))
            said = content[content.find(b"<v>", found.end()) + 3 : end].decode("utf-8", "replace")
            odd[int(place[2]) - 1, _number_of(place[1]) - 1] = f"the formula gives the error {visible(said)}; mend it"
    for found in _UNSAVED.finditer(content):
        if place := _PLACE.search(found[1]):
            message = "the formula was never worked out; open the workbook in a spreadsheet program and save it"
            odd.setdefault((int(place[2]) - 1, _number_of(place[1]) - 1), message)
    return odd
