"""Variants of a design: the same contract with one or two figures changed, settled on the draws of a run.

A figure is named by its place: an input or figure of the design's program (``elected_minimum_rate``), or a clause's
own figure as ``PROVISION.TERM.FIELD`` (``shared_savings.share.savings``, ``shared_savings.limit.losses[0].share``). A
second clause of the same word is ``limit#2``; a derived line's figure is ``lines.NAME.FIELD``.
"""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from vbcsim.contract.arrangement import Arrangement
from vbcsim.contract.book import Book
from vbcsim.contract.design import Design
from vbcsim.contract.program import load_program
from vbcsim.contract.raw import raw_arrangement
from vbcsim.contract.read import read_arrangement
from vbcsim.contract.settle import SettledPart, parts_of, settle
from vbcsim.core.errors import BadInput, Problem, did_you_mean
from vbcsim.core.text import listing, shown
from vbcsim.experience.draws import draws_between
from vbcsim.negotiate.goal import NOW
from vbcsim.outcomes.ledger import with_own_revenue
from vbcsim.scenario.designs import resolve_design
from vbcsim.scenario.source import Path

if TYPE_CHECKING:
    import xarray as xr

    from vbcsim.scenario.model import Scenario

__all__ = ["Changes", "Edit", "RunLike", "Variants"]

Floats = NDArray[np.float64]
Changes = Mapping[str, float]
"""New values by the name of the figure."""
Edit = Callable[[Arrangement], Arrangement]
"""Makes another contract of one: without a clause, or with a further one."""
_AT_ONCE = 32
"""Variants settled in one go: enough to share the lines, few enough for the memory."""


class RunLike(Protocol):
    """A finished run."""

    @property
    def scenario(self) -> Scenario: ...
    @property
    def experience(self) -> xr.Dataset: ...


@dataclass(frozen=True)
class _Part:
    """Some draws of a run."""

    scenario: Scenario
    experience: xr.Dataset


