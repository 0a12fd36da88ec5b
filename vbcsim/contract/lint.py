"""Clauses that contradict or can never bind, found from an arrangement's own figures before anything is simulated."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from vbcsim.contract.arrangement import Arrangement

__all__ = ["Doubt", "doubts", "rules"]


class Doubt(NamedTuple):
    """A clause that a reader should look at again: the rule, the place in the design, and what is the matter."""

    rule: str
    place: str
    message: str


Rule = Callable[[Arrangement, tuple[int, ...]], Iterator[tuple[str, str]]]
"""Takes an arrangement and its performance years; yields places and messages."""


def rules() -> Mapping[str, Rule]:
    """Every rule by its name, from the modules of ``vbcsim.contract.lints``; the docstring says what it looks for."""
    from vbcsim.contract.lints import amounts, bounds, settings

    found: dict[str, Rule] = {}
    for module in (settings, bounds, amounts):
        found |= {name: getattr(module, name) for name in module.__all__}
    return found


def doubts(arrangement: Arrangement, years: tuple[int, ...]) -> tuple[Doubt, ...]:
    """What is doubtful about an arrangement in these performance years, one doubt for each place."""
    found: dict[str, Doubt] = {}
    for name, rule in rules().items():
        for place, message in rule(arrangement, years):
            found.setdefault(place, Doubt(name, place, message))
    return tuple(sorted(found.values(), key=lambda doubt: doubt.place))
