"""Monte Carlo errors of figures that have no formula of their own: the figure without each group of draws in turn.

The delete-a-group jackknife: draws are dealt into groups, one after another; from the figure ``t`` of all draws and
``t_k`` of all but group ``k`` of ``m`` come the pseudo-values ``m t - (m - 1) t_k``, whose standard deviation over
``sqrt(m)`` is the error. It serves quantiles and tails too, where leaving out single draws would not (Shao and Tu 1995,
"The Jackknife and Bootstrap", section 2.3).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from vbcsim.outcomes.distribution import Estimate

__all__ = ["GROUPS", "paired", "pseudo_values"]

Floats = NDArray[np.float64]
GROUPS = 20
"""An error from twenty groups is itself known to a sixth."""


def pseudo_values(figure: Callable[[Floats], Floats], net: Floats) -> Floats:
    """Pseudo-values (group, ...) of a figure of ``net`` (..., draw); as many groups as draws where there are fewer."""
    draws = net.shape[-1]
    groups = min(GROUPS, draws)
    whole = figure(net)
    if groups < 2:
        return np.full((1, *whole.shape), np.nan)
    group = np.arange(draws) % groups
    return np.stack([groups * whole - (groups - 1) * figure(net[..., group != k]) for k in range(groups)])


def paired(figure: Callable[[Floats], Floats], one: Floats, other: Floats) -> Estimate:
    """A figure of ``one`` less that of ``other`` in the same draws (..., draw), with the error of the difference."""
    pseudo = pseudo_values(figure, one) - pseudo_values(figure, other)
    value = figure(one) - figure(other)
    if len(pseudo) < 2:
        return Estimate(value, np.full_like(value, np.nan))
    return Estimate(value, np.asarray(pseudo.std(axis=0, ddof=1) / np.sqrt(len(pseudo))))
