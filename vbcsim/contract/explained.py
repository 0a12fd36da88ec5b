"""An arrangement explained: each clause in words, and beside it the lines it reads, each told once."""

from __future__ import annotations

import typing
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from pydantic import WithJsonSchema
from pydantic.fields import FieldInfo

from vbcsim.contract.arrangement import Arrangement, Provision, Step
from vbcsim.contract.line import LineMaker
from vbcsim.contract.value import Clause, LineName
from vbcsim.contract.wording import spoken

__all__ = [
    "ClauseTold",
    "LineTold",
    "ProvisionTold",
    "explained",
    "in_force",
    "line_units",
    "lines_read",
    "sentence_of",
]


class LineTold(NamedTuple):
    """A derived line: its name in the file, how it is made, and how many lines stand between it and the clause."""

    name: str
    sentence: str
    formula: str
    reference: str
    depth: int


class ClauseTold(NamedTuple):
    """A clause in force, with the lines that no clause before it has read."""

    step: Step
    sentence: str
    lines: tuple[LineTold, ...]


class ProvisionTold(NamedTuple):
    """A provision with its clauses in force, in order."""

    provision: Provision
    clauses: tuple[ClauseTold, ...]


def explained(arrangement: Arrangement, years: Sequence[int]) -> tuple[ProvisionTold, ...]:
    """Every provision in the order of settlement, with the clauses that apply in some of these years."""
    units = line_units(arrangement)
    told: set[str] = set()

    def clause(step: Step, first: bool) -> ClauseTold:
        lines = tuple(_lines(step.term.lines(), arrangement, units, told))
        return ClauseTold(step, sentence_of(step, first=first), lines)

    return tuple(
        ProvisionTold(p, tuple(clause(step, k == 0) for k, step in enumerate(in_force(p, years))))
        for p in arrangement.ordered
    )


_ALSO = {"difference": ("Take ", "Add "), "portion": ("Pay ", "Also pay "), "fixed": ("Pay ", "Also pay ")}
_ALSO |= dict.fromkeys(("per_member_month", "capitation"), _ALSO["fixed"])
"""How the sentence of a term that adds to the amount begins, and how it begins where there is an amount already."""


def sentence_of(step: Step, *, first: bool) -> str:
    """A clause in plain words; one that adds says so where it is not the first."""
    sentence = spoken(step.term.sentence())
    begins, also = _ALSO.get(step.word, ("", ""))
    return sentence if first or not begins else also + sentence.removeprefix(begins)


def in_force(provision: Provision, years: Sequence[int]) -> list[Step]:
    """The clauses that apply in some of these years."""
    return [step for step in provision.terms if any(step.applies(years))]


def lines_read(arrangement: Arrangement, years: Sequence[int]) -> dict[str, LineMaker]:
    """Derived lines that clauses in force read, directly or through one another, in the arrangement's order."""
    steps = [step for provision in arrangement.provisions for step in in_force(provision, years)]
    todo = [line for step in steps for line in step.term.lines()]
    seen: set[str] = set()
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo += arrangement.lines[name].lines() if name in arrangement.lines else ()
    return {name: maker for name, maker in arrangement.lines.items() if name in seen}


def _lines(
    names: Sequence[str], arrangement: Arrangement, units: Mapping[str, str], told: set[str], depth: int = 0
) -> Iterator[LineTold]:
    """Derived lines not yet told, each followed by those it is made from."""
    for name in names:
        maker = arrangement.lines.get(name)
        if maker is None or name in told:
            continue
        told.add(name)
        sentence = spoken(maker.sentence_in(units.get(name, "number")))
        yield LineTold(name, sentence, maker.formula, maker.reference, depth)
        yield from _lines(maker.lines(), arrangement, units, told, depth + 1)


def line_units(arrangement: Arrangement) -> dict[str, str]:
    """The unit in which each line is read: ``usd``, ``fraction``, ``rate``, ``number``, or ``condition`` for 1 and 0.

    A line that others only pass on (a sum, a constant) has the unit of whoever reads the result in the end.
    """
    asked: dict[str, list[str]] = {}
    for provision in arrangement.provisions:
        for step in provision.terms:
            for line, unit in _asked(step.term):
                asked.setdefault(line, []).append(unit)
    for name, maker in arrangement.lines.items():
        for line, unit in _asked(maker):
            passed = f"={name}" if maker.unit == "same" else ""
            asked.setdefault(line, []).append(passed if unit in ("same", "amount", "any") else unit)

    def unit_of(line: str, seen: tuple[str, ...] = ()) -> str:
        units = []
        for unit in asked.get(line, ()):
            passed = unit.removeprefix("=")
            if unit.startswith("="):
                units.append("" if passed in seen or passed == line else unit_of(passed, (*seen, line)))
            else:
                units.append(unit)
        known = [unit for unit in units if unit]
        return "condition" if "condition" in known else next(iter(known), "")

    return {line: unit_of(line) for line in asked if unit_of(line)}


_SPECIAL = {("Gate", "on"): "condition", ("MinimumRate", "below_if"): "condition", ("OneLess", "times"): "number"}
"""Fields whose lines are read otherwise than their type says: yes or no, or a factor."""


def _asked(clause: Clause) -> Iterator[tuple[str, str]]:
    """Each line that a clause names, with the unit that its field asks for."""
    for name, field in type(clause).model_fields.items():
        value = getattr(clause, name)
        unit = _SPECIAL.get((type(clause).__name__, name)) or _unit_of_field(field)
        for part in _parts(value):
            if isinstance(part, LineName):
                yield str(part), unit
            elif isinstance(part, Clause):
                yield from _asked(part)


def _parts(value: Any) -> Iterator[Any]:
    """Lines and clauses directly within a value."""
    if isinstance(value, (LineName, Clause)):
        yield value
    elif isinstance(value, Mapping):
        yield from (part for pair in value.items() for part in pair if isinstance(part, (LineName, Clause)))
    elif isinstance(value, (tuple, list)):
        yield from (part for part in value if isinstance(part, (LineName, Clause)))


def _unit_of_field(field: FieldInfo) -> str:
    """The unit that a field's type states, at any depth."""
    found = [_unit_in(item) for item in (*field.metadata, field.annotation)]
    return next((unit for unit in found if unit), "same")


def _unit_in(item: Any) -> str:
    if isinstance(item, WithJsonSchema):
        schema = item.json_schema or {}
        return str(schema.get("value") or schema.get("line") or "")
    metadata = getattr(item, "__metadata__", ())
    inner = [_unit_in(part) for part in (*metadata, *typing.get_args(item))]
    return next((unit for unit in inner if unit), "")
