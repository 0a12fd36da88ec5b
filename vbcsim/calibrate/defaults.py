"""The shipped figures that no row of a public-use file tells, each with its source."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

__all__ = ["Default", "default"]

_TABLE: Final = "medicare_defaults.csv"


@dataclass(frozen=True, slots=True)
class Default:
    """A figure with its unit and source."""

    value: float
    unit: str
    source: str


def default(name: str) -> Default:
    """The shipped figure of that name in the table ``medicare_defaults``."""
    return _table()[name]


@cache
def _table() -> dict[str, Default]:
    file = resources.files("vbcsim.assumptions").joinpath("tables").joinpath(_TABLE)
    lines = (line for line in file.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    return {row["name"]: Default(float(row["value"]), row["unit"], row["source"]) for row in csv.DictReader(lines)}
