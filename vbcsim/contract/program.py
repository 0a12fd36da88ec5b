"""Programs: published contracts as data, with dated and cited parameters and no code.

A program is a file ``programs/NAME.yaml``::

    program: example
    title: Half of savings above a minimum
    description: One sided, with quality.
    years: [2012, 2026]                      # performance years whose rules are stated; earlier ones are refused
    examples: {usual: {track: one_sided}}    # designs for documentation and tests, never defaults
    inputs:                                  # what a design may say besides `program`
      track: {definition: side of risk, choices: [one_sided, two_sided]}           # no default: required
      elected_minimum_rate: {definition: minimum rate chosen, unit: fraction, default: 0.02, least: 0, most: 0.02}
    parameters:
      maximum_sharing_rate:
        definition: greatest share of savings
        unit: fraction
        source: 42 CFR 425.605(d)
        grade: D                             # P D D-inf S M, as firm as the source; M is shown as unverified.
                                             # Like values it may differ by input and by year: {2012: S, 2023: M}
        by: track                            # one input or a list of inputs that choose among the values
        values: {one_sided: 0.4, two_sided: {2015: 0.5, 2019: 0.6}}     # by year: in force from that year on
      sequestration: {unit: fraction, source: BBEDCA, grade: D, values: {2012: 0.02, 2019: 0, 2021: 0.02}}
      payment_limit: {unit: fraction, source: 42 CFR 425.605(d), grade: D, value: 0.1}
    lines:
      disaster_relief: {constant: {usd: 0}}  # default; a line given to the book stands before it
      quality_standard_met: {standard: {on: quality_score, at_least: 0.4}}
    provisions:
      - name: shared_savings
        payer: payer
        payee: provider
        terms:
          - difference: {of: benchmark, less: expenditure}
          - minimum_rate: {savings: $elected_minimum_rate}
            when: {track: two_sided}         # kept only where the inputs say so; a list means any of them
          - minimum_rate: {savings: 3%}
            when: {track: one_sided}
          - scale: {by: quality_score, side: savings}
            to: 2020                         # applies up to that performance year; `from` likewise
          - share: {savings: $maximum_sharing_rate, losses: 0}
          - sequester: {rate: $sequestration}
          - limit: {savings: {share: $payment_limit, of: benchmark}}

``$name`` stands for an input or a parameter, whatever its shape: number, list or mapping. A line, a term or a
provision may have ``when``, which keeps it only where the inputs say so, and ``unless``, which leaves it out there. A
line or a term may be a list of alternatives, of which the first that is kept is used. A design may set a parameter of
the program by its name; the record then says that the design gave it. A parameter without a value has no published
figure: the design must give it.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from typing import Annotated, Any, Self, cast

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from vbcsim.contract.arrangement import Arrangement, Grade, Name, Party, UsedParameter
from vbcsim.contract.inputs import Input, Quantity, read_figure
from vbcsim.contract.read import read_arrangement
from vbcsim.contract.reading import problems_of, split_path
from vbcsim.contract.value import as_tuple
from vbcsim.core.errors import BadInput, Problem, did_you_mean
from vbcsim.core.model import Frozen
from vbcsim.core.text import listing, shown
from vbcsim.core.units import Year

__all__ = ["Input", "Parameter", "Program", "load_program", "program_names", "resolve"]

_FREE = ("program", "title", "note", "lines", "provisions")
"""What any design may say: its title, lines that stand before the program's, provisions beside the program's."""


class Parameter(Quantity):
    """A figure with its unit, date and source; chosen by inputs and by year."""

    source: str
    grade: Grade | dict[Any, Grade | dict[Any, Grade]]
    """How firm the figure is; by input and by year where that differs, as ``values`` do."""
    by: Annotated[tuple[str, ...], BeforeValidator(as_tuple)] = ()
    """Inputs that choose among ``values``, outermost first."""
    value: Any = None
    """One value of any shape."""
    values: dict[Any, Any] = Field(default_factory=dict)
    """Values by input (``by``), by year, or both; a year's value is in force from that year on."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.values and self.value is not None:
            raise ValueError("a parameter has `value` or `values`, not both")
        if self.by and not self.values:
            raise ValueError("`by` chooses among `values`; give them")
        return self


