"""The term sheets: each design in words, and the figures that the designs use, side by side with their sources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from vbcsim.report.values import is_unverified, title_of, value_words
from vbcsim.report.words import UNKNOWN, plain, span

if TYPE_CHECKING:
    from vbcsim.contract.arrangement import Arrangement
    from vbcsim.contract.explained import ClauseTold, ProvisionTold

__all__ = ["Clause", "Figure", "Line", "Provided", "Sheet", "TermSheets", "term_sheets"]

GRADES = {
    "P": "read in the rule itself",
    "D": "agrees with published settlements",
    "D-inf": "inferred from published settlements",
    "S": "from a secondary source",
    "M": "from memory",
    "given": "",
}
"""How firm a figure is, in words."""


class Line(NamedTuple):
    """A derived line: its name in words, how it is made, and how many lines stand between it and the clause."""

    name: str
    sentence: str
    depth: int


class Clause(NamedTuple):
    """A clause in words, its source, and the lines it reads that nothing before it has told."""

    sentence: str
    source: str
    lines: tuple[Line, ...]


class Provided(NamedTuple):
    """A provision: its name, who pays whom, and its clauses in order."""

    name: str
    flow: str
    clauses: tuple[Clause, ...]


class Sheet(NamedTuple):
    """A design in words."""

    provisions: tuple[Provided, ...]


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
    """Sheets by design, and figures side by side."""

    sheets: Mapping[str, Sheet]
    figures: tuple[Figure, ...]


def term_sheets(arrangements: Mapping[str, Arrangement], years: Sequence[int]) -> TermSheets:
    """The designs in words, as far as they apply in the performance years; a line made alike is told once."""
    from vbcsim.contract.explained import explained

    told: set[tuple[str, str]] = set()
    sheets = {
        name: Sheet(tuple(_provided(provision, years, told) for provision in explained(arrangement, years)))
        for name, arrangement in arrangements.items()
    }
    return TermSheets(sheets, _figures(arrangements))


def _provided(told: ProvisionTold, years: Sequence[int], before: set[tuple[str, str]]) -> Provided:
    provision = told.provision
    flow = f"{provision.payer} pays {provision.payee}; a negative amount flows back"
    return Provided(title_of(provision.name), flow, tuple(_clause(clause, years, before) for clause in told.clauses))


def _clause(told: ClauseTold, years: Sequence[int], before: set[tuple[str, str]]) -> Clause:
    """A clause in words with its note, its source and its lines; the years where it does not apply in all."""
    step = told.step
    within = [year for year, applies in zip(years, step.applies(years), strict=True) if applies]
    when = "" if len(within) == len(years) else f"In {span((within[0], within[-1]) if len(within) > 1 else within)}: "
    said = plain(told.sentence)
    if step.note:
        said = f"{said.removesuffix('.')} ({plain(step.note).removesuffix('.')})."
    new = [line for line in told.lines if (line.name, line.sentence) not in before]
    before.update((line.name, line.sentence) for line in new)
    lines = tuple(Line(title_of(line.name), plain(line.sentence), line.depth) for line in new)
    return Clause(f"{when}{said}", plain(step.source), lines)


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
