"""Rows of tables as values: services, cells and shared frailties from CSV files, every mistake at its line."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from vbcsim.assumptions.spec import Service, SharedFrailty
from vbcsim.cohort.spec import Cell
from vbcsim.core.errors import BadInput, Problem, did_you_mean
from vbcsim.core.model import Frozen
from vbcsim.core.text import listing, shown
from vbcsim.scenario.sentences import model_problems
from vbcsim.scenario.source import Document
from vbcsim.scenario.source import Path as DataPath
from vbcsim.scenario.table import read_table
from vbcsim.scenario.tables import columns_at, shipped_tables

__all__ = ["read_cells", "read_frailties", "read_services", "table_path"]

Row = TypeVar("Row", bound=Frozen)
_SHIPPED = "vbcsim:"


def table_path(name: str | Path) -> Path:
    """The file of a table: ``vbcsim:NAME`` for one that comes with vbcsim, otherwise a path.

    :raises BadInput: where no such table comes with vbcsim.
    """
    text = str(name)
    if not text.startswith(_SHIPPED):
        return Path(name)
    known = shipped_tables()
    word = text.removeprefix(_SHIPPED)
    if word not in known:
        guess = did_you_mean(word, known)
        raise BadInput("", f"no table {shown(word)} comes with vbcsim{guess} ({listing(list(known), 30)})")
    return known[word]


def read_services(name: str | Path) -> tuple[Service, ...]:
    """The services of a table."""
    return _rows(table_path(name), ("assumptions", "services"), Service)


def read_cells(name: str | Path) -> tuple[Cell, ...]:
    """The cells of a table."""
    return _rows(table_path(name), ("cohort", "cells"), Cell)


def read_frailties(name: str | Path) -> tuple[SharedFrailty, ...]:
    """The shared frailties of a table."""
    return _rows(table_path(name), ("assumptions", "shared_frailty"), SharedFrailty)


def _rows(path: Path, place: DataPath, model: type[Row]) -> tuple[Row, ...]:
    """Every row as a value.

    :raises BadInput: with every problem found, each at its line.
    """
    table = read_table(path, columns_at(place))
    section, name = place
    document = Document(table.file, {section: {name: table.rows}})
    for k, marks in enumerate(table.marks):
        for column, mark in marks.items():
            document.marks[(*place, k, *column.split(".", 1)) if column else (*place, k)] = mark
    rows: list[Row] = []
    problems: list[Problem] = []
    for k, values in enumerate(table.rows):
        try:
            rows.append(model.model_validate(values))
        except ValidationError as error:
            problems += model_problems(error, document, (*place, k))
    if problems:
        raise BadInput(problems)
    return tuple(rows)
