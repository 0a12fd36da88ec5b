"""Tables of a scenario: ``{table: file.csv}`` where a list of rows may stand becomes the rows themselves.

``{table: [one.csv, other.csv]}`` is the rows of one and then those of the other.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path as FilePath
from typing import Any

from vbcsim.core.errors import BadInput, Problem, did_you_mean
from vbcsim.core.text import listing, shown
from vbcsim.scenario.schema import nodes_at
from vbcsim.scenario.source import Document, Path
from vbcsim.scenario.table import Columns, Table, read_table

__all__ = ["columns_at", "read_tables", "shipped_tables"]

_SHIPPED = "vbcsim:"


def read_tables(document: Document, folder: FilePath) -> list[Problem]:
    """Replace every ``{table: NAME}`` of the document by its rows; what cannot be read is returned as problems."""
    problems: list[Problem] = []
    for path in list(_references(document.data, ())):
        columns = columns_at(path)
        if columns is None and path[0] != "designs":
            continue
        found, tables = _read(document, path, folder, columns)
        if found:
            problems.extend(found)
            document.broken.add(path)
        else:
            _put(document, path, tables)
    return problems


def _read(
    document: Document, path: Path, folder: FilePath, columns: Columns | None
) -> tuple[list[Problem], list[Table]]:
    """The table or the tables that stand at a path, and what is wrong with them."""
    named = _at(document.data, path)["table"]
    several = isinstance(named, list) and len(named) > 0
    problems: list[Problem] = []
    tables = []
    for k, name in enumerate(named if several else [named]):
        try:
            tables.append(read_table(_locate(name, folder), columns))
        except BadInput as error:
            place = document.place((*path, "table", k) if several else (*path, "table"))
            problems.extend(_seen_from(place, problem) for problem in error.problems)
    return problems, tables


def columns_at(path: Path) -> Columns | None:
    """The columns of a table at ``path``: the fields of its rows; none where no list of rows may stand there."""
    rows = [node for node in nodes_at((*path, 0)) if node.get("properties")]
    if not rows:
        return None
    fields = rows[0]["properties"]
    text = [name for name, node in fields.items() if node.get("type") == "string"]
    nested = [name for name in fields if name not in text and _holds_figures((*path, 0, name))]
    return Columns(list(fields), rows[0].get("required", []), text, nested)


def _holds_figures(path: Path) -> bool:
    """Whether figures by a word of the scenario's own may stand at the path, as ``use: {inpatient: 1.2}``."""
    return any(
        isinstance(node.get("additionalProperties"), dict) or "patternProperties" in node for node in nodes_at(path)
    )


def shipped_tables() -> dict[str, FilePath]:
    """Tables that come with vbcsim, by name."""
    folder = FilePath(str(files("vbcsim.assumptions"))) / "tables"
    return {path.stem: path for path in sorted(folder.glob("*.csv"))}


def _references(data: Any, path: Path) -> list[Path]:
    if isinstance(data, dict):
        if list(data) == ["table"] and path:
            return [path]
        return [found for key, value in data.items() for found in _references(value, (*path, key))]
    if isinstance(data, list):
        return [found for k, value in enumerate(data) for found in _references(value, (*path, k))]
    return []


def _locate(name: Any, folder: FilePath) -> FilePath:
    """The file of a table: shipped, or below the folder of the scenario once links are followed."""
    if not isinstance(name, str) or not name:
        raise BadInput("", f"{shown(name)} was read where the name of a CSV file is needed")
    if name.startswith(_SHIPPED):
        known = shipped_tables()
        word = name.removeprefix(_SHIPPED)
        if word not in known:
            raise BadInput(
                "", f"no table {shown(word)} comes with vbcsim{did_you_mean(word, known)} ({listing(list(known))})"
            )
        return known[word]
    if "\\" in name:
        raise BadInput("", f"{shown(name)} holds a backslash; separate folders by /")
    try:
        file = (folder / name).resolve()
        inside = file.is_relative_to(folder.resolve()) and not FilePath(name).is_absolute()
    except (OSError, ValueError):
        inside = False
    if not inside:
        raise BadInput("", f"{shown(name)} leads outside the folder of the scenario; keep tables beside or below it")
    return folder / name


def _seen_from(place: str, problem: Problem) -> Problem:
    """A problem of the reference itself stands at the reference; one inside the table keeps its own place."""
    name, _, rest = problem.place.partition(":")
    if rest:
        return problem
    return Problem(place, f"{name}: {problem.message}" if name else problem.message)


def _at(data: Any, path: Path) -> Any:
    for step in path:
        data = data[step]
    return data


def _put(document: Document, path: Path, tables: list[Table]) -> None:
    _at(document.data, path[:-1])[path[-1]] = [row for table in tables for row in table.rows]
    for k, fields in enumerate(marks for table in tables for marks in table.marks):
        for name, mark in fields.items():
            document.marks[(*path, k, *name.split(".", 1)) if name else (*path, k)] = mark
