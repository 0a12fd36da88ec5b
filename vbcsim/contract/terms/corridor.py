"""Corridor: a different share of each band of savings or losses."""

from __future__ import annotations

import itertools
from typing import Annotated, Any, ClassVar, Self

import numpy as np
from pydantic import Field, model_validator

from vbcsim.contract.term import Amount, BookLike, Term, gain, loss
from vbcsim.contract.value import FractionValue, UsdLine, phrase
from vbcsim.contract.wording import joined

Edges = tuple[Annotated[float, Field(gt=0.0, le=10.0)], ...]


class Corridor(Term):
    """Keeps a share of each band of the amount, band edges being shares of a line; losses mirror savings unless given.

    ``edges: [0.25, 0.35]`` and ``kept: [1, 0.5, 0.25]`` keep all of the part below 25% of the line, half of the part
    from 25 to 35%, a quarter of the rest.
    """

    formula: ClassVar[str] = "sign(a) x sum over bands of kept x min(max(|a| - low x of, 0), (high - low) x of)"
    reference: ClassVar[str] = "ACO REACH risk corridors; 42 USC 18062(b); 42 CFR 423.336(a)"
    decides: ClassVar[bool] = True

    of: UsdLine = "benchmark"
    """Line that the edges are shares of [USD]."""
    edges: Edges
    """Rising edges between bands [share of ``of``]."""
    kept: tuple[FractionValue, ...]
    """Share kept of each band, one more than the edges."""
    loss_edges: Edges | None = None
    """Edges for losses where they differ."""
    loss_kept: tuple[FractionValue, ...] | None = None
    """Shares kept of losses where they differ."""

    @model_validator(mode="after")
    def _bands_fit(self) -> Self:
        for edges, kept in ((self.edges, self.kept), self._losses()):
            if any(high <= low for low, high in itertools.pairwise(edges)):
                raise ValueError(f"the bands overlap: edges {list(edges)} do not rise; give them in rising order")
            if len(kept) != len(edges) + 1:
                raise ValueError(f"{len(edges)} edges part {len(edges) + 1} bands, {len(kept)} shares are given")
        return self

    def _losses(self) -> tuple[Edges, tuple[Any, ...]]:
        edges = self.edges if self.loss_edges is None else self.loss_edges
        return edges, self.kept if self.loss_kept is None else self.loss_kept

    def apply(self, amount: Amount, book: BookLike) -> Amount:
        """The part kept [USD]."""
        whole = book[self.of]
        if self.loss_edges is None and self.loss_kept is None:
            return _kept(amount, self.edges, self.kept, whole, book)
        return _kept(gain(amount), self.edges, self.kept, whole, book) + _kept(
            loss(amount), *self._losses(), whole, book
        )

    def sentence(self) -> str:
        """In plain words."""
        text = f"Of savings keep {_bands(self.edges, self.kept, self.of)}"
        if self._losses() == (self.edges, self.kept):
            return f"{text}; of losses bear the same."
        return f"{text}; of losses bear {_bands(*self._losses(), self.of)}."


def _kept(amount: Amount, edges: Edges, kept: tuple[Any, ...], whole: Amount, book: BookLike) -> Amount:
    """Sum over bands of the share kept x the part of the amount between the band's edges, on either side of zero."""
    total: Any = 0.0
    below: Any = 0.0
    for edge, share in zip(edges, kept, strict=False):
        within = np.minimum(np.maximum(amount, -edge * whole), edge * whole)
        total = total + (within - below) * book.value(share)
        below = within
    return total + (amount - below) * book.value(kept[-1])


def _bands(edges: Edges, kept: tuple[Any, ...], of: str) -> str:
    """The bands in words."""
    spans = [f"up to {phrase(edges[0])}"] if edges else ["throughout"]
    spans += [f"from {phrase(low)} to {phrase(high)}" for low, high in itertools.pairwise(edges)]
    spans += [f"beyond {phrase(edges[-1])}"] if edges else []
    parts = (f"{phrase(share)} {span}" for span, share in zip(spans, kept, strict=True))
    return f"{joined(parts)} of the {of}"
