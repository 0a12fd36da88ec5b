"""Where each value of a scenario was read: a place for every path, through files, tables and overrides."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from vbcsim.core.errors import Problem
from vbcsim.core.text import row_name, shown

__all__ = ["Document", "Mark", "Path", "parse_path", "path_text"]

_STEP = re.compile(r'\.?(?P<name>[^\s.\[\]="]+)|\[(?P<index>\d+)\]|\[(?P<row>[^\]"]+)\]|\.?\[?"(?P<quoted>[^"]*)"\]?')

Path = tuple[str | int, ...]
"""Keys and list positions that lead from the top of a scenario to a value."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a file (line and column from 1), or on the command line (line 0)."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file

    @property
    def exact(self) -> str:
        """``file:line:column``."""
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


@dataclass(slots=True)
class Document:
    """What was read: plain data, and where each value of it stands."""

    file: str
    data: Any
    marks: dict[Path, Mark] = field(default_factory=dict)
    overridden: dict[Path, Mark] = field(default_factory=dict)
    broken: set[Path] = field(default_factory=set)
    """Where a table could not be read: nothing more is said about what would have stood there."""
    problems: list[Problem] = field(default_factory=list)
    """What was wrong with single values as they were read; told with everything else."""

    def mark(self, path: Path) -> Mark:
        """The place of the value at ``path``, or of the nearest thing around it; an override wins over the file."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.overridden:
                return self.overridden[path[:length]]
        for length in range(len(path), -1, -1):
            if path[:length] in self.marks:
                return self.marks[path[:length]]
        return Mark(self.file, 1, 1)

    def place(self, path: Path) -> str:
        """``file:line path`` for the place of a problem."""
        words = path_text(path, self.data)
        mark = self.mark(path)
        where = str(mark) if mark.file == self.file or not mark.column else mark.exact
        below = [str(m) for p, m in self.overridden.items() if p[: len(path)] == path and len(p) > len(path)]
        changed = f" (with {', '.join(below)})" if below else ""
        return f"{where} {words}{changed}" if words else f"{where}{changed}"


def path_text(path: Sequence[str | int], data: Any = None) -> str:
    """``cohort.cells[0].members``; a row that has a name shows it: ``assumptions.services[inpatient]``."""
    text = ""
    for step in path:
        node = _child(data, step)
        if isinstance(step, int) and not isinstance(data, dict):
            text += f"[{(row_name(node) if isinstance(node, dict) else '') or step}]"
        else:
            text += f".{step}" if text else str(step)
        data = node
    return text


def _child(data: Any, step: str | int) -> Any:
    if isinstance(data, dict):
        return data.get(step)
    if isinstance(data, list) and isinstance(step, int) and -len(data) <= step < len(data):
        return data[step]
    return None


def parse_path(text: str) -> Path:
    """``cohort.cells[0].members`` as ``("cohort", "cells", 0, "members")``.

    :raises ValueError: where the text is not a path.
    """
    steps: list[str | int] = []
    position = 0
    while position < len(text):
        match = _STEP.match(text, position)
        if match is None or (position == 0 and match[0].startswith((".", "["))):
            raise ValueError(f"{shown(text)} is not a path; write field names joined by dots, rows as [0] or [name]")
        if match["index"] is not None:
            steps.append(int(match["index"]))
        else:
            steps.append(next(word for word in (match["name"], match["row"], match["quoted"]) if word is not None))
        position = match.end()
    if not steps:
        raise ValueError("the path is empty; write what to set, as in draws=5000")
    return tuple(steps)
