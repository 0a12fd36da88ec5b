"""Tables of facts about a population's yearly use and cost: read from YAML or CSV, every mistake at its line.

A YAML table names its population, groups of categories, sources and ``facts``, a list of mappings; a CSV table has a
row for each fact. ``docs/how-to/calibrate-facts.md`` describes both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from vbcsim.calibrate.fact_kinds import KINDS, Kind, tolerance
from vbcsim.core.errors import BadInput, Problem, did_you_mean
from vbcsim.core.text import listing, shown, visible
from vbcsim.scenario.source import Document
from vbcsim.scenario.table import Columns, read_table
from vbcsim.scenario.yaml import read_yaml

__all__ = ["USES", "Fact", "FactTable", "Part", "published", "published_populations", "read_facts"]

USES = ("fitting", "held_out", "level")
"""What a fact serves for: a parameter is solved from it; it only judges; the table's level was set from it."""
FIELDS = ("fact", "of", "at", "value", "over", "standard_error", "use", "grade", "source", "note")
_TOP = ("population", "title", "note", "groups", "mix", "sources", "facts")


@dataclass(frozen=True, slots=True)
class Part:
    """A population's share of the persons of a mixture, and the mean yearly cost to which its costs are scaled."""

    share: float
    mean_cost_usd: float


@dataclass(frozen=True, slots=True)
class Fact:
    """One published figure. ``value`` is already divided by ``over``; ``categories`` holds one tuple per name."""

    kind: str
    names: tuple[str, ...]
    categories: tuple[tuple[str, ...], ...]
    at: float | None
    value: float
    standard_error: float
    use: str
    grade: str
    source: str
    note: str
    place: str

    @property
    def tolerance(self) -> float:
        """How far a simulated figure may lie from it: the kind's own tolerance, or 2 published standard errors."""
        return max(tolerance(KINDS[self.kind], self.value), 2.0 * self.standard_error)

    @property
    def label(self) -> str:
        """``top_share 1%``, ``rank_correlation office-rx``."""
        at = "" if self.at is None else f" {_level(KINDS[self.kind], self.at)}"
        return f"{self.kind}{' ' + '-'.join(self.names) if self.names else ''}{at}"


@dataclass(frozen=True, slots=True)
class FactTable:
    """The facts of one population."""

    population: str
    title: str
    note: str
    facts: tuple[Fact, ...]
    file: str
    mix: Mapping[str, Part] = field(default_factory=dict)
    """Where the population is a mixture: its parts by population."""

    def on(self, categories: tuple[str, ...]) -> tuple[tuple[Fact, ...], tuple[Fact, ...]]:
        """Facts that can be measured with these categories (groups cut to those there are), and the others."""
        usable: list[Fact] = []
        left: list[Fact] = []
        for fact in self.facts:
            cut = tuple(tuple(c for c in group if c in categories) for group in fact.categories)
            if all(cut):
                usable.append(replace(fact, categories=cut))
            else:
                left.append(fact)
        return tuple(usable), tuple(left)


def published_populations() -> tuple[str, ...]:
    """Populations whose published facts come with vbcsim."""
    return tuple(path.stem for path in sorted(_folder().glob("*.yaml")))


def published(population: str) -> FactTable:
    """The published facts of a population.

    :raises BadInput: where none of that name come with vbcsim.
    """
    known = published_populations()
    if population not in known:
        guess = did_you_mean(population, known)
        raise BadInput("", f"no facts of {shown(population)} come with vbcsim{guess} ({listing(known)})")
    return read_facts(_folder() / f"{population}.yaml")


def read_facts(path: str | Path) -> FactTable:
    """The facts in a YAML or CSV file.

    :raises BadInput: with every problem found, each at ``file:line``.
    """
    file = Path(path)
    if file.suffix.lower() == ".csv":
        table = read_table(file, Columns(FIELDS, ("fact", "value"), ("fact", "of", "use", "grade", "source", "note")))
        rows = [(row, marks[""].exact.rsplit(":", 1)[0]) for row, marks in zip(table.rows, table.marks, strict=True)]
        return _table(file, {"population": file.stem}, rows, [])
    document = read_yaml(file)
    return _from_document(file, document)


def _from_document(file: Path, document: Document) -> FactTable:
    data = document.data
    if not isinstance(data, dict) or not isinstance(data.get("facts"), list):
        raise BadInput(f"{document.file}:1", "a table of facts is needed: a mapping with the list `facts`")
    problems = [
        Problem(document.place((key,)), f"{shown(str(key))} is not a field here{did_you_mean(str(key), _TOP)}")
        for key in data
        if key not in _TOP
    ]
    rows = []
    for k, row in enumerate(data["facts"]):
        place = str(document.mark(("facts", k)))
        if isinstance(row, dict):
            rows.append((row, place))
        else:
            problems.append(Problem(place, f"{shown(row)} was read where a fact is needed; write {{fact: ..., ...}}"))
    return _table(file, data, rows, problems)


def _table(file: Path, head: Mapping[str, Any], rows: list[tuple[Any, str]], problems: list[Problem]) -> FactTable:
    groups, sources, mix = (head.get(key) or {} for key in ("groups", "sources", "mix"))
    for key, value in (("groups", groups), ("sources", sources), ("mix", mix)):
        if not isinstance(value, dict):
            raise BadInput(f"{visible(str(file))}:1 {key}", f"{shown(value)} was read where a mapping is needed")
    facts: list[Fact] = []
    for row, place in rows:
        found = _read_row(row, place, groups, sources, problems)
        if found is None:
            continue
        twice = [f for f in facts if (f.label, f.source) == (found.label, found.source)]
        if twice:
            problems.append(Problem(place, f"{found.label} stands there already ({twice[0].place}); keep one of them"))
        facts.append(found)
    if not rows and not problems:
        problems.append(Problem(f"{visible(str(file))}:1", "the table holds no fact; add rows"))
    if problems:
        raise BadInput(problems)
    name = str(head.get("population", file.stem))
    return FactTable(
        population=name,
        title=str(head.get("title", name)),
        note=str(head.get("note", "")),
        facts=tuple(facts),
        file=visible(str(file)),
        mix={str(key): _part(str(key), value, file) for key, value in mix.items()},
    )