class Program(Frozen):
    """A published contract: inputs, parameters, lines and provisions, with ``$name`` where a figure goes."""

    program: Name
    title: str
    description: str = ""
    source: str = ""
    years: tuple[Year, Year] | None = None
    """First and last performance year whose rules are stated; what is stated last holds on."""
    parties: tuple[Party, ...] = ("payer", "provider")
    examples: dict[Name, dict[str, Any]] = Field(default_factory=dict)
    """Designs for illustration; their figures are nobody's contract."""
    inputs: dict[str, Input] = Field(default_factory=dict)
    parameters: dict[str, Parameter] = Field(default_factory=dict)
    lines: dict[str, Any] = Field(default_factory=dict)
    provisions: tuple[dict[str, Any], ...]

    @model_validator(mode="after")
    def _names_agree(self) -> Self:
        both = sorted(set(self.inputs) & set(self.parameters))
        if both:
            raise ValueError(f"{both[0]} is an input and a parameter; rename one")
        known = {*self.inputs, *self.parameters}
        unknown = sorted(_references([self.lines, list(self.provisions)]) - known)
        if unknown:
            raise ValueError(f"${unknown[0]} is neither an input nor a parameter{did_you_mean(unknown[0], known)}")
        for name, parameter in self.parameters.items():
            strange = [word for word in parameter.by if word not in self.inputs]
            if strange:
                raise ValueError(f"{name} is chosen by {strange[0]}, which is no input")
        return self


def program_names() -> tuple[str, ...]:
    """Names of the programs that come with vbcsim."""
    folder = resources.files("vbcsim.contract").joinpath("programs")
    return tuple(sorted(item.name.removesuffix(".yaml") for item in folder.iterdir() if item.name.endswith(".yaml")))


@cache
def load_program(name: str) -> Program:
    """The program of that name; raises BadInput where there is none or where its file is wrong."""
    from ruamel.yaml import YAML

    if name not in program_names():
        near = did_you_mean(name, program_names())
        raise BadInput("program", f"{shown(name)} is not a program{near} (allowed: {listing(program_names(), 40)})")
    file = resources.files("vbcsim.contract").joinpath("programs").joinpath(f"{name}.yaml")
    raw = YAML(typ="safe", pure=True).load(file.read_text(encoding="utf-8"))
    try:
        return Program.model_validate(raw)
    except ValidationError as error:
        raise BadInput(problems_of(error, (f"{name}.yaml",), "a program", Program.model_fields)) from None


def resolve(program: str | Program, inputs: Mapping[str, Any], years: Iterable[int], *, name: str = "") -> Arrangement:
    """The arrangement that a program gives for these inputs and performance years.

    Raises BadInput with every problem of the inputs (unknown, missing, not a choice) or of the arrangement they make.
    """
    chosen = load_program(program) if isinstance(program, str) else program
    span = tuple(years)
    given = _given(chosen, inputs, span)
    records: dict[str, UsedParameter] = {}
    problems: list[Problem] = []

    def look_up(word: str) -> Any:
        if word not in records:
            try:
                records[word] = _record(chosen, word, given, span)
            except BadInput as error:
                problems.extend(error.problems)
                return 0.0
        return records[word].value

    raw: dict[str, Any] = {
        "title": given.get("title") or chosen.title,
        "parties": list(chosen.parties),
        "lines": {line: made for line, body in chosen.lines.items() if (made := _chosen(body, given)) is not None},
        "provisions": [_provision(item, given, span) for item in chosen.provisions if _kept(item, given)],
    }
    raw["lines"] |= given.get("lines") or {}
    raw["provisions"] += given.get("provisions") or []
    filled = _filled(raw, look_up)
    if problems:
        raise BadInput(dict.fromkeys(problems))
    try:
        return read_arrangement(filled, name or chosen.program, parameters=records.values())
    except BadInput as error:
        raise BadInput(dict.fromkeys(_at_origin(raw, problem) for problem in error.problems)) from None


