"""Which clause decided a settlement: the last switch or bound that changed the amount, else the rate applied."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from vbcsim.contract.settle import Entry

__all__ = ["deciding_clauses"]

_SAVINGS: Final[Mapping[str, str]] = {
    "minimum_rate": "savings short of the minimum savings rate",
    "gate": "quality standard not met",
    "share": "sharing rate",
    "limit": "payment limit",
}
_HALF_RATE: Final = "minimum_rate: half rate short of the minimum savings rate"
_LOSSES: Final[Mapping[str, str]] = {
    "minimum_rate": "losses short of the minimum loss rate",
    "share": "loss rate",
    "limit": "limit on losses",
    "relief": "disaster relief",
}


def deciding_clauses(steps: Sequence[Entry], rows: int) -> list[str]:
    """For each row of a one-year settlement the term that decided and what it did, as ``limit: payment limit``."""
    words = ["difference: neither savings nor losses"] * rows
    one_sided = any(_is_one_sided(entry) for entry in steps)
    for entry in steps:
        before, after = column(entry.before, rows), column(entry.after, rows)
        word = entry.step.word
        for i in np.flatnonzero(before != after):
            if before[i] < 0 and one_sided:
                words[i] = "share: losses are not shared on a one-sided track"
            elif before[i] != 0:
                said = _said(entry, before[i], after[i])
                # The half rate decides more than the sharing rate that follows it.
                keeps = word == "share" and words[i] == _HALF_RATE
                words[i] = f"{word}: {said}" if said and not keeps else words[i]
    return words


def column(amount: Any, rows: int) -> NDArray[np.float64]:
    """An amount of one year by row [USD]."""
    return np.broadcast_to(np.asarray(amount, dtype=np.float64), (rows, 1))[:, 0]


def _said(entry: Entry, before: float, after: float) -> str:
    if entry.step.word == "minimum_rate" and after != 0:
        return _HALF_RATE.partition(": ")[2]
    if entry.step.word == "gate" and "guardrail_open" in entry.step.term.lines():
        return "guardrail on the three-way trend"
    return (_SAVINGS if before > 0 else _LOSSES).get(entry.step.word, "")


def _is_one_sided(entry: Entry) -> bool:
    return entry.step.word == "share" and getattr(entry.step.term, "losses", None) == 0.0
