"""Uncertain assumptions, drawn once per simulated history.

Each has an address of its own, from its place in the scenario, so that a further one leaves the others as they were.
They are independent of one another. What shapes a table (spread, correlation, persistence, tails) is not drawn here:
it takes one of the cohort's equally likely worlds.

Axes: D draws, U uncertain numbers, F profiles, N provider groups, Y years, J categories.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vbcsim.core.uncertain import Distribution, number_of
from vbcsim.experience.layers import WORLDS, LayerDraws
from vbcsim.random.named import addresses_of
from vbcsim.random.streams import Stream
from vbcsim.random.twin import uniforms

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["Parameters", "draw_parameters", "named_parameters"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Parameters:
    """The uncertain numbers of a block of draws."""

    paths: tuple[str, ...]
    """Places of the numbers in the scenario."""
    values: Floats
    """(D, U)"""
    means: Floats
    """(U,)"""
    service: Flags
    """(U, F, J): which profiles and categories a number of the services' table reaches."""
    group: Flags
    """(U, N): which groups a number of a provider group's row reaches."""
    lag: NDArray[np.int64]
    """(Y,): years since the one whose levels the services' table states."""

    def of(self, path: str, known: float) -> Floats:
        """The number at a place of the scenario, shape (D,); shape (1,) with what is known of a plain number."""
        if path in self.paths:
            return self.values[:, self.paths.index(path)]
        return np.array([known])

    def of_groups(self, field: str, known: Floats) -> Floats:
        """A figure of the provider groups' rows, shape (D, N); ``known`` (N,) where it is a plain number."""
        found = np.repeat(known[None], max(len(self.values), 1), axis=0)
        for u in self._numbers(field):
            found[:, self.group[u]] = self.values[:, [u]]
        return found

    def services(self, level: str, trend: str) -> Floats | None:
        """(D, F, Y, J): what drawn levels and trends of the services' table make of the expected ones.

        :param level: field whose drawn value stands over its mean.
        :param trend: field of a yearly growth.
        :returns: None where neither is uncertain.
        """
        levels, trends = self._numbers(level, self.service), self._numbers(trend, self.service)
        if not levels and not trends:
            return None
        _, n_profiles, n_categories = self.service.shape
        found = np.ones((len(self.values), n_profiles, len(self.lag), n_categories))
        for u in levels:
            ratio = self.values[:, u] / self.means[u]
            found *= np.where(self.service[u][None, :, None], ratio[:, None, None, None], 1.0)
        for u in trends:
            growth = growth_ratio(self.values[:, u], self.means[u], self.lag)
            found *= np.where(self.service[u][None, :, None], growth[:, None, :, None], 1.0)
        return found

    def _numbers(self, field: str, reach: Flags | None = None) -> list[int]:
        """Which numbers stand in a field and reach anything."""
        reaches = self.group if reach is None else reach
        return [u for u, path in enumerate(self.paths) if path.endswith(f".{field}") and reaches[u].any()]


def growth_ratio(drawn: Floats, known: float, lag: NDArray[np.int64]) -> Floats:
    """What a drawn yearly growth (D,) makes of a level that grew by the known one, (D, Y)."""
    return np.asarray(((1.0 + drawn[:, None]) / (1.0 + known)) ** lag)


def named_parameters(cohort: xr.Dataset) -> tuple[str, ...]:
    """What a draw has one value of, with an address of its own: a shift may draw each of them anew alone."""
    assumptions = map(str, cohort["uncertain"].values) if "uncertain" in cohort.coords else ()
    worlds = (WORLDS,) if cohort.sizes.get("world", 1) > 1 else ()
    others = [
        f"{section}s.{name}"
        for section in ("intervention", "measure")
        if section in cohort.coords
        for name in cohort[section].values
    ]
    return (*assumptions, *worlds, *others)


def draw_parameters(cohort: xr.Dataset, seed: int, layers: LayerDraws, start: int, stop: int) -> Parameters:
    """The uncertain numbers of draws start..stop-1."""
    paths = tuple(map(str, cohort["uncertain"].values)) if "uncertain" in cohort.coords else ()
    if not paths:
        nothing = np.zeros((0, 1, 1), dtype=bool)
        lag = np.zeros(cohort.sizes["year"], dtype=np.int64)
        return Parameters((), np.empty((stop - start, 0)), np.empty(0), nothing, nothing[:, :, 0], lag)
    cell, member = addresses_of(paths)
    draw = np.stack([layers.of_named(Stream.PARAMETER, path, start, stop) for path in paths], axis=1)
    u = uniforms(seed, Stream.PARAMETER, draw=draw, cell=cell, member=member)
    numbers = [number_of(row) for row in cohort["uncertain_figures"].values]
    drawn = [n.quantile(u[:, k]) if isinstance(n, Distribution) else np.full(len(u), n) for k, n in enumerate(numbers)]
    return Parameters(
        paths=paths,
        values=np.stack(drawn, axis=1),
        means=np.array([float(n) for n in numbers]),
        service=cohort["uncertain_service"].values.astype(bool),
        group=cohort["uncertain_group"].values.astype(bool),
        lag=np.asarray(cohort["years_since_reference"].values, dtype=np.int64),
    )
