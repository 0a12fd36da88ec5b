"""Ruin: the lowest that a running balance falls, the chance that it falls below zero, and the reserve that keeps it up.

A balance begins at the opening reserve, earns nothing, and is never topped up. Ruin is looked for at every step at
which money moves, over a stated horizon; a balance that recovers later is ruined all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vbcsim.outcomes.distribution import Estimate, probability, value_at_risk
from vbcsim.outcomes.dominance import HALF_A_CENT

__all__ = ["Running", "reserve_needed", "ruin_probability", "running"]

Array = NDArray[np.float64]


class Running(NamedTuple):
    """A balance after a step, by draw, counted from nought [USD]."""

    balance: Array
    lowest: Array
    """The lowest so far, not above the nought at which it began."""


def running(steps: Iterable[Array], draws: int) -> Iterator[Running]:
    """The balance after each step.

    :param steps: what comes in less what goes out at each step, in order (draw,).
    """
    balance, lowest = np.zeros(draws), np.zeros(draws)
    for step in steps:
        balance = balance + step
        lowest = np.minimum(lowest, balance)
        yield Running(balance, lowest)


def ruin_probability(lowest: Array, reserve: float) -> Estimate:
    """Chance that a reserve runs out: that the balance falls below nought by more than half a cent.

    :param lowest: the lowest balance of each draw without a reserve.
    """
    return probability(lowest + reserve < -HALF_A_CENT)


def reserve_needed(lowest: Array, chance: float) -> Estimate:
    """The least reserve that runs out with at most this chance: a quantile of the lowest balance, without its sign."""
    return value_at_risk(np.sort(lowest), 1.0 - chance)
