"""An arrangement: parties, derived lines, and provisions, each an ordered list of clauses between two parties.

Written out, it reads::

    title: Half of savings above the market
    lines:
      expenditure: {truncated: {threshold_usd: 150000, growth: 4%}}
    provisions:
      - name: shared_savings
        payer: payer
        payee: provider
        terms:
          - difference: {of: benchmark, less: expenditure}
          - minimum_rate: {savings: 2%}
          - share: {savings: 0.5, losses: 0.3}
            from: 2024
            source: the draft of 3 May, section 4
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import Field, SerializeAsAny, model_validator

from vbcsim.contract.line import LineMaker
from vbcsim.contract.term import Term
from vbcsim.contract.value import Clause
from vbcsim.core.errors import BadInput, Problem, did_you_mean
from vbcsim.core.model import Frozen
from vbcsim.core.parties import PARTIES, Party
from vbcsim.core.units import Year

__all__ = ["PARTIES", "Arrangement", "Party", "Provision", "Step", "UsedParameter"]

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
Grade = Literal["P", "D", "D-inf", "S", "M", "given"]


class Step(Frozen):
    """One term in its place, with the performance years in which it applies; outside them it changes nothing."""

    term: SerializeAsAny[Term]
    first: Year | None = None
    """First performance year in which the term applies; the first of all where left out."""
    last: Year | None = None
    """Last performance year in which it applies."""
    note: str = ""
    source: str = ""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.first is not None and self.last is not None and self.first > self.last:
            raise ValueError(f"from {self.first} to {self.last} holds no year; exchange them")
        return self

    @property
    def word(self) -> str:
        """The term's word in a file."""
        return type(self.term).__module__.rpartition(".")[2]

    def applies_with(self, other: Step) -> bool:
        """Whether there is a year in which both steps apply."""
        return max(self.first or 0, other.first or 0) <= min(self.last or 10_000, other.last or 10_000)

    def applies(self, years: Iterable[int]) -> tuple[bool, ...]:
        """Whether the term applies, year by year."""
        first, last = self.first or 0, self.last or 10_000
        return tuple(first <= year <= last for year in years)


class Provision(Frozen):
    """A named transfer from a payer to a payee: its terms, left to right, beginning with an amount of zero."""

    name: Name
    payer: Party
    """Who pays a positive amount."""
    payee: Party
    """Who receives a positive amount."""
    terms: Annotated[tuple[Step, ...], Field(min_length=1)]
    note: str = ""
    source: str = ""

    @model_validator(mode="after")
    def _two_parties(self) -> Self:
        if self.payer == self.payee:
            raise ValueError(f"{self.name} is paid by {self.payer} to itself; name two parties")
        return self

    @model_validator(mode="after")
    def _room_to_pay(self) -> Self:
        for below in (step for step in self.terms if step.term.least()):
            for above in (step for step in self.terms if step.term.most()):
                caps, together = above.term.most(), below.applies_with(above)
                for basis, least in below.term.least().items():
                    if together and basis in caps and caps[basis] < least:
                        raise ValueError(
                            f"{self.name}: the cap of {caps[basis]:g} ({basis}) is below the guarantee of {least:g}; "
                            "raise the cap, lower the guarantee, or give them years apart"
                        )
        return self

    @property
    def step_names(self) -> tuple[str, ...]:
        """A name for each step: its word, and from the second of a word on its number: ``limit``, ``limit#2``."""
        words = [step.word for step in self.terms]
        counts = [words[: k + 1].count(word) for k, word in enumerate(words)]
        return tuple(word if n == 1 else f"{word}#{n}" for word, n in zip(words, counts, strict=True))

    def lines(self) -> tuple[str, ...]:
        """Lines that its terms read."""
        return tuple(dict.fromkeys(line for step in self.terms for line in step.term.lines()))


class UsedParameter(Frozen):
    """A figure of a program as this arrangement uses it, with where it comes from and how firmly it is known."""

    name: str
    value: Any
    unit: str = ""
    definition: str = ""
    source: str
    grade: Grade

    @property
    def unverified(self) -> bool:
        """Whether the figure is from memory and not confirmed."""
        return self.grade == "M"


