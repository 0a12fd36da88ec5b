"""Numbers as a public-use file writes them: separators, percent signs, marks for what is missing."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

__all__ = ["MISSING", "decimals", "fraction_scale", "read_number"]

MISSING = frozenset({"", "*", "-", "--", ".", "n/a", "na", "null", "none", "not applicable"})
"""Lower-cased cells that say: suppressed, not applicable or not reported."""

_NUMBER = re.compile(r"^[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?$")
_SEPARATORS = re.compile(r"^[-+]?\d{1,3}(,\d{3})+(\.\d*)?$")


def read_number(text: str) -> float | None:
    """The number in a cell, ``None`` where it is missing; a percent sign is dropped, not divided by.

    ``"89,403"`` is 89403, ``"(1,250)"`` is -1250, ``"7.17%"`` is 7.17 and ``"*"`` is None. Raises ValueError for
    anything else, infinity and not-a-number included.
    """
    cell = text.strip()
    if cell.lower() in MISSING:
        return None
    negative = cell.startswith("(") and cell.endswith(")")
    if negative:
        cell = cell[1:-1].strip()
    cell = cell.removesuffix("%").strip().replace("\u2212", "-").replace("$", "")
    if _SEPARATORS.match(cell):
        cell = cell.replace(",", "")
    if not _NUMBER.match(cell):
        raise ValueError(f"{text.strip()!r} is not a number")
    number = float(cell)
    if not math.isfinite(number):
        raise ValueError(f"{text.strip()!r} is too large to be a number of this file")
    return -number if negative else number


def fraction_scale(cells: Iterable[str], percent_above: float) -> float:
    """What a column of shares must be multiplied by to become fractions: 1 or 0.01.

    The unit is a property of the column in a year, never of one value: it is percent where any cell carries a percent
    sign, or where the largest number is above ``percent_above`` (a fraction that the meaning cannot reach).
    """
    largest = 0.0
    for cell in cells:
        if cell.strip().endswith("%"):
            return 0.01
        try:
            largest = max(largest, abs(read_number(cell) or 0.0))
        except ValueError:
            continue  # reported where the row is read
    return 0.01 if largest > percent_above else 1.0


def decimals(cells: Iterable[str]) -> int:
    """The number of decimal places in which a column is published: the most that any cell shows."""
    most = 0
    for cell in cells:
        digits = cell.strip().removesuffix("%").strip()
        if _NUMBER.match(digits.replace(",", "")) and "." in digits and "e" not in digits.lower():
            most = max(most, len(digits.split(".", 1)[1]))
    return most
