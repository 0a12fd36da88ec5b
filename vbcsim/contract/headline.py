"""The headline share: the part of savings and of losses that a provision's share clauses state.

It is what a contract is known by ("75 % of savings"): the product of the shares in force in a year, of a corridor its
greatest band. Minimum rates, gates, quality, limits and sequestration are not in it; what they leave of it is the
effective share.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vbcsim.contract.arrangement import Provision, Step
from vbcsim.contract.reach import greatest
from vbcsim.contract.value import Table
from vbcsim.contract.wording import by_year_words, number_words

__all__ = ["NO_SHARE", "Headline", "headline"]

Floats = NDArray[np.float64]

NO_SHARE = "no share is stated"
"""Said of a provision that has neither a share clause nor a corridor."""
_WORDS = {"share": ("savings", "losses"), "corridor": ("kept", "loss_kept")}
"""Fields of the clauses that state a share: of what the payee receives, of what it owes."""


class Headline(NamedTuple):
    """The stated share of amounts above zero and of amounts below, by year; NaN where only a line knows it."""

    above: Floats
    below: Floats
    above_words: str
    below_words: str
    stated: bool
    """Whether any clause states a share; where none does, the shares are 1."""


def headline(provision: Provision, years: Sequence[int]) -> Headline:
    """The headline shares of a provision over performance years."""
    steps = [step for step in provision.terms if step.word in _WORDS and any(step.applies(years))]
    sides = [_side(steps, years, side) for side in (0, 1)]
    if not steps:
        return Headline(sides[0][0], sides[1][0], NO_SHARE, NO_SHARE, False)
    return Headline(sides[0][0], sides[1][0], sides[0][1], sides[1][1], True)


def _side(steps: Iterable[Step], years: Sequence[int], side: int) -> tuple[Floats, str]:
    """Shares by year of one side, and how they are said."""
    shares, varies = np.ones(len(years)), False
    for step in steps:
        values = _values(step, side)
        varies |= len(values) > 1 or not _plain(values[0])
        for k, (year, applies) in enumerate(zip(years, step.applies(years), strict=True)):
            if applies:
                shares[k] *= max((_greatest(value, year) for value in values), default=np.nan)
    return shares, _said(shares, years, varies)


def _values(step: Step, side: int) -> Sequence[Any]:
    """The shares that a clause states for one side: one, or one for each band of a corridor."""
    found = getattr(step.term, _WORDS[step.word][side])
    if found is None:  # losses of a corridor that mirror its savings
        found = getattr(step.term, _WORDS[step.word][0])
    return found if isinstance(found, tuple) else (found,)


def _plain(value: Any) -> bool:
    return isinstance(value, float) or (isinstance(value, Mapping) and not isinstance(value, Table))


def _greatest(value: Any, year: int) -> float:
    """The greatest that a share can be in a year; NaN where a line decides it."""
    if isinstance(value, Table):
        numbers = [n for band in value.bands for n in (band.value if isinstance(band.value, tuple) else (band.value,))]
        return max((float(n) for n in numbers if not isinstance(n, str)), default=np.nan)
    found = greatest(value, year)
    return np.nan if found is None else found


def _said(shares: Floats, years: Sequence[int], varies: bool) -> str:
    """``50%``, ``0% in 2023 and 25% from 2024 on``, ``at most 75%``."""
    if np.isnan(shares).any():
        return "a share that a line decides"
    words = by_year_words(
        {year: number_words(share, "fraction") for year, share in zip(years, shares.tolist(), strict=True)}
    )
    return f"at most {words}" if varies else words
