"""What a design says to a program: each figure read in its unit and held within its bounds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vbcsim.contract.value import is_line_name
from vbcsim.core.errors import Problem
from vbcsim.core.model import Frozen
from vbcsim.core.text import listing
from vbcsim.core.units import UNITS, parse_quantity

__all__ = ["Input", "Quantity", "read_figure"]


class Quantity(Frozen):
    """A figure that a design may give: what it is, in which unit, within which bounds."""

    definition: str = ""
    unit: str = ""
    least: float | None = None
    """Least number that may be said, in the unit."""
    most: float | None = None
    """Greatest number that may be said, in the unit."""


class Input(Quantity):
    """What a design says about itself: a track, a choice, a date."""

    definition: str
    choices: tuple[str | int | float | bool, ...] = ()
    """What may be said; anything where empty."""
    default: Any = None
    """What counts where the design says nothing; an input without a default is required."""
    optional: bool = False
    """True where the input may be left out without a default."""


def read_figure(word: str, about: Quantity, said: Any) -> tuple[Any, list[Problem]]:
    """What was said, ``2%`` read as 0.02, and the problems with it: another unit, a number out of bounds."""
    try:
        figure = _in_unit(said, about.unit)
    except ValueError as error:
        return said, [Problem(word, str(error))]
    low, high = about.least, about.most
    wrong = [n for n in _numbers(figure) if (low is not None and n < low) or (high is not None and n > high)]
    if not wrong:
        return figure, []
    bounds = [f"at {way} {bound:g}" for way, bound in (("least", low), ("most", high)) if bound is not None]
    unit = f" ({UNITS[about.unit]})" if about.unit in UNITS else ""
    return figure, [Problem(word, f"{wrong[0]:g} was given; {about.definition}: {listing(bounds)}{unit}")]


def _is_rule(said: Mapping[Any, Any]) -> bool:
    """Whether a mapping is a table or a complement of lines, which the clause that uses it reads."""
    return bool({"by", "one_less"} & said.keys())


def _in_unit(said: Any, unit: str) -> Any:
    """Texts such as ``2%`` as numbers of the unit, in lists and mappings too; names of lines as they are."""
    if isinstance(said, str) and unit in UNITS and not is_line_name(said):
        return parse_quantity(said, unit)
    if isinstance(said, Mapping) and not _is_rule(said):
        return {key: _in_unit(item, unit) for key, item in said.items()}
    return [_in_unit(item, unit) for item in said] if isinstance(said, (list, tuple)) else said


def _numbers(figure: Any) -> Iterator[float]:
    """Plain numbers of a figure: one, or several in a list, by year or by stratum; none of a table."""
    if isinstance(figure, (int, float)) and not isinstance(figure, bool):
        yield float(figure)
    elif isinstance(figure, Mapping) and not _is_rule(figure):
        for item in figure.values():
            yield from _numbers(item)
    elif isinstance(figure, (list, tuple)):
        for item in figure:
            yield from _numbers(item)
