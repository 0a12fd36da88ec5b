"""Sources: where every figure and rule comes from, and what each one supports."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from importlib import resources
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from vbcsim.contract.arrangement import Arrangement
    from vbcsim.contract.program import Program
    from vbcsim.scenario.model import Scenario

__all__ = ["Cited", "Source", "known_sources", "numbered", "scenario_sources"]

_UNVERIFIED = "unverified"


class Cited(NamedTuple):
    """One mention of a source: its text, what it supports there, and whether nobody has verified that."""

    text: str
    supports: str
    unverified: bool = False


class Source(NamedTuple):
    """A source with everything that it supports."""

    text: str
    supports: tuple[str, ...]
    unverified: bool


def numbered(mentions: Iterable[Cited]) -> tuple[Source, ...]:
    """Each source once with all it supports, unverified ones first, else in the order of their first mention."""
    found: dict[tuple[bool, str], list[str]] = {}
    for text, supports, doubtful in mentions:
        said = " ".join(text.split())
        unverified = doubtful or said.lower().startswith(_UNVERIFIED)
        plain = said[len(_UNVERIFIED) :].lstrip(": ") if said.lower().startswith(_UNVERIFIED) else said
        found.setdefault((not unverified, plain or "no source given"), []).append(supports)
    in_order = sorted(found.items(), key=lambda item: item[0][0])
    return tuple(Source(text, tuple(dict.fromkeys(uses)), not verified) for (verified, text), uses in in_order)


def scenario_sources(scenario: Scenario) -> tuple[Source, ...]:
    """Every source that a scenario uses."""
    return numbered(_of_scenario(scenario))


def known_sources() -> tuple[Source, ...]:
    """Every source known to vbcsim: of terms and line makers, programs, and the tables that come with it."""
    return numbered(_known())


def _of_scenario(scenario: Scenario) -> Iterator[Cited]:
    if scenario.collective is None:
        yield from _of_model(scenario.cohort, "cohort")
    yield from _of_model(scenario.supposed, "assumptions" if scenario.collective is None else "collective")
    for section in ("interventions", "measures"):
        for name, one in getattr(scenario, section).items():
            yield from _of_model(one, f"{section}: {name}")
            yield Cited(type(one).reference, f"{section}: {name}, what it supposes where the scenario says nothing")
    if scenario.economics is not None:
        yield from _of_model(scenario.economics, "economics")
        yield from _of_provider(scenario.economics.provider)
    if scenario.capital is not None:
        yield from _of_model(scenario.capital, "capital")
    for name, case in scenario.cases.items():
        yield Cited(case.source, f"case {name}: {', '.join(case.changes)}")
    for name, recorded in scenario.record.items():
        yield Cited(recorded.source, f"record: {name}")
    for design, arrangement in scenario.arrangements.items():
        yield from _of_arrangement(design, arrangement, scenario.years.performance)


def _of_provider(provider: Any) -> Iterator[Cited]:
    """The source of the default shares of variable cost, where a category uses one."""
    from vbcsim.outcomes.economics import VARIABLE_SHARE, VARIABLE_SHARE_SOURCE

    if provider is not None and set(VARIABLE_SHARE) - set(provider.variable_share):
        yield Cited(VARIABLE_SHARE_SOURCE, "economics: provider: variable_share of categories that state none")


def _of_model(model: Any, place: str) -> Iterator[Cited]:
    """Sources of a model and of the models within it."""
    from pydantic import BaseModel

    if isinstance(getattr(model, "source", None), str):
        yield Cited(model.source, place)
    for field in type(model).model_fields:
        value = getattr(model, field)
        if isinstance(value, BaseModel):
            yield from _of_model(value, f"{place}: {field}")
        elif isinstance(value, tuple):
            for number, row in enumerate(value):
                if isinstance(row, BaseModel):
                    name = next((str(getattr(row, key)) for key in _NAMES if hasattr(row, key)), str(number))
                    yield from _of_model(row, f"{place}: {field} {name}")


_NAMES = ("name", "category", "cell", "measure")
"""Fields that name a row of a table."""


def _of_arrangement(design: str, arrangement: Arrangement, years: tuple[int, ...]) -> Iterator[Cited]:
    """Sources of a design: figures, clauses in force, and the rules behind the terms and lines it uses."""
    from vbcsim.contract.explained import in_force, lines_read

    for used in arrangement.parameters:
        if used.grade != "given":
            yield Cited(used.source, f"figure {used.name}{_firm(used.grade)}", used.unverified)
    for provision in arrangement.provisions:
        if provision.source:
            yield Cited(provision.source, f"provision {provision.name} of {design}")
        for step in in_force(provision, years):
            if step.source:
                yield Cited(step.source, f"clause {step.word} of {provision.name} in {design}")
            yield Cited(step.term.reference, f"term {step.word}")
    for name, maker in lines_read(arrangement, years).items():
        yield Cited(maker.reference, f"line maker {type(maker).__module__.rpartition('.')[2]} (line {name})")


def _firm(grade: str) -> str:
    from vbcsim.report.termsheet import GRADES

    said = GRADES.get(grade, grade)
    return f" ({said})" if said and grade != "M" else ""


def _known() -> Iterator[Cited]:
    from vbcsim.contract.line import line_family
    from vbcsim.contract.program import load_program, program_names
    from vbcsim.contract.term import term_family

    for name in program_names():
        yield from _of_program(name, load_program(name))
    for word, term in term_family().items():
        yield Cited(term.reference, f"term {word}")
    for word, maker in line_family().items():
        yield Cited(maker.reference, f"line maker {word}")
    yield from _of_tables()


def _of_program(name: str, program: Program) -> Iterator[Cited]:
    if program.source:
        yield Cited(program.source, f"program {name}")
    for word, parameter in program.parameters.items():
        grades = set(_grades(parameter.grade))
        firm = _firm(next(iter(grades))) if len(grades) == 1 else ""
        yield Cited(parameter.source, f"program {name}: {word}{firm}", "M" in grades)
    for provision in program.provisions:
        items: list[tuple[Any, str]] = [(provision, str(provision.get("name", "")))]
        items += [(term, f"{provision.get('name', '')} {_word(term)}") for term in provision.get("terms", ())]
        for item, place in items:
            for alternative in item if isinstance(item, list) else [item]:
                if isinstance(alternative, Mapping) and isinstance(alternative.get("source"), str):
                    yield Cited(alternative["source"], f"program {name}: clause {place}")


def _grades(grade: Any) -> Iterator[str]:
    """Every grade of a parameter whose grade may differ by input and by year."""
    if isinstance(grade, Mapping):
        for inner in grade.values():
            yield from _grades(inner)
    else:
        yield str(grade)


def _word(term: Any) -> str:
    """The word of a term as a program writes it."""
    body = term[0] if isinstance(term, list) and term else term
    beside = ("from", "to", "note", "source", "when", "unless")
    return next((str(key) for key in body if key not in beside), "") if isinstance(body, Mapping) else ""


def _of_tables() -> Iterator[Cited]:
    """Sources in the rows of the tables that come with vbcsim."""
    folder = resources.files("vbcsim.assumptions").joinpath("tables")
    for file in sorted(folder.iterdir(), key=lambda item: item.name):
        if not file.name.endswith(".csv"):
            continue
        lines = [line for line in file.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
        for row in csv.DictReader(lines):
            if row.get("source"):
                yield Cited(row["source"], f"table {file.name.removesuffix('.csv')}: {next(iter(row.values()))}")