@dataclass(frozen=True)
class Variants:
    """Variants of one design of a run."""

    run: RunLike
    design: str
    edit: Edit | None = None
    """What is done to the contract after its figures were changed; figures keep the names that they have before."""
    base: Changes = field(default_factory=dict)
    """Figures that are changed in every variant, where it does not change them itself."""

    def __post_init__(self) -> None:
        designs = self.run.scenario.designs
        if self.design not in designs:
            near = did_you_mean(self.design, designs)
            raise BadInput("design", f"there is no {shown(self.design)}{near} (there: {listing(list(designs))})")

    @cached_property
    def _design(self) -> Design:
        return self.run.scenario.settled_designs[self.design]

    @property
    def arrangement(self) -> Arrangement:
        """The design as it stands; of the first group where every group has its own."""
        return self._design.arrangement

    @cached_property
    def figures(self) -> Mapping[str, float]:
        """Every figure that can be changed, by name, with its value: inputs of the program, then figures of clauses."""
        return dict(self._inputs()) | {name: value for name, _, value in self._of_clauses()}

    def _of_clauses(self) -> Iterator[tuple[str, Path, float]]:
        return _clause_figures(self.arrangement, raw_arrangement(self.arrangement))

    def value(self, name: str) -> float:
        """The present value of a figure; raises BadInput where there is no such figure."""
        self._check([name])
        return self.figures[name]

    @cached_property
    def experience(self) -> xr.Dataset:
        """What is settled."""
        return with_own_revenue(self.run.experience, self.run.scenario.economics)

    @cached_property
    def _book(self) -> Book:
        """The lines of everybody, those of the design as it is already made: most variants read the same ones."""
        book = Book.from_experience(self.experience)
        settle(book, {self.design: self._design})
        return book

    @property
    def _source(self) -> xr.Dataset | Book:
        """What variants are settled on; lines of variants alone are not kept."""
        return self._book.apart() if self._design.whole else self.experience

    @property
    def draws(self) -> int:
        """Number of draws."""
        return int(self.run.experience.sizes["draw"])

    def between(self, start: int, stop: int) -> Variants:
        """The same on the draws ``start`` to ``stop - 1`` alone."""
        return replace(self, run=_Part(self.run.scenario, draws_between(self.run.experience, start, stop)))

    def nets(self, changes: Sequence[Changes]) -> dict[str, Floats]:
        """Each party's money over the whole contract by variant and draw (variant, draw) [USD].

        :raises BadInput: where a change makes a contract that cannot be.
        """
        parts: list[dict[str, Floats]] = []
        for start in range(0, len(changes), _AT_ONCE):
            designs = {str(k): self.changed(c) for k, c in enumerate(changes[start : start + _AT_ONCE])}
            parts.append(_by_party(self._settled(designs, changes[start:])))
        parties = dict.fromkeys(party for part in parts for party in part)
        return {party: np.concatenate([part[party] for part in parts]) for party in parties}

    def nets_of(self, design: str) -> dict[str, Floats]:
        """Each party's money under the design as it is (``now``, before any edit) or under another one, (1, draw).

        :raises BadInput: where the run has no such design.
        """
        known = self.run.scenario.settled_designs
        name = self.design if design == NOW else design
        if name not in known:
            raise BadInput("goal", f"there is no design {shown(name)}{did_you_mean(name, known)} ({_there(known)})")
        return _by_party(settle(self.experience, {name: known[name]}))

    def possible_nets(self, changes: Sequence[Changes]) -> tuple[dict[str, Floats], NDArray[np.bool_]]:
        """Money by party (variant, draw) of the changes that make a possible contract, and which those are (change,).

        :raises BadInput: where none of them does.
        """
        try:
            return self.nets(changes), np.ones(len(changes), dtype=bool)
        except BadInput as error:
            wrong = error
        if len(changes) == 1:
            raise wrong
        found: list[dict[str, Floats]] = []
        flags = np.zeros(len(changes), dtype=bool)
        middle = len(changes) // 2
        for part in (slice(0, middle), slice(middle, None)):
            with contextlib.suppress(BadInput):
                nets, flags[part] = self.possible_nets(changes[part])
                found.append(nets)
        if not found:
            raise wrong
        return {party: np.concatenate([nets[party] for nets in found]) for party in found[0]}, flags

    def parts(self, changes: Changes) -> tuple[SettledPart, ...]:
        """What is settled at once under a variant, with its book."""
        return parts_of(self.experience, {self.design: self.changed(changes)})[self.design]

    def _settled(self, designs: Mapping[str, Design], changes: Sequence[Changes]) -> xr.Dataset:
        """The settlement; what cannot be settled is told by the change that makes it so."""
        try:
            return settle(self._source, designs)
        except BadInput as error:
            problems = []
            for problem in error.problems:
                variant, _, place = problem.place.removeprefix("designs.").partition(".")
                said = _said(changes[int(variant)]) if variant.isdecimal() else ""
                problems.append(Problem(f"{self.design} with {said}: {place}" if said else place, problem.message))
            raise BadInput(problems) from None

    def changed(self, changes: Changes) -> Design:
        """The design with some of its figures changed."""
        changes = {**self.base, **changes}
        self._check(changes)
        inputs = {name: value for name, value in changes.items() if name in dict(self._inputs())}
        clauses = {name: value for name, value in changes.items() if name not in inputs}
        design, written = self._design, self._written
        if inputs:
            raw = copy.deepcopy(dict(self.run.scenario.designs[self.design]))
            design = resolve_design(self.design, raw | inputs, self.run.scenario.years)
            written = {}
        if clauses:
            design = _each(design, lambda found: _with(found, clauses, written.get(id(found)) or _write(found)))
        return _each(design, self.edit) if self.edit else design

    @cached_property
    def _written(self) -> dict[int, _Written]:
        """Every arrangement of the design written out, by its identity."""
        return {id(found): _write(found) for found in self._design.arrangements}

    def _inputs(self) -> Iterator[tuple[str, float]]:
        """Plain numbers among the inputs and figures of the program, as this design has them."""
        raw = self.run.scenario.designs[self.design]
        if not isinstance(raw.get("program"), str):
            return
        program = load_program(raw["program"])
        known = {used.name: used.value for used in self.arrangement.parameters}
        for name in (*program.inputs, *program.parameters):
            value = known.get(name)
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                yield name, float(value)

    def _check(self, names: Iterable[str]) -> None:
        problems = [
            Problem(name, f"is no figure of {self.design}{did_you_mean(name, self.figures)} ({_there(self.figures)})")
            for name in names
            if name not in self.figures
        ]
        if problems:
            raise BadInput(problems)