def _at_origin(raw: Any, problem: Problem) -> Problem:
    """The problem at the input or parameter whose value caused it, where ``$name`` stands at its path."""
    for part in split_path(problem.place):
        try:
            raw = raw[part]
        except (KeyError, IndexError, TypeError):
            return problem
        if isinstance(raw, str) and raw.startswith("$"):
            return Problem(raw[1:], problem.message)
    return problem


def _given(program: Program, inputs: Mapping[str, Any], years: tuple[int, ...]) -> ChainMap[str, Any]:
    """What the design says, parameters that it sets itself among it, before the defaults of inputs."""
    problems = []
    figures = dict(inputs)
    if program.years and years and years[0] < program.years[0]:
        begun = f"{program.program} begins in {program.years[0]}, and {years[0]} is to be settled"
        problems.append(Problem("program", f"{begun}; choose later years or another program"))
    known = (*program.inputs, *program.parameters, *_FREE)
    for word, said in inputs.items():
        if word not in known:
            near = did_you_mean(word, known)
            allowed = listing([*program.inputs, *program.parameters], 40)
            problems.append(
                Problem(word, f"{shown(word)} is not an input of {program.program}{near} (allowed: {allowed})")
            )
        elif word in program.inputs and program.inputs[word].choices and said not in program.inputs[word].choices:
            choices = [str(choice) for choice in program.inputs[word].choices]
            near = did_you_mean(str(said), choices)
            problems.append(Problem(word, f"{shown(said)} is not allowed{near} (allowed: {listing(choices, 40)})"))
        elif word not in _FREE:
            figures[word], wrong = read_figure(word, program.inputs.get(word) or program.parameters[word], said)
            problems += wrong
    for word, asked in program.inputs.items():
        if word not in inputs and asked.default is None and not asked.optional:
            among = f" (one of {listing([str(c) for c in asked.choices], 40)})" if asked.choices else ""
            problems.append(
                Problem(word, f'"{word}" is missing; {program.program} needs the {asked.definition}{among}')
            )
    if problems:
        raise BadInput(problems)
    return ChainMap(figures, {word: asked.default for word, asked in program.inputs.items()})


def _record(program: Program, word: str, given: ChainMap[str, Any], years: tuple[int, ...]) -> UsedParameter:
    """The figure that ``$word`` stands for, with its source."""
    if word in program.inputs:
        asked = program.inputs[word]
        value = given[word]
        source = "given in the design" if word in given.maps[0] else "the program's default"
        source = source if value is not None else "left out of the design"
        return UsedParameter(
            name=word, value=value, unit=asked.unit, definition=asked.definition, source=source, grade="given"
        )
    parameter = program.parameters[word]
    about = {"name": word, "unit": parameter.unit, "definition": parameter.definition}
    if word in given:
        return UsedParameter(value=given[word], source="given in the design", grade="given", **about)
    value = parameter.value if not parameter.values else _picked(program, word, parameter, given, years)
    if value is None:
        wanting = f"{program.program} has no figure for {word} ({parameter.definition}; source: {parameter.source})"
        raise BadInput(word, f"{wanting}; give `{word}:` in the design")
    grade = _grade(parameter, given, years)
    source = f"unverified: {parameter.source}" if grade == "M" else parameter.source
    return UsedParameter(value=value, source=source, grade=grade, **about)


_FIRMEST_FIRST: tuple[Grade, ...] = ("given", "P", "D", "D-inf", "S", "M")