class Arrangement(Clause):
    """A contract: who owes whom how much, given a book. Provisions add; one may read another's amount as a line."""

    name: str
    title: str = ""
    parties: Annotated[tuple[Party, ...], Field(min_length=2)] = ("payer", "provider")
    lines: dict[str, SerializeAsAny[LineMaker]] = Field(default_factory=dict)
    """Derived lines by name."""
    provisions: tuple[Provision, ...] = ()
    parameters: tuple[UsedParameter, ...] = ()
    """Figures taken from a program."""

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        names = [provision.name for provision in self.provisions]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two provisions are named {twice[0]}; give each its own name")
        clash = sorted(set(names) & set(self.lines))
        if clash:
            raise ValueError(f"{clash[0]} names a line and a provision, whose amount is a line too; rename one")
        for provision in self.provisions:
            for party in (provision.payer, provision.payee):
                if party not in self.parties:
                    raise ValueError(f"{provision.name}: {party} is not among the parties ({', '.join(self.parties)})")
        return self

    @property
    def unverified(self) -> tuple[str, ...]:
        """Names of parameters that are from memory and not confirmed."""
        return tuple(parameter.name for parameter in self.parameters if parameter.unverified)

    @cached_property
    def ordered(self) -> tuple[Provision, ...]:
        """Provisions, each after those whose amounts it reads; raises BadInput where they go in circles."""
        waiting = {provision.name: provision for provision in self.provisions}
        done: list[Provision] = []
        while waiting:
            ready = [p for p in waiting.values() if not self._reads(p) & (waiting.keys() - {p.name})]
            ready = [p for p in ready if p.name not in self._reads(p)]
            if not ready:
                raise BadInput("provisions", f"{' and '.join(waiting)} read one another; let one come first")
            for provision in ready:
                done.append(waiting.pop(provision.name))
        return tuple(done)

    def _reads(self, provision: Provision) -> frozenset[str]:
        """Every line that a provision reads, directly or through derived lines."""
        return self.reached(provision.lines())

    def reached(self, lines: Iterable[str] | None = None, *, given: Collection[str] = ()) -> frozenset[str]:
        """Lines, those of all provisions where left out, and what they are made from; a given line is not made."""
        todo = [line for p in self.provisions for line in p.lines()] if lines is None else list(lines)
        seen: set[str] = set()
        while todo:
            line = todo.pop()
            if line not in seen:
                seen.add(line)
                todo += self.lines[line].lines() if line in self.lines and line not in given else ()
        return frozenset(seen)

    def _rings(self) -> list[tuple[str, ...]]:
        """Derived lines that are made from one another in a circle, each circle once."""
        rings: dict[frozenset[str], tuple[str, ...]] = {}

        def follow(line: str, path: tuple[str, ...]) -> None:
            if line in path:
                ring = (*path[path.index(line) :], line)
                if len(ring) > 2:
                    rings.setdefault(frozenset(ring), ring)
                return
            for other in self.lines[line].lines() if line in self.lines else ():
                follow(other, (*path, line))

        for line in self.lines:
            follow(line, ())
        return list(rings.values())

    def _repr_html_(self) -> str:
        """The clauses in plain sentences, as a notebook shows them."""
        from vbcsim.contract.display import arrangement_html

        return arrangement_html(self)

    def check(
        self,
        available: Collection[str],
        *,
        years: tuple[int, ...] = (),
        base: tuple[int, ...] = (),
        floors_usd: Mapping[str, float] | None = None,
        given: Collection[str] = (),
        place: str = "",
    ) -> list[Problem]:
        """What would stop this arrangement from being settled: on these lines, years and large-claimant floors.

        ``available`` are the names of lines that the book will have; ``floors_usd`` the claimant floor by stratum, or
        one floor under any name; ``given`` those lines that stand before a maker of the same name.
        """
        known = set(available) | set(self.lines) | {provision.name for provision in self.provisions}
        problems = []
        for i, provision in enumerate(self.provisions):
            for j, step in enumerate(provision.terms):
                where = f"{place}provisions[{i}].terms[{j}].{step.word}"
                problems += _unknown(step.term.lines(), known, where)
                problems += _undated(step.term, years, where)
        # Where a name is wrong, nobody can tell which line it meant: all of them are checked.
        reached = set(self.lines) if problems else self.reached(given=given)
        used = {name: maker for name, maker in self.lines.items() if name in reached and name not in given}
        for name, maker in used.items():
            own = set(available) | (known - {name})
            where = f"{place}lines.{name}"
            problems += _unknown(maker.lines(), own, where)
            problems += _undated(maker, years, where)
            problems += _floors(maker, years, base, floors_usd, where)
        problems += [
            Problem(f"{place}lines.{ring[0]}", f"is made from itself: {' -> '.join(ring)}; break the circle")
            for ring in self._rings()
        ]
        try:
            _ = self.ordered
        except BadInput as error:
            problems += [Problem(f"{place}{problem.place}", problem.message) for problem in error.problems]
        return problems


def _unknown(lines: Iterable[str], known: Collection[str], place: str) -> list[Problem]:
    """A problem for each line that nobody makes."""
    return [
        Problem(
            place,
            f'reads the line "{line}", which neither the experience nor `lines:` gives{did_you_mean(line, known)} '
            f"(there are: {', '.join(sorted(known))}); declare it under `lines:` or mend the name",
        )
        for line in lines
        if line not in known
    ]


def _undated(clause: Clause, years: tuple[int, ...], place: str) -> list[Problem]:
    """A problem where a value by year begins after the first performance year."""
    if not years or clause.first_year <= years[0]:
        return []
    message = f"no value in force in {years[0]}: the first is dated {clause.first_year}; add an earlier one"
    return [Problem(place, message)]


def _floors(
    maker: LineMaker, years: tuple[int, ...], base: tuple[int, ...], floors: Mapping[str, float] | None, place: str
) -> list[Problem]:
    """A problem for each stratum whose threshold is below the large-claimant floor."""
    if not floors or not (years or base):
        return []
    anywhere = next(iter(floors.values())) if len(floors) == 1 else 0.0
    found = []
    for stratum, usd in maker.lowest_thresholds_usd(years, base).items():
        above = floors.items() if stratum == "*" else [(stratum, floors.get(stratum, anywhere))]
        found += [
            Problem(
                place,
                f"a per-person threshold of ${usd:,.0f} for {name} is below the large-claimant floor of ${floor:,.0f}; "
                f"raise the threshold, or lower the claimant floor to ${usd:,.0f}",
            )
            for name, floor in above
            if usd < floor
        ]
    return found
