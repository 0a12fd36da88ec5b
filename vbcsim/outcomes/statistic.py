"""Statistics by name: the one place that knows what ``mean``, ``p5``, ``p_loss`` or ``tvar95`` of a sample is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vbcsim.outcomes.distribution import (
    Estimate,
    mean,
    probability,
    quantile,
    standard_deviation,
    tail_value_at_risk,
    value_at_risk,
)
from vbcsim.outcomes.dominance import HALF_A_CENT

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["NAMES", "PERCENTILES", "TAIL_LEVELS", "statistic"]

Array = NDArray[np.float64]

PERCENTILES = (1, 5, 10, 25, 50, 75, 90, 95, 99)
TAIL_LEVELS = (95, 99)
_OF_DRAWS: dict[str, Callable[[Array], Estimate]] = {
    "mean": mean,
    "sd": standard_deviation,
    "p_gain": lambda draws: probability(draws > HALF_A_CENT),
    "p_loss": lambda draws: probability(draws < -HALF_A_CENT),
}
_OF_ORDERED: dict[str, tuple[Callable[[Array, float], Estimate], float]] = {
    **{f"p{k}": (quantile, k / 100) for k in PERCENTILES},
    **{
        f"{word}{k}": (measure, k / 100)
        for k in TAIL_LEVELS
        for word, measure in (("var", value_at_risk), ("tvar", tail_value_at_risk))
    },
}
NAMES = (*_OF_DRAWS, *_OF_ORDERED)
"""``p_gain`` and ``p_loss`` are chances of money received and paid; ``varK`` and ``tvarK`` are losses, positive."""


def statistic(name: str, draws: Array, ordered: Array | None = None) -> Estimate:
    """A statistic of ``draws`` (..., draw) with its Monte Carlo error; its name may end in ``_usd``.

    :param ordered: the draws sorted along the last axis, where they are at hand.
    :raises KeyError: for a name that is not among ``NAMES``.
    """
    bare = name.removesuffix("_usd")
    if bare in _OF_DRAWS:
        return _OF_DRAWS[bare](draws)
    measure, level = _OF_ORDERED[bare]
    return measure(np.sort(draws, axis=-1) if ordered is None else ordered, level)
