"""Security: what the clauses of a design ask to be kept as collateral or capital, beside what keeping it costs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from vbcsim.contract.arrangement import Arrangement
from vbcsim.contract.design import Design, as_design
from vbcsim.contract.settle import SettledPart, parts_of, settle_amounts
from vbcsim.contract.term import Amount
from vbcsim.contract.terms.capital_charge import CapitalCharge
from vbcsim.contract.terms.collateral import Collateral

if TYPE_CHECKING:
    import xarray as xr

    from vbcsim.contract.book import Book

__all__ = ["kept_usd"]

_KEPT: Mapping[str, type[Collateral | CapitalCharge]] = {"collateral": Collateral, "clause_capital": CapitalCharge}
"""What is kept, and the clause that asks for it."""


def kept_usd(source: xr.Dataset | Book, designs: Mapping[str, Arrangement | Design]) -> dict[str, dict[str, Amount]]:
    """What clauses ask to be kept (draw, year) [USD], by kind and design, summed over clauses; only where any does."""
    found = {kind: _kept(source, designs, clause) for kind, clause in _KEPT.items()}
    return {kind: of_design for kind, of_design in found.items() if of_design}


def _kept(
    source: xr.Dataset | Book,
    designs: Mapping[str, Arrangement | Design],
    clause: type[Collateral | CapitalCharge],
) -> dict[str, Amount]:
    asking = {name: design for name, design in designs.items() if _asks(as_design(design), clause)}
    plan = parts_of(source, asking) if asking else {}
    return {name: np.sum([a for part in parts for a in _of_part(part, clause)], axis=0) for name, parts in plan.items()}


def _asks(design: Design, clause: type[Collateral | CapitalCharge]) -> bool:
    arrangements = (arrangement.provisions for arrangement in design.arrangements)
    return any(isinstance(s.term, clause) for provisions in arrangements for p in provisions for s in p.terms)


def _of_part(part: SettledPart, clause: type[Collateral | CapitalCharge]) -> Iterator[Amount]:
    """What each clause of what is settled at once asks for; nought in years in which it does not apply."""
    book, shape = part.book, (part.book.draws, len(part.book.years))
    settled = book.declare(part.arrangement.lines).with_lines(settle_amounts(book, part.arrangement))
    yield np.zeros(shape)
    for provision in part.arrangement.provisions:
        for step in provision.terms:
            if isinstance(step.term, clause):
                yield np.broadcast_to(step.term.kept_usd(settled), shape) * np.array(step.applies(book.years))
