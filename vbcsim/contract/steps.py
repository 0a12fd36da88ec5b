"""What every clause of a settlement adds or takes away, one after another, in dollars by draw and year.

The steps of a provision add up to its amount in every draw and year, for each is the amount after a clause less the
amount before it. A ``difference`` is told by its lines: the benchmark it takes in, the expenditure it takes off.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, takewhile
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vbcsim.contract.arrangement import Step
from vbcsim.contract.book import Book
from vbcsim.contract.explained import sentence_of
from vbcsim.contract.headline import Headline, headline
from vbcsim.contract.reach import costs_of
from vbcsim.contract.settle import Entry, SettledPart, entries
from vbcsim.contract.terms.difference import Difference
from vbcsim.contract.wording import spoken

__all__ = ["Change", "SettledProvision", "settled_provisions"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """What one line or one clause does to the amount of a provision."""

    name: str
    """The line, or the clause by its word: ``expenditure``, ``limit#2``."""
    words: str
    """The line in words, or the clause as a sentence."""
    kind: Literal["line", "clause"]
    usd: Floats
    """(draw or 1, year), positive to the payee [USD]."""


@dataclass(frozen=True, slots=True, eq=False)
class SettledProvision:
    """One provision of what is settled at once, with all that led to its amount."""

    group: str
    """The group that is settled apart; empty where there are none."""
    name: str
    payer: str
    payee: str
    changes: tuple[Change, ...]
    """Lines and clauses in force, in order; they add up to ``amount``."""
    gross_after: int
    """How many changes make the gross result (a target less cost, before any other clause); 0 where there is none."""
    gross: Floats
    """The gross result (draw, year), positive to the payee [USD]; nought where there is none."""
    amount: Floats
    """What is paid in the end (draw, year), positive to the payee [USD]."""
    headline: Headline


def settled_provisions(parts: Iterable[SettledPart]) -> Iterator[SettledProvision]:
    """Every provision of every part, in the order of settlement."""
    for part in parts:
        found = groupby(entries(part.book, part.arrangement), key=lambda entry: entry.provision.name)
        costs = costs_of(part.arrangement)
        declared = part.book.declare(part.arrangement.lines)
        settled: dict[str, Floats] = {}
        for name, group in found:
            steps = list(group)
            yield _settled(part, steps, declared.with_lines(settled), costs)
            settled[name] = steps[-1].after


def _settled(part: SettledPart, steps: Sequence[Entry], book: Book, costs: frozenset[str]) -> SettledProvision:
    provision, years = steps[0].provision, book.years
    shape = (book.draws, len(years))
    names = provision.step_names
    acting = [entry for entry in steps if any(entry.step.applies(years))]
    taken = list(takewhile(lambda entry: isinstance(entry.step.term, Difference), acting))
    is_gross = any(costs & set(entry.step.term.lines()) for entry in taken if len(entry.step.term.lines()) > 1)
    changes = [list(_changes(entry, names[entry.position], book, first=k == 0)) for k, entry in enumerate(acting)]
    gross = taken[-1].after if is_gross else np.zeros((1, 1))
    return SettledProvision(
        part.group,
        *(provision.name, provision.payer, provision.payee),
        tuple(change for found in changes for change in found),
        sum(len(found) for found in changes[: len(taken)]) if is_gross else 0,
        np.broadcast_to(gross, shape),
        np.broadcast_to(steps[-1].after, shape),
        headline(provision, years),
    )


def _changes(entry: Entry, name: str, book: Book, *, first: bool) -> Iterator[Change]:
    """A clause as one change; a difference as one for each line, in the years in which it applies."""
    term = entry.step.term
    if not isinstance(term, Difference):
        words = f"{sentence_of(entry.step, first=first)}{_years(entry.step)}"
        yield Change(name, words, "clause", np.atleast_2d(entry.after - entry.before))
        return
    applies = np.array(entry.step.applies(book.years), dtype=float)
    for sign, line in ((1.0, term.of), *((-1.0, line) for line in term.less)):
        words = f"{spoken(str(line))}{_years(entry.step)}"
        yield Change(str(line), words, "line", np.atleast_2d(sign * applies * book[line]))


def _years(step: Step) -> str:
    """The years of a step that does not apply in all: `` (to 2025)``."""
    since = [f"from {step.first}"] if step.first is not None else []
    until = [f"to {step.last}"] if step.last is not None else []
    return f" ({' '.join(since + until)})" if since or until else ""
