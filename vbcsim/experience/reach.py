"""Rating cells chosen by their attributes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, Field, StringConstraints

from vbcsim.core.attributes import ATTRIBUTES
from vbcsim.core.errors import BadInput, Problem, did_you_mean
from vbcsim.core.model import Frozen
from vbcsim.core.text import listing

__all__ = ["Cells", "all_of"]


def _as_tuple(raw: object) -> object:
    return (raw,) if isinstance(raw, str) else raw


Values = Annotated[
    tuple[Annotated[str, StringConstraints(min_length=1, max_length=120)], ...],
    BeforeValidator(_as_tuple),
    Field(max_length=1000),
]
"""One value of an attribute, or a list of them; empty stands for every value."""


class Cells(Frozen):
    """Cells that have one of the named values in every attribute that is named; all cells where none is."""

    line_of_business: Values = ()
    """Lines of business."""
    enrollment_type: Values = ()
    """Enrollment types."""
    age_band: Values = ()
    """Age bands."""
    sex: Values = ()
    """Sex."""
    region: Values = ()
    """Regions."""
    equity_stratum: Values = ()
    """Equity strata."""
    provider_group: Values = ()
    """Provider groups."""
    risk_tier: Values = ()
    """Risk tiers."""

    def mask(self, cells: Sequence[Any], place: str = "target") -> NDArray[np.bool_]:
        """Which cells are chosen; raises BadInput where a value is that of no cell or no cell is chosen."""
        problems = []
        for attribute in ATTRIBUTES:
            wanted = getattr(self, attribute)
            if not wanted:
                continue
            values = [getattr(cell, attribute) for cell in cells]
            known = list(dict.fromkeys(values))
            problems += [
                Problem(
                    f"{place}.{attribute}",
                    f'no cell has {attribute} "{value}"{did_you_mean(value, known)} (cells have: {listing(known, 20)})',
                )
                for value in wanted
                if value not in known
            ]
        if problems:
            raise BadInput(problems)
        chosen = np.array([self.has(cell) for cell in cells])
        if not chosen.any():
            raise BadInput(place, f"no cell is {self.words()}; choose attributes that occur together")
        return chosen

    def has(self, cell: Any) -> bool:
        """Whether a cell is chosen."""
        return all(getattr(cell, a) in getattr(self, a) for a in ATTRIBUTES if getattr(self, a))

    def words(self) -> str:
        """In plain words."""
        named = [
            f"{attribute.replace('_', ' ')} {' or '.join(getattr(self, attribute))}"
            for attribute in ATTRIBUTES
            if getattr(self, attribute)
        ]
        return f"members of {', '.join(named)}" if named else "all members"


def all_of(*makers: Callable[[], Any]) -> list[Any]:
    """What each of them makes; raises BadInput with the problems of all of them together."""
    made: list[Any] = []
    problems: list[Problem] = []
    for maker in makers:
        try:
            made.append(maker())
        except BadInput as error:
            problems += error.problems
    if problems:
        raise BadInput(problems)
    return made
