"""Rules about single settings that leave a clause without effect."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vbcsim.contract.arrangement import Arrangement, Provision, Step
from vbcsim.contract.reach import greatest
from vbcsim.contract.wording import spoken, unit_of_line

__all__ = [
    "clause_of_other_years",
    "clause_without_effect",
    "equal_bands",
    "gate_always_open",
    "gate_never_open",
    "line_never_read",
    "minimum_rate_of_zero",
    "share_of_zero",
]

Found = Iterator[tuple[str, str]]


def _steps(arrangement: Arrangement, *words: str) -> Iterator[tuple[str, Step, Any]]:
    """Every step whose term is one of these words, with its place and its term."""
    for provision in arrangement.provisions:
        for number, step in enumerate(provision.terms):
            if not words or step.word in words:
                yield place(provision, number, step), step, step.term


def place(provision: Provision, number: int, step: Step) -> str:
    """Where a clause stands: its provision, and its number in the list of the file."""
    return f"{provision.name} clause {number + 1} ({step.word})"


def _always(value: Any, number: float, step: Step, years: tuple[int, ...]) -> bool:
    """Whether a value is this number in every year in which the step applies."""
    within = [year for year, applies in zip(years, step.applies(years), strict=True) if applies]
    return bool(within) and all(greatest(value, year) == number for year in within)


def clause_of_other_years(arrangement: Arrangement, years: tuple[int, ...]) -> Found:
    """A clause whose years all lie outside the performance years."""
    for where, step, _ in _steps(arrangement):
        if not any(step.applies(years)):
            when = f"from {step.first}" if step.last is None else f"to {step.last}"
            when = f"from {step.first} to {step.last}" if step.first and step.last else when
            yield where, f"applies {when}, in no performance year ({years[0]} to {years[-1]})"


def minimum_rate_of_zero(arrangement: Arrangement, years: tuple[int, ...]) -> Found:
    """A minimum rate of nought, which every amount reaches."""
    for where, step, term in _steps(arrangement, "minimum_rate"):
        if _always(term.savings, 0.0, step, years) and (term.losses is None or _always(term.losses, 0.0, step, years)):
            yield where, "a minimum rate of 0 is always reached: the clause decides nothing"


def gate_always_open(arrangement: Arrangement, years: tuple[int, ...]) -> Found:
    """A gate at nought on a line that is never below it."""
    for where, step, term in _steps(arrangement, "gate"):
        if _always(term.at_least, 0.0, step, years):
            yield where, f"a gate at 0 is always open, as {spoken(term.on[0])} is never below it; raise the level"


def gate_never_open(arrangement: Arrangement, years: tuple[int, ...]) -> Found:
    """A gate above one on a score that never exceeds it."""
    for where, step, term in _steps(arrangement, "gate"):
        level = min((greatest(term.at_least, year) or 0.0 for year in years), default=0.0)
        scores = [line for line in term.on if unit_of_line(line) == "fraction" and line not in arrangement.lines]
        if any(step.applies(years)) and level > 1.0 and len(scores) > len(term.on) - (term.needed or len(term.on)):
            yield where, f"{spoken(scores[0])} lies between 0 and 1 and never reaches {level:g}: nothing is ever paid"


def share_of_zero(arrangement: Arrangement, years: tuple[int, ...]) -> Found:
    """A share of nought of savings, or of both."""
    for where, step, term in _steps(arrangement, "share"):
        if _always(term.savings, 0.0, step, years):
            none = _always(term.losses, 0.0, step, years)
            said = "neither savings nor losses are shared: nothing is ever paid" if none else "savings are not shared"
            yield where, f"{said}; give a share above 0 if that is not meant"


def equal_bands(arrangement: Arrangement, years: tuple[int, ...]) -> Found:  # noqa: ARG001
    """A corridor that keeps the same share of every band."""
    for where, _, term in _steps(arrangement, "corridor"):
        if (
            len(term.kept) > 1
            and all(kept == term.kept[0] for kept in term.kept)
            and term.loss_kept in (None, term.kept)
        ):
            yield where, "keeps the same share of every band, so its edges mean nothing; `share` says it"


_WITHOUT_EFFECT = {
    "sequester": ("rate", 0.0),
    "scale": ("by", 1.0),
    "prorate": ("part", 1.0),
    "portion": ("rate", 0.0),
    "fixed": ("usd", 0.0),
    "per_member_month": ("rate_pmpm", 0.0),
    "earn_back": ("earned", 0.0),
    "remittance": ("floor", 0.0),
}
"""Terms that change nothing where one figure is this number."""


def clause_without_effect(arrangement: Arrangement, years: tuple[int, ...]) -> Found:
    """A clause whose only figure leaves every amount as it was."""
    for where, step, term in _steps(arrangement, *_WITHOUT_EFFECT):
        name, number = _WITHOUT_EFFECT[step.word]
        if _always(getattr(term, name), number, step, years):
            yield where, f"with {name} {number:g} it changes nothing in any performance year"
    for where, step, term in _steps(arrangement, "relief"):
        if _always(term.share, 0.0, step, years) and _always(term.usd, 0.0, step, years):
            yield where, "relieves nothing: give share, usd, or both"


def line_never_read(arrangement: Arrangement, years: tuple[int, ...]) -> Found:  # noqa: ARG001
    """A line that a written-out design declares and no clause reads; a program declares lines for every choice."""
    if arrangement.parameters:
        return
    read = {line for p in arrangement.provisions for line in p.lines()} | {"benchmark", "expenditure"}
    todo = list(read)
    while todo:
        name = todo.pop()
        more = set(arrangement.lines[name].lines()) - read if name in arrangement.lines else set()
        read |= more
        todo += more
    for name in arrangement.lines:
        if name not in read:
            yield f"lines.{name}", "is declared and read by no clause; use it or leave it out"
