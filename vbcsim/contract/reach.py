"""How far an amount can go: bounds that a provision's own figures prove, whatever the draws bring."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from vbcsim.contract.arrangement import Arrangement, Provision, Step
from vbcsim.contract.value import OneLess

if TYPE_CHECKING:
    from vbcsim.contract.bound import Bound

__all__ = ["Reach", "costs_of", "greatest", "reaches", "smallest"]


@dataclass(frozen=True, slots=True)
class Reach:
    """What may be paid at most, as a share of a line of dollars; ``None`` where nothing bounds it.

    Lines of dollars are taken to be nought or more.
    """

    line: str = ""
    """The line that savings are bounded by; empty where not known."""
    savings: float | None = None
    """Most that the payee may receive, as a share of the line."""
    losses: float | None = None
    """Most that the payee may owe: nought, or bounded by something (1), or unbounded (None)."""


def costs_of(arrangement: Arrangement) -> frozenset[str]:
    """Lines that cost runs into, so that nothing bounds them: expenditure, and what is made from it."""
    known: set[str] = set()

    def is_cost(line: str, seen: tuple[str, ...] = ()) -> bool:
        parts = arrangement.lines[line].lines() if line in arrangement.lines and line not in seen else ()
        return line.startswith(("expenditure", "claims", "cost")) or any(is_cost(p, (*seen, line)) for p in parts)

    known |= {line for provision in arrangement.provisions for line in provision.lines() if is_cost(line)}
    return frozenset(known)


def reaches(provision: Provision, year: int, costs: frozenset[str]) -> Iterator[tuple[Step, Reach, Reach]]:
    """Every step that applies in a year, with the reach of the amount before and behind it."""
    reach = Reach("", 0.0, 0.0)
    for step in provision.terms:
        if step.applies((year,))[0]:
            before, reach = reach, _behind(step, reach, year, costs)
            yield step, before, reach


def _behind(step: Step, reach: Reach, year: int, costs: frozenset[str]) -> Reach:
    """The reach behind a step."""
    if step.word == "difference":
        return _difference(step.term, reach, costs)
    change = _CHANGES.get(step.word)
    if change is not None:
        return change(step.term, reach, year)
    if step.word in ("gate", "minimum_rate", "relief", "corridor"):  # keep a part, or all, of the amount
        return reach
    return Reach()


def greatest(value: Any, year: int) -> float | None:
    """The greatest that a value can be in a year, where its own figures say; else None."""
    if isinstance(value, float):
        return value
    if isinstance(value, OneLess):
        return min(max(1.0, value.floor), value.cap)
    if isinstance(value, Mapping):
        in_force = [first for first in value if first <= year]
        return float(value[max(in_force)]) if in_force else None
    return None


def smallest(value: Any, year: int) -> float | None:
    """The least that a value can be in a year, likewise."""
    return value.floor if isinstance(value, OneLess) else greatest(value, year)


def _difference(term: Any, reach: Reach, costs: frozenset[str]) -> Reach:
    owed = None if costs & set(term.less) or reach.losses is None else 1.0
    if reach.savings != 0.0 or reach.losses != 0.0:
        return Reach("", None, owed)
    return Reach(term.of, 1.0, owed if term.less else 0.0)


def _share(term: Any, reach: Reach, year: int) -> Reach:
    savings, losses = greatest(term.savings, year), greatest(term.losses, year)
    up = None if reach.savings is None or savings is None else reach.savings * savings
    return Reach(reach.line, 0.0 if savings == 0.0 else up, 0.0 if losses == 0.0 else reach.losses)


def _factor(name: str) -> Any:
    def change(term: Any, reach: Reach, year: int) -> Reach:
        by = greatest(getattr(term, name), year)
        if getattr(term, "side", "both") == "losses" or reach.savings is None:
            return reach
        return replace(reach, savings=None if by is None else reach.savings * by)

    return change


def _sequester(term: Any, reach: Reach, year: int) -> Reach:
    rate = smallest(term.rate, year)
    if term.side == "losses" or reach.savings is None or rate is None:
        return reach
    return replace(reach, savings=reach.savings * (1.0 - rate))


def _limit(term: Any, reach: Reach, year: int) -> Reach:
    caps: tuple[Bound, ...] = term.savings if term.combine == "lesser" or len(term.savings) == 1 else ()
    losses = reach.losses if not term.losses else 0.0 if reach.losses == 0.0 else 1.0
    found = replace(reach, losses=losses)
    for cap in caps:
        share = greatest(cap.share, year) if cap.share is not None else None
        if share is not None and found.line in ("", cap.of) and (found.savings is None or share < found.savings):
            found = replace(found, line=cap.of or "", savings=share)
    return found


_CHANGES: Mapping[str, Any] = {
    "share": _share,
    "scale": _factor("by"),
    "prorate": _factor("part"),
    "sequester": _sequester,
    "limit": _limit,
}