def _there(names: Iterable[str]) -> str:
    return f"there: {listing(list(names), 40)}"


def _each(design: Design, edit: Edit) -> Design:
    """The design with all of its arrangements edited."""
    own = {group: edit(found) for group, found in design.by_group.items()}
    return replace(design, arrangement=edit(design.arrangement), by_group=own)


def _by_party(settlement: xr.Dataset) -> dict[str, Floats]:
    """Money over the whole contract by party (design, draw)."""
    net = settlement["net_usd"].sum("year").transpose("party", "design", "draw")
    return {str(party): net.sel(party=party).values for party in net["party"].values}


class _Written(NamedTuple):
    """An arrangement written out, and where each figure stands in it."""

    raw: Mapping[str, Any]
    places: Mapping[str, Path]


def _write(arrangement: Arrangement) -> _Written:
    raw = raw_arrangement(arrangement)
    return _Written(raw, {name: path for name, path, _ in _clause_figures(arrangement, raw)})


def _clause_figures(arrangement: Arrangement, raw: Mapping[str, Any]) -> Iterator[tuple[str, Path, float]]:
    """Name, path in the written-out arrangement, and value of every figure of its clauses and derived lines."""
    for i, (provision, said) in enumerate(zip(arrangement.provisions, raw["provisions"], strict=True)):
        for j, (step, name) in enumerate(zip(provision.terms, provision.step_names, strict=True)):
            for below, value in _numbers(said["terms"][j][step.word]):
                place = ("provisions", i, "terms", j, step.word, *below)
                yield _named((provision.name, name), below), place, value
    for line, made in raw["lines"].items():
        word = next(iter(made))
        for below, value in _numbers(made[word]):
            yield _named(("lines", line), below), ("lines", line, word, *below), value


def _numbers(node: Any, path: Path = ()) -> Iterator[tuple[Path, float]]:
    if isinstance(node, bool):
        return
    if isinstance(node, float):
        yield path, node
    elif isinstance(node, Mapping):
        for key, item in node.items():
            yield from _numbers(item, (*path, key))
    elif isinstance(node, (list, tuple)):
        for k, item in enumerate(node):
            yield from _numbers(item, (*path, k))


def _named(start: tuple[str, ...], below: Path) -> str:
    return ".".join(start) + "".join(
        f"[{step}]" if isinstance(step, int) and step < 1000 else f".{step}" for step in below
    )


def _with(arrangement: Arrangement, changes: Changes, written: _Written) -> Arrangement:
    """The arrangement with figures of its clauses changed; read anew, so that what cannot be is refused."""
    raw = written.raw
    for name, value in changes.items():
        raw = _put(raw, written.places[name], float(value))
    try:
        return read_arrangement(raw, arrangement.name, parameters=arrangement.parameters)
    except BadInput as error:
        raise BadInput(Problem(_said(changes), problem.message) for problem in error.problems) from None


def _put(node: Any, path: Path, value: float) -> Any:
    """A copy of the node along the path with the value at its end; the rest is shared."""
    made: Any = list(node) if isinstance(node, (list, tuple)) else dict(node)
    made[path[0]] = _put(made[path[0]], path[1:], value) if len(path) > 1 else value
    return made


def _said(changes: Changes) -> str:
    return " and ".join(f"{name} = {value:g}" for name, value in changes.items())
