"""The term sheets: each design in words, and the figures that the designs use, side by side with their sources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from vbcsim.report.values import is_unverified, spoken, title_of, value_words
from vbcsim.report.words import UNKNOWN, plain, span

if TYPE_CHECKING:
    from vbcsim.contract.arrangement import Arrangement, Provision, Step

__all__ = ["Figure", "Provided", "Sheet", "TermSheets", "term_sheets"]

GRADES = {
    "P": "read in the rule itself",
    "D": "agrees with published settlements",
    "D-inf": "inferred from published settlements",
    "S": "from a secondary source",
    "M": "from memory",
    "given": "",
}
"""How firm a figure is, in words."""

Line = tuple[str, str]
"""Name of a derived line and how it is made."""


class Provided(NamedTuple):
    """A provision: its name, who pays whom, and its clauses in order, each with its source."""

    name: str
    flow: str
    clauses: tuple[tuple[str, str], ...]


class Sheet(NamedTuple):
    """A design in words: provisions, and the derived lines that are its own."""

    provisions: tuple[Provided, ...]
    lines: tuple[Line, ...]


class Figure(NamedTuple):
    """A figure of a program: its meaning, its value in each design, its source, and whether nobody has verified it."""

    name: str
    meaning: str
    values: tuple[str, ...]
    source: str
    unverified: bool

    @property
    def alike(self) -> bool:
        """Whether it is the same in every design."""
        return len(set(self.values)) == 1


class TermSheets(NamedTuple):
    """Sheets by design, lines that every design makes alike, and figures side by side."""

    sheets: Mapping[str, Sheet]
    shared_lines: tuple[Line, ...]
    figures: tuple[Figure, ...]


def term_sheets(arrangements: Mapping[str, Arrangement], years: Sequence[int]) -> TermSheets:
    """The designs in words, as far as they apply in the performance years."""
    lines = {name: _lines(arrangement, years) for name, arrangement in arrangements.items()}
    alike = [line for line in next(iter(lines.values()), ()) if all(line in own for own in lines.values())]
    shared = tuple(alike) if len(arrangements) > 1 else ()
    sheets = {
        name: Sheet(
            tuple(_provided(provision, years) for provision in arrangement.provisions),
            tuple(line for line in lines[name] if line not in shared),
        )
        for name, arrangement in arrangements.items()
    }
    return TermSheets(sheets, shared, _figures(arrangements))


def _provided(provision: Provision, years: Sequence[int]) -> Provided:
    flow = f"{provision.payer} pays {provision.payee}; a negative amount flows back"
    clauses = tuple(_clause(step, years) for step in provision.terms if any(step.applies(years)))
    return Provided(title_of(provision.name), flow, clauses)


def _clause(step: Step, years: Sequence[int]) -> tuple[str, str]:
    """A clause in words with its note, and its source; the years where it does not apply in all."""
    within = [year for year, applies in zip(years, step.applies(years), strict=True) if applies]
    when = "" if len(within) == len(years) else f"In {span((within[0], within[-1]) if len(within) > 1 else within)}: "
    said = spoken(step.term.sentence())
    if step.note:
        said = f"{said.removesuffix('.')} ({plain(step.note).removesuffix('.')})."
    return f"{when}{said}", plain(step.source)


def _lines(arrangement: Arrangement, years: Sequence[int]) -> tuple[Line, ...]:
    """Derived lines that the clauses of these years read, directly or through other lines, in the file's order."""
    wanted: set[str] = set()
    waiting = [
        line
        for provision in arrangement.provisions
        for step in provision.terms
        if any(step.applies(years))
        for line in step.term.lines()
    ]
    while waiting:
        line = waiting.pop()
        if line in arrangement.lines and line not in wanted:
            wanted.add(line)
            waiting += arrangement.lines[line].lines()
    found = ((name, maker) for name, maker in arrangement.lines.items() if name in wanted)
    return tuple((title_of(name), spoken(maker.sentence())) for name, maker in found)


def _figures(arrangements: Mapping[str, Arrangement]) -> tuple[Figure, ...]:
    """Every parameter in use, one row where designs share its meaning and source; first what sets designs apart."""
    rows: dict[tuple[str, str, str, bool], dict[str, str]] = {}
    for design, arrangement in arrangements.items():
        for used in arrangement.parameters:
            firm = GRADES.get(used.grade, used.grade)
            source = plain(f"{used.source} ({firm})" if firm and not used.unverified else used.source)
            key = (used.name, plain(used.definition), source, used.unverified or is_unverified(used.source))
            rows.setdefault(key, {})[design] = value_words(used.value, used.unit)
    found = [
        Figure(title_of(name), meaning, tuple(values.get(d, UNKNOWN) for d in arrangements), source, unverified)
        for (name, meaning, source, unverified), values in rows.items()
    ]
    return tuple(sorted(found, key=lambda figure: figure.alike))
