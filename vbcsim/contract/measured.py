"""The savings rate that a contract measures, and what it would pay had cost come out otherwise.

A provision with a gross result compares lines of cost with a target. Settled again with other amounts in place of those
lines, it says what the same contract pays for a true saving, or to a group of another size; every other line of the
book stays, but for the number of lives, on which minimum rates depend.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vbcsim.contract.arrangement import Arrangement, Provision
from vbcsim.contract.book import Book
from vbcsim.contract.reach import costs_of
from vbcsim.contract.settle import SettledPart, settle_amounts
from vbcsim.contract.steps import settled_provisions
from vbcsim.contract.terms.difference import Difference

__all__ = ["MeasuredPart", "measured_parts"]

Floats = NDArray[np.float64]
_SIZES = ("lives", "person_years")
"""Lines that rules for size read."""


@dataclass(frozen=True, slots=True, eq=False)
class MeasuredPart:
    """What is settled at once, with the lines of cost that it compares with targets."""

    part: SettledPart
    signs: dict[str, float]
    """Provisions with a gross result: 1 where they pay the party, -1 where it pays them."""
    costs: tuple[str, ...]
    """Lines of cost, each once."""
    targets: tuple[str, ...]
    """The target of each cost."""
    target_usd: Floats
    """The target of each (cost, draw, year) [USD]."""
    cost_usd: Floats
    """(cost, draw, year) [USD]."""

    @property
    def lives(self) -> float:
        """Mean number of lives of a performance year; NaN where the book has no such line."""
        return float(np.mean(self.part.book["lives"])) if "lives" in self.part.book else float("nan")

    def paid(self, cost_usd: Floats, target_usd: Floats | None = None, size: float = 1.0) -> Floats:
        """What the provisions pay the party over the contract with other cost and targets, by draw [USD].

        :param cost_usd: (cost, draw, year), ``target_usd`` likewise; those of the book where left out.
        :param size: number of lives against that of the book; dollars stay those of the book's own lives.
        """
        given = dict(zip(self.costs, cost_usd, strict=True))
        given |= {} if target_usd is None else dict(zip(self.targets, target_usd, strict=True))
        if size != 1.0:
            given |= {line: self.part.book[line] * size for line in _SIZES if line in self.part.book}
        amounts = settle_amounts(self.part.book.with_lines(given), self.part.arrangement)
        years = np.zeros(self.target_usd.shape[1:])
        for name, sign in self.signs.items():
            years = years + sign * amounts[name]
        return np.asarray(years.sum(axis=1))


def measured_parts(parts: Iterable[SettledPart], party: str) -> tuple[MeasuredPart, ...]:
    """The parts of a design that compare cost with a target for a party; none where the design does not."""
    return tuple(found for part in parts for found in _measured(part, party))


def _measured(part: SettledPart, party: str) -> Iterator[MeasuredPart]:
    signs = {
        p.name: 1.0 if p.payee == party else -1.0
        for p in settled_provisions([part])
        if p.gross_after and party in (p.payer, p.payee)
    }
    if not signs:
        return
    book = _with_amounts(part)
    pairs: dict[str, str] = {}
    for provision in part.arrangement.ordered:
        if provision.name in signs:
            for cost, target in _compared(provision, part.arrangement):
                pairs.setdefault(cost, target)
    shape = (book.draws, len(book.years))
    targets, costs = (
        np.stack([np.broadcast_to(book[line], shape) for line in lines]) for lines in (pairs.values(), pairs)
    )
    yield MeasuredPart(part, signs, tuple(pairs), tuple(pairs.values()), targets, costs)


def _with_amounts(part: SettledPart) -> Book:
    """The book with derived lines and the amounts of provisions."""
    return part.book.declare(part.arrangement.lines).with_lines(settle_amounts(part.book, part.arrangement))


def _compared(provision: Provision, arrangement: Arrangement) -> Iterator[tuple[str, str]]:
    """Lines of cost and the target of each, of the differences that a provision begins with."""
    costs = costs_of(arrangement)
    for step in provision.terms:
        if not isinstance(step.term, Difference):
            return
        term = step.term
        if term.of in costs and not costs & set(term.less):
            yield from ((str(term.of), str(target)) for target in term.less[:1])
        else:
            yield from ((str(line), str(term.of)) for line in term.less if line in costs)
