"""Security: what the clauses of a design ask its parties to keep as collateral, beside what keeping it costs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from vbcsim.contract.arrangement import Arrangement
from vbcsim.contract.design import Design, as_design
from vbcsim.contract.settle import SettledPart, parts_of, settle_amounts
from vbcsim.contract.term import Amount
from vbcsim.contract.terms.collateral import Collateral

if TYPE_CHECKING:
    import xarray as xr

    from vbcsim.contract.book import Book

__all__ = ["secured_usd"]


def secured_usd(source: xr.Dataset | Book, designs: Mapping[str, Arrangement | Design]) -> dict[str, Amount]:
    """Security that each design with a ``collateral`` clause asks for (draw, year) [USD]; summed over clauses."""
    asking = {name: design for name, design in designs.items() if _asks(as_design(design))}
    plan = parts_of(source, asking) if asking else {}
    return {name: np.sum([one for part in parts for one in _of_part(part)], axis=0) for name, parts in plan.items()}


def _asks(design: Design) -> bool:
    arrangements = (arrangement.provisions for arrangement in design.arrangements)
    return any(isinstance(s.term, Collateral) for provisions in arrangements for p in provisions for s in p.terms)


def _of_part(part: SettledPart) -> Iterator[Amount]:
    """The security of each clause of what is settled at once; nought in years in which the clause does not apply."""
    book, shape = part.book, (part.book.draws, len(part.book.years))
    settled = book.declare(part.arrangement.lines).with_lines(settle_amounts(book, part.arrangement))
    yield np.zeros(shape)
    for provision in part.arrangement.provisions:
        for step in provision.terms:
            if isinstance(step.term, Collateral):
                yield np.broadcast_to(step.term.secured_usd(settled), shape) * np.array(step.applies(book.years))
