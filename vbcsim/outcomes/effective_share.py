"""The effective share: what part of expected savings, or of expected losses, a party is really paid or owes.

A contract of "75 %" pays less than 75 % of savings: a minimum rate withholds some, quality takes a part, a limit cuts
the rest. The effective share of savings is E[paid] / E[gross savings] over performance years, gross savings being what
spending falls short of the target by, in the years in which it does; that of losses is E[owed] / E[gross losses].

The headline share beside it is what the share clauses and corridors state, years weighted by what was saved in them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from vbcsim.core.dataset import label
from vbcsim.core.text import listing
from vbcsim.outcomes.distribution import Estimate, mean, ratio
from vbcsim.outcomes.summary import provenance
from vbcsim.outcomes.waterfall import ProvisionLike

__all__ = ["NO_GROSS", "SIDES", "HeadlineLike", "SharingLike", "effective_share"]

Array = NDArray[np.float64]

SIDES = ("savings", "losses")
"""Years in which spending stays below the party's target, and years in which it exceeds it."""
NO_GROSS = "no clause compares cost with a target"
"""Said where there is nothing to share."""
_SOURCE = "ratio of means over draws, sums over performance years; method in vbcsim.outcomes.effective_share"


class HeadlineLike(Protocol):
    """The stated share of amounts above and below zero by year, and how it is said."""

    @property
    def above(self) -> Array: ...
    @property
    def below(self) -> Array: ...
    @property
    def above_words(self) -> str: ...
    @property
    def below_words(self) -> str: ...
    @property
    def stated(self) -> bool: ...


class SharingLike(ProvisionLike, Protocol):
    """A settled provision with its headline shares."""

    @property
    def headline(self) -> HeadlineLike: ...


class _Side(NamedTuple):
    """One side of one provision, dollars by draw over the whole contract."""

    gross: Array
    paid: Array
    headline_usd: Array
    """What the headline share alone would pay."""
    words: str
    counts: bool
    """Whether the provision shares this side at all."""


def effective_share(settlement: xr.Dataset, provisions: Mapping[str, Iterable[SharingLike]], party: str) -> xr.Dataset:
    """The effective-share dataset of a party: by design and side (``savings``, ``losses``), with errors.

    ``effective_share`` is a ratio of means with its delta-method error; ``headline_share`` the stated share (NaN where
    none is stated, or only a line knows it) and the coordinate ``headline_words`` how it is said; ``gross_usd`` and
    ``shared_usd`` the means above and below the line, both positive. A design in which no provision of the party
    compares cost with a target has no effective share. Provisions that share one side only count on that side.
    """
    designs = [str(name) for name in settlement["design"].values]
    found = [[_side(provisions[design], party, side) for side in SIDES] for design in designs]
    dims = ("design", "side")
    names = ("effective_share", "gross_usd", "shared_usd")
    figures = {}
    for k, name in enumerate(names):
        for part in ("value", "mcse"):
            values = np.array([[float(getattr(cell.figures[k], part)) for cell in row] for row in found])
            figures[name if part == "value" else f"{name.removesuffix('_usd')}_mcse"] = (dims, values)
    figures["headline_share"] = (dims, np.array([[cell.headline for cell in row] for row in found]))
    words = np.array([[cell.words for cell in row] for row in found])
    dataset = xr.Dataset(
        figures,
        coords={"design": designs, "side": list(SIDES), "headline_words": (dims, words)},
        attrs=provenance(settlement) | {"party": party},
    )
    return label(dataset, {"": _SOURCE})


class _Cell(NamedTuple):
    """The figures of one design and side."""

    figures: tuple[Estimate, Estimate, Estimate]
    headline: float
    words: str


def _side(provisions: Iterable[SharingLike], party: str, side: str) -> _Cell:
    own = [_of_provision(p, party, side) for p in provisions if p.gross_after and party in (p.payer, p.payee)]
    # A provision that shares the other side only says nothing of this one, unless all are of that kind.
    chosen = [part for part in own if part.counts] or own
    if not chosen:
        unknown = Estimate(np.array(np.nan), np.array(np.nan))
        return _Cell((unknown, unknown, unknown), np.nan, NO_GROSS)
    gross, paid, stated = (np.sum([getattr(part, name) for part in chosen], axis=0) for name in _Side._fields[:3])
    share = ratio(stated, gross).value
    return _Cell((ratio(paid, gross), mean(gross), mean(paid)), float(share), _words(chosen))


def _words(chosen: Sequence[_Side]) -> str:
    return listing(list(dict.fromkeys(part.words for part in chosen)))


def _of_provision(provision: SharingLike, party: str, side: str) -> _Side:
    """One side of a provision as the party sees it: it gains where amounts to it are above zero."""
    sign = 1.0 if (provision.payee == party) == (side == "savings") else -1.0
    said = provision.headline
    shares, words = (said.above, said.above_words) if sign > 0.0 else (said.below, said.below_words)
    gross = np.maximum(sign * provision.gross, 0.0)
    paid = np.where(gross > 0.0, sign * provision.amount, 0.0)
    stated = gross * shares if said.stated else np.full(gross.shape, np.nan)
    return _Side(gross.sum(axis=1), paid.sum(axis=1), stated.sum(axis=1), words, not np.all(shares == 0.0))
