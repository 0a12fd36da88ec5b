"""A safe reader of YAML 1.2: plain data with a place for every value.

Checked event by event before anything is built, so a small file cannot grow into a large one: no anchors and aliases,
no tags, no merge keys, one document, at most ``MAX_BYTES`` bytes and ``MAX_DEPTH`` levels, no key given twice.
Plain words stay text (``NO`` is a word, ``010`` is ten, ``12:30`` is text): only ``true``, ``false``, ``null`` and the
numbers of the YAML 1.2 core schema are anything else. Not-a-number, infinity and invisible characters are refused.
"""

from __future__ import annotations

import math
import re
import stat
from collections.abc import Iterator
from pathlib import Path as FilePath
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from vbcsim.core.errors import BadInput, Problem, did_you_mean
from vbcsim.core.text import hidden_characters, shown, visible
from vbcsim.scenario.source import Document, Mark, Path, path_text

__all__ = ["MAX_BYTES", "MAX_DEPTH", "parse_yaml", "read_text", "read_yaml", "scalar"]

MAX_BYTES = 1_000_000
MAX_DEPTH = 40
_MAX_DIGITS = 40

_INTEGER = re.compile(r"[-+]?[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_WORDS = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
_WORDS_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_REORDERING = re.compile("[\u202a-\u202e\u2066-\u2069]")

_REMEDIES = (
    ("character '\\t'", "a tab stands in the indentation; YAML allows spaces only: replace the tab by spaces"),
    (
        "mapping values are not allowed",
        "a colon stands where no key can be; check the indentation and the space after each colon, or quote the text",
    ),
    ("unexpected end of stream", "a quote is opened and never closed; close it"),
    ("cannot start any token", "a word cannot begin with this character; put the text in quotes"),
    ("expected ',' or", "a list or mapping in brackets is not closed; add the missing comma or bracket"),
    ("expected <block end>", "this line does not belong to the list or mapping above it; check the indentation"),
    ("could not find expected ':'", "a key lacks its colon; write `key: value`"),
    (
        "expected a single document",
        "a second document begins here; a scenario is one document, without `---` between parts",
    ),
)


def read_yaml(path: str | FilePath) -> Document:
    """The document in a file.

    :raises BadInput: with every problem of form found, each at ``file:line:column``.
    """
    return parse_yaml(read_text(path, MAX_BYTES), str(path))


def read_text(path: str | FilePath, limit: int) -> str:
    """The UTF-8 text of a regular file of at most ``limit`` bytes; a byte order mark is dropped."""
    name = visible(str(path))
    file = FilePath(path)
    try:
        if not stat.S_ISREG(file.stat().st_mode):
            what = "a folder" if file.is_dir() else "not a regular file"
            raise BadInput(name, f"is {what}; name the file to read")
        with file.open("rb") as stream:
            raw = stream.read(limit + 1)
    except FileNotFoundError:
        raise BadInput(name, f"no such file{_neighbour(file)}; check the name and the folder") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise BadInput(name, f"cannot be read ({visible(reason)}); check the name and the permissions") from None
    if len(raw) > limit:
        raise BadInput(name, f"is larger than {limit:,} bytes; keep long tables in CSV files beside the scenario")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        message = f"byte 0x{raw[error.start]:02x} is not UTF-8 text; save the file with the encoding UTF-8"
        raise BadInput(f"{name}:{line}", message) from None


def _neighbour(file: FilePath) -> str:
    try:
        names = [p.name for p in file.parent.iterdir() if p.suffix == file.suffix]
    except OSError:
        return f"; there is no folder {shown(str(file.parent))}"
    return visible(did_you_mean(file.name, names)).removesuffix("?")


def parse_yaml(text: str, file: str) -> Document:
    """The document written in ``text``; ``file`` names it in errors."""
    reader = _Reader(visible(file))
    reader.read(text)
    if reader.problems:
        raise BadInput(reader.problems)
    return Document(reader.file, reader.data, reader.marks)


def scalar(text: str) -> Any:
    """The value of a plain scalar by the YAML 1.2 core schema.

    :raises ValueError: for not-a-number, infinity and numbers too large to hold.
    """
    if text in _WORDS:
        return None
    if text in _WORDS_BOOL:
        return _WORDS_BOOL[text]
    if _NOT_FINITE.fullmatch(text):
        raise ValueError(f"{text} is not a finite number; write a number")
    for pattern, base in ((_INTEGER, 10), (_OCTAL, 8), (_HEXADECIMAL, 16)):
        if pattern.fullmatch(text):
            if len(text) > _MAX_DIGITS:
                raise ValueError(f"a number of {len(text)} digits is too long; write at most {_MAX_DIGITS} digits")
            return int(text, base)
    if _FLOAT.fullmatch(text):
        number = float(text)
        if not math.isfinite(number):
            raise ValueError(f"{text} is too large for a number")
        return number
    return text


class _Reader:
    """Builds data from events, remembering marks and problems; one use per document."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.data: Any = None
        self.marks: dict[Path, Mark] = {}
        self.problems: list[Problem] = []

    def read(self, text: str) -> None:
        for found in _REORDERING.finditer(text):
            line, column = _line_column(text, found.start())
            self._refuse_at(
                Mark(self.file, line, column),
                f"the invisible character {hidden_characters(found[0])} reorders what is seen; remove it",
            )
        try:
            self._document(self._checked(text))
        except MarkedYAMLError as error:
            self._syntax(error)
        except YAMLError as error:
            self._reader_error(error, text)

    def _document(self, events: Iterator[Event]) -> None:
        documents = 0
        for event in events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._refuse(event, "a second document begins here; a scenario is one document")
                    return
                if event.version not in (None, (1, 2)) or event.tags:
                    self._refuse(event, "a %YAML or %TAG directive; leave it out, the file is read as YAML 1.2")
            elif isinstance(event, (ScalarEvent, MappingStartEvent, SequenceStartEvent, AliasEvent)):
                self.data = self._value(event, events, ())
        if self.data is None and not self.problems:
            self._refuse_at(Mark(self.file, 1, 1), "the file is empty; see `vbcsim schema` for what a scenario holds")

    def _checked(self, text: str) -> Iterator[Event]:
        """Events of the parser, stopping at the first one that is nested too deep."""
        depth = 0
        for event in YAML(typ="safe", pure=True).parse(text):
            if isinstance(event, (MappingStartEvent, SequenceStartEvent)):
                depth += 1
                if depth > MAX_DEPTH:
                    self._refuse(event, f"nested more than {MAX_DEPTH} levels deep; a scenario needs fewer")
                    raise BadInput(self.problems)
            elif isinstance(event, (MappingEndEvent, SequenceEndEvent)):
                depth -= 1
            if getattr(event, "anchor", None) is not None:
                kind = "an alias (*" if isinstance(event, AliasEvent) else "an anchor (&"
                self._refuse(event, f"{kind}{visible(event.anchor)}) is not allowed; write the value out")
            if getattr(event, "ctag", None) is not None:
                self._refuse(event, f"a tag ({visible(str(event.ctag))}) is not allowed; write the plain value")
            yield event

    def _value(self, event: Event, events: Iterator[Event], path: Path) -> Any:
        self.marks.setdefault(path, self._mark(event))
        if isinstance(event, ScalarEvent):
            return self._scalar(event, path)
        if isinstance(event, MappingStartEvent):
            return self._mapping(events, path)
        if isinstance(event, SequenceStartEvent):
            return self._sequence(events, path)
        return None

    def _sequence(self, events: Iterator[Event], path: Path) -> list[Any]:
        items: list[Any] = []
        for event in events:
            if isinstance(event, SequenceEndEvent):
                break
            items.append(self._value(event, events, (*path, len(items))))
        return items

    def _mapping(self, events: Iterator[Event], path: Path) -> dict[str | int, Any]:
        found: dict[str | int, Any] = {}
        for event in events:
            if isinstance(event, MappingEndEvent):
                break
            key = self._key(event, events, path)
            where = (*path, key)
            if key in found:
                first = self.marks[where]
                self._refuse(event, f"{path_text(where)} is given twice (first on line {first.line}); keep one of them")
                self._value(next(events), events, (*where, "(again)"))
                continue
            self.marks[where] = self._mark(event)
            found[key] = self._value(next(events), events, where)
        return found

    def _key(self, event: Event, events: Iterator[Event], path: Path) -> str | int:
        if not isinstance(event, ScalarEvent):
            self._value(event, events, (*path, "(key)"))
            self._refuse(event, "a list or mapping stands as a key; a key is one word")
            return "(key)"
        if event.implicit[0] and event.value == "<<":
            self._refuse(event, "a merge key (<<) is not allowed; write the fields out")
        key = self._scalar(event, (*path, event.value))
        if isinstance(key, (str, int)) and not isinstance(key, bool):
            return key
        self._refuse(event, f"the key {shown(event.value)} is read as {_kind(key)}; put it in quotes")
        return str(event.value)

    def _scalar(self, event: ScalarEvent, path: Path) -> Any:
        if hidden := hidden_characters(event.value):
            self._refuse(event, f"{path_text(path) or 'the text'} holds the invisible character {hidden}; remove it")
        if not event.implicit[0]:
            return event.value
        try:
            return scalar(event.value)
        except ValueError as error:
            self._refuse(event, f"{path_text(path)}: {error}" if path else str(error))
            return None

    def _mark(self, event: Event) -> Mark:
        return Mark(self.file, event.start_mark.line + 1, event.start_mark.column + 1)

    def _refuse(self, event: Event, message: str) -> None:
        self._refuse_at(self._mark(event), message)

    def _refuse_at(self, mark: Mark, message: str) -> None:
        self.problems.append(Problem(mark.exact, visible(message)))

    def _syntax(self, error: MarkedYAMLError) -> None:
        mark = error.problem_mark or error.context_mark
        at = Mark(self.file, mark.line + 1, mark.column + 1) if mark else Mark(self.file, 1, 1)
        said = str(error.problem or error.context)
        remedy = next(
            (words for sign, words in _REMEDIES if sign in said), f"not readable as YAML: {said}; correct the line"
        )
        if "end of stream" in said or "could not find expected" in said:
            start = error.context_mark
            at = Mark(self.file, start.line + 1, start.column + 1) if start else at
        self._refuse_at(at, remedy)

    def _reader_error(self, error: YAMLError, text: str) -> None:
        position = getattr(error, "position", 0) or 0
        character = getattr(error, "character", None)
        code = character if isinstance(character, int) else ord(text[position]) if position < len(text) else 0
        line, column = _line_column(text, position)
        self._refuse_at(
            Mark(self.file, line, column), f"the control character U+{code:04X} cannot stand in a scenario; remove it"
        )


def _line_column(text: str, position: int) -> tuple[int, int]:
    return text.count("\n", 0, position) + 1, position - text.rfind("\n", 0, position)


def _kind(value: Any) -> str:
    if value is None:
        return "nothing"
    return "true or false" if isinstance(value, bool) else "a number with a fraction"
