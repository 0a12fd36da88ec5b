"""From a cohort dataset to the plain arrays that a kernel reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vbcsim.random.tables import cost_table, gamma_table, poisson_tables

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["KernelInputs", "own_variance", "prepare", "trawl_weights"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class KernelInputs:
    """What a kernel reads beside the draws' own multipliers; names and shapes as in ``kernels.simulate_members``."""

    members: NDArray[np.int64]
    stratum: NDArray[np.int64]
    rate: Floats
    cost: Floats
    weights: Floats
    table_of: NDArray[np.uint64]
    frailty_tables: Floats
    cost_tables: Floats
    floor: Floats
    below: NDArray[np.int64]
    guide: NDArray[np.int32]


def prepare(cohort: xr.Dataset) -> KernelInputs:
    """The kernel's inputs for a cohort."""
    table_of, frailty_tables = _frailty_tables(cohort)
    below, guide = poisson_tables()
    names = ("body_sigma", "tail_probability", "tail_index", "maximum_multiple")
    shapes = zip(*(cohort[n].values.tolist() for n in names), strict=True)
    return KernelInputs(
        members=np.ascontiguousarray(cohort["members"].values, dtype=np.int64),
        stratum=np.ascontiguousarray(cohort["cell_stratum"].values, dtype=np.int64),
        rate=np.ascontiguousarray(cohort["utilization_rate"].values),
        cost=np.ascontiguousarray(cohort["mean_cost_usd"].values),
        weights=_frailty_weights(cohort),
        table_of=table_of,
        frailty_tables=frailty_tables,
        cost_tables=np.concatenate([cost_table(*shape).ravel() for shape in shapes]),
        floor=np.ascontiguousarray(cohort["claimant_floor_usd"].values),
        below=below,
        guide=guide,
    )


def trawl_weights(years: NDArray[np.int64], persistence: float) -> list[tuple[int, int, float]]:
    """Slices (first, last, weight) of a gamma trawl over calendar years, in the kernel's order.

    The weights of the slices that live in a year sum to 1, and the weight that lives in two years is ``persistence`` to
    the power of their distance: the trawl has that autocorrelation (Barndorff-Nielsen, Lunde, Shephard & Veraart,
    "Integer-valued trawl processes", Scand. J. Stat. 41, 2014).
    """
    n = len(years)
    slices = []
    for first in range(n):
        start = 1.0 if first == 0 else 1.0 - persistence ** int(years[first] - years[first - 1])
        for last in range(n - 1, first - 1, -1):
            end = 1.0 if last == n - 1 else 1.0 - persistence ** int(years[last + 1] - years[last])
            slices.append((first, last, start * end * persistence ** int(years[last] - years[first])))
    return slices


def own_variance(cohort: xr.Dataset) -> Floats:
    """Variance of each category's own frailty factor, so that the category's frailty has its overdispersion."""
    weight = cohort["shared_weight"].values
    rest = cohort["overdispersion"].values - weight**2 * float(cohort["shared_variance"])
    own = np.zeros_like(rest)
    np.divide(rest, (1.0 - weight) ** 2, out=own, where=weight < 1.0)
    return np.where(own > 1e-9, own, 0.0)


def _frailty_tables(cohort: xr.Dataset) -> tuple[NDArray[np.uint64], Floats]:
    """Where the table of every gamma mass of a member begins, and the tables."""
    years = cohort["year"].values
    shared = float(cohort["shared_variance"])
    own = own_variance(cohort)
    lasting = cohort["own_persistence"].values
    alpha = np.zeros_like(own)
    np.divide(1.0, own, out=alpha, where=own > 0)
    shapes = [w / shared if shared > 0 else 0.0 for *_, w in trawl_weights(years, float(cohort["shared_persistence"]))]
    shapes += list(alpha * lasting)
    shapes += list(alpha * (1.0 - lasting)) * len(years)
    # Shapes equal but for rounding share a table.
    distinct = {shape: i for i, shape in enumerate(sorted({float(f"{s:.12g}") for s in shapes}))}
    tables = np.stack([gamma_table(shape) for shape in distinct])
    starts = np.array([distinct[float(f"{s:.12g}")] for s in shapes], dtype=np.uint64) * np.uint64(tables[0].size)
    return starts, tables.ravel()


def _frailty_weights(cohort: xr.Dataset) -> Floats:
    """(cell, category, 3): constant, weight of the shared mass, weight of the own mass.

    A cell whose frailty variance is ``k**2`` times the assumption has frailty ``1 - k + k * theta``.
    """
    k = np.sqrt(cohort["frailty_relativity"].values)[:, None]
    v = cohort["shared_weight"].values[None, :]
    shared = float(cohort["shared_variance"])
    own = own_variance(cohort)[None, :]
    constant = 1.0 - k + k * (v * (shared == 0) + (1.0 - v) * (own == 0))
    return np.ascontiguousarray(np.stack([constant, k * v * shared, k * (1.0 - v) * own], axis=-1))
