"""Designs compared two by two on the same draws: chance that both share cancels out of the difference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from vbcsim.core.dataset import label
from vbcsim.outcomes.distribution import mean, probability, standard_deviation
from vbcsim.outcomes.dominance import HALF_A_CENT, dominance
from vbcsim.outcomes.summary import net_by_draw, provenance

__all__ = ["compare", "compare_cases"]

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


def compare(settlement: xr.Dataset, chosen: Sequence[tuple[str, str]] | None = None) -> xr.Dataset:
    """The comparison dataset: every pair of designs (a before b in the file), or those chosen, for each party.

    Differences are a minus b in the same draw; ``p_better`` is the chance that a leaves the party more than b, by more
    than half a cent, and ``p_equal`` that they leave it the same. Dominance ("a", "b" or "none") as in
    ``vbcsim.outcomes.dominance``.
    """
    net = net_by_draw(settlement).sum(axis=2)
    names = [str(name) for name in settlement["design"].values]
    named = combinations(names, 2) if chosen is None else chosen
    pairs = [(names.index(a), names.index(b)) for a, b in named]
    rows = [_pair(net[i], net[j]) for i, j in pairs]
    return _dataset(rows, [(names[i], names[j]) for i, j in pairs], settlement, {})


def compare_cases(settlements: Mapping[str, xr.Dataset]) -> xr.Dataset:
    """The comparison dataset of every further case with the first (base), design by design and draw by draw.

    A pair is named ``case: design - base: design``; the coordinates ``case`` and ``design`` tell its parts.

    :param settlements: settlements of the same designs by the name of the case, base first.
    """
    base, *others = settlements
    nets = {case: net_by_draw(settlement).sum(axis=2) for case, settlement in settlements.items()}
    designs = [str(name) for name in settlements[base]["design"].values]
    draws = min(net.shape[-1] for net in nets.values())
    pairs = [(case, design) for case in others for design in designs]
    rows = [_pair(nets[case][k, :, :draws], nets[base][k, :, :draws]) for case in others for k in range(len(designs))]
    named = [(f"{case}: {design}", f"{base}: {design}") for case, design in pairs]
    told = {"case": ("pair", [case for case, _ in pairs]), "design": ("pair", [design for _, design in pairs])}
    return _dataset(rows, named, settlements[base], told)


def _dataset(
    rows: Sequence[Mapping[str, Array]], pairs: Sequence[tuple[str, str]], settlement: xr.Dataset, told: dict[str, Any]
) -> xr.Dataset:
    """The rows of pairs as a dataset; ``told`` are further coordinates."""
    shape = (len(pairs), settlement.sizes["party"])
    dataset = xr.Dataset(
        {
            name: (("pair", "party"), np.array([row[name] for row in rows], dtype=kind).reshape(shape))
            for name, kind in _VARIABLES.items()
        },
        coords={
            "pair": [f"{a} - {b}" for a, b in pairs],
            "party": settlement["party"].values,
            "design_a": ("pair", [a for a, _ in pairs]),
            "design_b": ("pair", [b for _, b in pairs]),
            **told,
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