def _part(name: str, value: Any, file: Path) -> Part:
    """One part of a mixture."""
    numbers = [value.get(key) if isinstance(value, dict) else None for key in ("share", "mean_cost_usd")]
    if not all(isinstance(n, int | float) and not isinstance(n, bool) and n > 0 for n in numbers):
        message = f"{shown(value)} was read where {{share: ..., mean_cost_usd: ...}} with numbers above 0 is needed"
        raise BadInput(f"{visible(str(file))}:1 mix.{name}", message)
    return Part(float(numbers[0] or 0), float(numbers[1] or 0))


def _read_row(
    row: Mapping[str, Any], place: str, groups: Mapping[str, Any], sources: Mapping[str, Any], problems: list[Problem]
) -> Fact | None:
    """One fact, or None with its problems told."""
    before = len(problems)

    def refuse(message: str) -> None:
        problems.append(Problem(place, message))

    for key in row:
        if key not in FIELDS:
            refuse(f"{shown(str(key))} is not a field of a fact{did_you_mean(str(key), FIELDS)} ({listing(FIELDS)})")
    name = row.get("fact")
    kind = KINDS.get(name) if isinstance(name, str) else None
    if kind is None:
        refuse(f"{shown(name)} is not a kind of fact{did_you_mean(str(name), KINDS)} ({listing(tuple(KINDS), 40)})")
        return None
    names = _names(row.get("of"))
    _check_names(kind, str(name), names, refuse)
    at = _check_at(kind, str(name), row.get("at"), refuse)
    value = _number(row, "value", refuse)
    over = _number(row, "over", refuse) if row.get("over") is not None else 1.0
    error = _number(row, "standard_error", refuse) if row.get("standard_error") is not None else 0.0
    use = row.get("use", "fitting")
    if use not in USES:
        refuse(f"{shown(use)} is not a use of a fact{did_you_mean(str(use), USES)} (allowed: {listing(USES)})")
    if over is not None and over <= 0:
        refuse(f"over {over:g} cannot divide a figure; write a number above 0")
    if error is not None and error < 0:
        refuse(f"standard_error {error:g} is negative; write 0 or more")
    if len(problems) == before and value is not None and over:
        low = -1.0 if kind.words.startswith(("correlation", "rank")) else 0.0
        if not low <= value / over <= kind.largest:
            refuse(f"{name} {value / over:g} is not possible; it lies between {low:g} and {kind.largest:g}")
    if len(problems) > before or value is None or over is None or error is None:
        return None
    source = str(row.get("source", "stated by the table"))
    return Fact(
        kind=str(name),
        names=names,
        categories=tuple(_members(n, groups) for n in names),
        at=at,
        value=value / over,
        standard_error=error / over,
        use=str(use),
        grade=str(row.get("grade", "")),
        source=str(sources.get(source, source)),
        note=str(row.get("note", "")),
        place=place,
    )


def _names(of: Any) -> tuple[str, ...]:
    """``inpatient``, ``[office, rx]`` or, in a cell of a CSV table, ``office rx``."""
    if of is None:
        return ()
    return tuple(str(n) for n in of) if isinstance(of, list) else tuple(str(of).split())


def _members(name: str, groups: Mapping[str, Any]) -> tuple[str, ...]:
    """The categories that a name stands for: those of its group, or ``a+b``, or itself."""
    group = groups.get(name)
    return tuple(dict.fromkeys(str(c) for c in group)) if isinstance(group, list) else tuple(name.split("+"))


def _check_names(kind: Kind, name: str, names: tuple[str, ...], refuse: Callable[[str], None]) -> None:
    allowed = {"none": (0,), "optional": (0, 1), "one": (1,), "two": (2,)}[kind.of]
    if len(names) not in allowed:
        needs = {"none": "no category", "optional": "at most one category", "one": "one category"}
        refuse(f"{name} names {needs.get(kind.of, 'two categories')} in `of`; {len(names)} were read")


def _check_at(kind: Kind, name: str, at: Any, refuse: Callable[[str], None]) -> float | None:
    if kind.at == "none":
        if at is not None:
            refuse(f"{name} has no level; leave `at` out")
        return None
    meaning = {"share": "a share of persons", "count": "a number of events or persons", "multiple": "a multiple"}
    if isinstance(at, bool) or not isinstance(at, (int, float)):
        refuse(f"{name} needs `at`, {meaning[kind.at]}; {shown(at)} was read")
        return None
    if at <= 0 or (kind.at == "share" and at >= 1) or (kind.at == "count" and at != int(at)):
        refuse(f"`at` {at:g} is not possible for {name}: it is {meaning[kind.at]}")
        return None
    return float(at)


def _number(row: Mapping[str, Any], key: str, refuse: Callable[[str], None]) -> float | None:
    value = row.get(key)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        refuse(f"{shown(value)} was read where `{key}` needs a number")
        return None
    return float(value)


def _level(kind: Kind, at: float) -> str:
    if kind.at == "share":
        return f"{100 * at:g}%"
    return f"{at:,g}" if kind.at == "count" else f"{at:g} x mean"


def _folder() -> Path:
    from importlib.resources import files

    return Path(str(files("vbcsim.calibrate"))) / "published"
