"""Designs compared two by two on the same draws: chance that both share cancels out of the difference."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from vbcsim.core.dataset import label
from vbcsim.outcomes.distribution import mean, probability, standard_deviation
from vbcsim.outcomes.dominance import HALF_A_CENT, dominance
from vbcsim.outcomes.summary import net_by_draw, provenance

__all__ = ["compare"]

Array = NDArray[np.float64]

_VARIABLES: dict[str, type] = {
    "mean_difference_usd": float,
    "mean_difference_mcse": float,
    "sd_difference_usd": float,
    "sd_difference_mcse": float,
    "p_better": float,
    "p_better_mcse": float,
    "p_equal": float,
    "p_equal_mcse": float,
    "first_order_dominance": str,
    "second_order_dominance": str,
}
_SOURCE = "paired estimates over the draws of net_usd of the settlement, sums over performance years"


def compare(settlement: xr.Dataset) -> xr.Dataset:
    """The comparison dataset: every pair of designs (a before b in the file), for each party.

    Differences are a minus b in the same draw; ``p_better`` is the chance that a leaves the party more than b, by more
    than half a cent, and ``p_equal`` that they leave it the same. Dominance ("a", "b" or "none") as in
    ``vbcsim.outcomes.dominance``.
    """
    net = net_by_draw(settlement).sum(axis=2)
    names = [str(name) for name in settlement["design"].values]
    pairs = list(combinations(range(len(names)), 2))
    rows = [_pair(net[i], net[j]) for i, j in pairs]
    dataset = xr.Dataset(
        {
            name: (
                ("pair", "party"),
                np.array([row[name] for row in rows], dtype=kind).reshape(len(pairs), net.shape[1]),
            )
            for name, kind in _VARIABLES.items()
        },
        coords={
            "pair": [f"{names[i]} - {names[j]}" for i, j in pairs],
            "party": settlement["party"].values,
            "design_a": ("pair", [names[i] for i, _ in pairs]),
            "design_b": ("pair", [names[j] for _, j in pairs]),
        },
        attrs=provenance(settlement),
    )
    return label(dataset, {"": _SOURCE})


def _pair(a: Array, b: Array) -> dict[str, Array]:
    """Every variable of the comparison for one pair of designs, amounts (party, draw)."""
    difference = a - b
    average, spread = mean(difference), standard_deviation(difference)
    better, equal = probability(difference > HALF_A_CENT), probability(np.abs(difference) <= HALF_A_CENT)
    verdicts = [dominance(*amounts) for amounts in zip(a, b, strict=True)]
    found = (
        *(average.value, average.mcse, spread.value, spread.mcse),
        *(better.value, better.mcse, equal.value, equal.mcse),
        np.array([verdict.first_order for verdict in verdicts]),
        np.array([verdict.second_order for verdict in verdicts]),
    )
    return dict(zip(_VARIABLES, found, strict=True))
