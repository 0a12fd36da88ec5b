"""Figures of a contract: its own clauses settled on given lines, on equally likely values of a law, or on draws."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vbcsim.calibrate.exhibits.compound import Compound
from vbcsim.calibrate.exhibits.spec import Case, Contract
from vbcsim.contract.arrangement import Arrangement
from vbcsim.contract.book import Book
from vbcsim.contract.program import resolve
from vbcsim.contract.read import read_arrangement
from vbcsim.contract.settle import settle_amounts
from vbcsim.outcomes.distribution import Estimate, mean, probability, ratio
from vbcsim.random.named import address_of
from vbcsim.random.streams import Stream
from vbcsim.random.twin import wide_uniforms

__all__ = ["CONTRACT", "Settled", "settled"]

Floats = NDArray[np.float64]
POINTS = 1_000_000
"""Equally likely values that stand for a law: the middle of equal shares of its probability."""


@dataclass(frozen=True)
class Settled:
    """A contract settled on a book."""

    book: Book
    arrangement: Arrangement

    @cached_property
    def amounts(self) -> Mapping[str, Floats]:
        """What each provision pays."""
        return settle_amounts(self.book, self.arrangement)

    def of(self, name: str) -> Floats:
        """A provision, a line, or a figure of a clause (``provision.term.field``) or line (``line.field``), by draw."""
        first, _, rest = name.partition(".")
        provisions = {provision.name: provision for provision in self.arrangement.provisions}
        declared = self.book.declare(self.arrangement.lines)
        if first in provisions and not rest:
            found = self.amounts[first]
        elif first in provisions:
            step, _, field = rest.partition(".")
            found = declared.value(
                getattr(provisions[first].terms[provisions[first].step_names.index(step)].term, field)
            )
        else:
            found = declared.value(getattr(self.arrangement.lines[first], rest)) if rest else declared[first]
        return np.broadcast_to(np.atleast_2d(found), (self.book.draws, 1))[:, 0]

    def sample(self, case: Case) -> Floats:
        """What the case looks at, in the draws that it looks at."""
        found = self.of(str(case.options.get("of", "result")))
        for line, (low, high) in case.options.get("where", {}).items():
            value = self.of(line)
            found = np.where((value >= low) & (value < high), found, np.nan)
        return found


def settled(contract: Contract, method: str, claims: Compound | None, draws: int, seed: int) -> Settled:
    """The contract on what a method settles it on."""
    arrangement = _arrangement(contract)
    if claims is not None:
        return Settled(Book.from_experience(claims.experience), arrangement)
    laws = [name for name, given in contract.lines.items() if hasattr(given, "isf")]
    size = draws if method == "simulated" else POINTS
    lines: dict[str, Any] = {}
    for name, given in contract.lines.items():
        if name not in laws:
            lines[name] = given if not isinstance(given, list) else np.array(given)[:, np.newaxis]
            continue
        if method == "simulated":
            cell, member = address_of(name)
            where: dict[str, Any] = {"draw": np.arange(size), "cell": cell, "member": member}
            v = wide_uniforms(seed, Stream.COLLECTIVE_SEVERITY, **where)
        else:
            v = np.repeat((np.arange(size)[:, np.newaxis] + 0.5) / size, 2, axis=1)
        lines[name] = contract.lines[name].isf(v[:, 0], v[:, 1])[:, np.newaxis]  # type: ignore[union-attr]
    return Settled(Book.from_lines(lines, (contract.year,)), arrangement)


def _arrangement(contract: Contract) -> Arrangement:
    design = dict(contract.design)
    if "program" not in design:
        return read_arrangement(design, "exhibit")
    return resolve(design.pop("program"), design, (contract.year,))


def _range_share(settled_: Settled, case: Case, _: float) -> Estimate:
    return probability(np.isfinite(settled_.sample(case)))


def _range_mean(sample: Floats) -> Estimate:
    inside = np.isfinite(sample)
    return ratio(np.where(inside, sample, 0.0), inside.astype(np.float64))


CONTRACT: Mapping[str, Callable[[Settled, Case, float], Estimate | Floats]] = {
    "value": lambda s, c, _: s.sample(c),
    "mean": lambda s, c, _: _range_mean(s.sample(c)),
    "gain": lambda s, c, _: mean(np.maximum(s.sample(c), 0.0)),
    "loss": lambda s, c, _: mean(-np.minimum(s.sample(c), 0.0)),
    "chance_of_loss": lambda s, c, _: probability(s.sample(c) < 0.0),
    "share_of_draws": _range_share,
}
"""Figures of a contract: rows by line, means over draws or equally likely values, chances."""