def _grade(parameter: Parameter, given: Mapping[str, Any], years: tuple[int, ...]) -> Grade:
    """How firm the value in use is: of several years, as firm as the least firm one."""
    grade: Any = parameter.grade
    for choice in parameter.by:
        if isinstance(grade, Mapping) and given.get(choice) in grade:
            grade = grade[given[choice]]
    if isinstance(grade, Mapping):
        in_force = [grade[max(since)] for year in years if (since := [first for first in grade if first <= year])]
        grade = max(in_force, key=_FIRMEST_FIRST.index)
    return cast(Grade, grade)


def _picked(program: Program, word: str, parameter: Parameter, given: Mapping[str, Any], years: tuple[int, ...]) -> Any:
    """The value that the inputs and the years choose."""
    value: Any = parameter.values
    for choice in parameter.by:
        said = given.get(choice)
        if not isinstance(value, Mapping) or said not in value:
            raise BadInput(choice, f"{program.program} has no {word} where {choice} is {shown(said)}")
        value = value[said]
    if not (isinstance(value, Mapping) and value and all(isinstance(year, int) for year in value)):
        return value
    in_force = {}
    for year in years:
        since = [first for first in value if first <= year]
        if not since:
            raise BadInput(word, f"{program.program} has no {word} in {year}: the first is of {min(value)}")
        in_force[year] = value[max(since)]
    distinct = list(in_force.values())
    if all(item == distinct[0] for item in distinct):
        return distinct[0]
    if not all(isinstance(item, (int, float)) for item in distinct):
        raise BadInput(word, f"{word} changes its shape within {years[0]}-{years[-1]}; settle those years apart")
    return in_force


_CONDITIONS = ("when", "unless")


def _kept(item: Mapping[str, Any], given: Mapping[str, Any]) -> bool:
    """Whether a line, provision or term is kept: all of ``when`` holds, and not all of ``unless``."""
    return _holds(item.get("when", {}), given) and not ("unless" in item and _holds(item["unless"], given))


def _holds(conditions: Mapping[str, Any], given: Mapping[str, Any]) -> bool:
    """Whether the inputs satisfy every condition; a list means any of its values."""
    return all(given.get(word) in (want if isinstance(want, list) else [want]) for word, want in conditions.items())


def _chosen(body: Any, given: Mapping[str, Any]) -> Any:
    """The alternative of a line whose ``when`` holds, without it; None where none does."""
    for item in body if isinstance(body, list) else [body]:
        if not isinstance(item, Mapping):
            return item
        if _kept(item, given):
            return {key: value for key, value in item.items() if key not in _CONDITIONS}
    return None


def _provision(item: Mapping[str, Any], given: Mapping[str, Any], years: tuple[int, ...]) -> dict[str, Any]:
    """A provision with the terms that the inputs keep and that apply in some of the years."""
    kept = [_chosen(term, given) for term in item.get("terms", [])]
    body = {key: value for key, value in item.items() if key not in _CONDITIONS}
    return {**body, "terms": [term for term in kept if term is not None and _applies(term, years)]}


def _applies(term: Any, years: tuple[int, ...]) -> bool:
    """Whether a term applies in any of the years; what is no year is left for the reader of the term to refuse."""
    first, last = (term.get(key) for key in ("from", "to")) if isinstance(term, Mapping) else (None, None)
    late = isinstance(first, int) and all(year < first for year in years)
    return not (late or (isinstance(last, int) and all(year > last for year in years)))


def _filled(raw: Any, look_up: Any) -> Any:
    """``raw`` with each ``$name`` replaced by its value."""
    if isinstance(raw, str) and raw.startswith("$"):
        return look_up(raw[1:])
    if isinstance(raw, Mapping):
        return {key: _filled(value, look_up) for key, value in raw.items()}
    if isinstance(raw, (list, tuple)):
        return [_filled(item, look_up) for item in raw]
    return raw


def _references(raw: Any) -> set[str]:
    """Names that stand behind a dollar sign anywhere in ``raw``."""
    found: set[str] = set()
    _filled(raw, lambda word: found.add(word))
    return found
