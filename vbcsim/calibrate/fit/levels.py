"""Levels of use and of cost per service: by category, cell and year, with errors that know of overdispersion.

The error of a rate is taken over families (persons where families are not known), so that a person's years and a
family's members, who are alike, do not count as independent evidence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from vbcsim.assumptions.spec import Service
from vbcsim.calibrate.claims.person_years import PersonYears
from vbcsim.calibrate.fit.figure import LEVEL_WIDTH, TREND_WIDTH, Figure, weighted
from vbcsim.calibrate.fit.relativities import Relativities, relativities
from vbcsim.calibrate.population import Population

__all__ = ["CellKey", "Levels", "levels_of"]

Floats = NDArray[np.float64]

_YEAR_NOISE: Final = 0.02
"""Standard deviation of a year's own growth around its trend, as the market's shocks make it: judgement."""
_SMALL: Final = 11
"""Counts below it are not shown."""


@dataclass(frozen=True, slots=True)
class CellKey:
    """What a rating cell is of, and how many person-years it has."""

    age_band: str
    sex: str
    stratum: str
    person_years: float
    persons: int
    latest_years: float
    """Person-years of the last year."""


@dataclass(frozen=True, eq=False)
class Levels:
    """Levels of a line of business."""

    cells: tuple[CellKey, ...]
    cell: NDArray[np.int64]
    """Cell of every row."""
    family: NDArray[np.int64]
    """Family of every row, numbered from 0."""
    use: Relativities
    price: Relativities
    expected: Floats
    """Expected services of every row, from the data alone, shape (N, J)."""
    expected_usd: Floats
    """Expected cost of the services that every row has, shape (N, J)."""
    figures: tuple[Figure, ...]
    """Utilization, mean cost and their trends by category."""
    reference_year: int


def levels_of(data: PersonYears, prior: Population | None) -> Levels:
    """Levels of the rows of one line of business; the prior's categories are known by their names."""
    names = data.categories
    keys, cell = _cells(data)
    years = np.array(data.years)
    year = np.searchsorted(years, data.year)
    family = np.unique(data.person if data.family is None else data.family, return_inverse=True)[1].reshape(-1)
    margins = [_dense(c.code) for c in (data.age_band, data.sex, data.stratum)]
    services = data.services.astype(np.float64)
    exposure = data.exposure
    rate = services.sum(axis=0) / exposure.sum()
    cost = np.divide(data.usd.sum(axis=0), services.sum(axis=0), out=np.zeros_like(rate), where=rate > 0)
    begun = _of_prior(keys, prior, names)
    base = exposure[:, None] * rate
    use = relativities(services, base, cell, margins, year, family, begun[0])
    dollars = np.divide(data.usd, cost, out=np.zeros_like(data.usd), where=cost > 0)
    price = relativities(dollars, services, cell, margins, year, family, begun[1])
    by_year = np.asarray(np.bincount(year, exposure), dtype=np.float64)
    figures: list[Figure] = []
    for j, name in enumerate(data.categories):
        seen = _Seen(name, float(services[:, j].sum()), years, by_year)
        row = None if prior is None else next((s for s in prior.services if s.category == names[j]), None)
        figures += seen.figures("utilization", 1000.0 * float(rate[j]), use, j, row, float(begun[2][j]))
        figures += seen.figures("price", float(cost[j]), price, j, row, float(begun[3][j]))
    expected = base * use.cell[cell] * use.year[year]
    expected_usd = services * cost * price.cell[cell] * price.year[year]
    return Levels(keys, cell, family, use, price, expected, expected_usd, tuple(figures), int(years[-1]))


@dataclass(frozen=True)
class _Seen:
    """A category's services, and the years over which they were seen."""

    category: str
    services: float
    years: NDArray[np.int64]
    exposure: Floats
    """Person-years by year."""

    def figures(
        self, what: str, level: float, spread: Relativities, j: int, row: Service | None, mix: float
    ) -> list[Figure]:
        """Level in the last year, and trend; ``mix`` is what the prior's cells make of its level."""
        trend = self._trend(f"{what}_trend", spread.year[:, j], float(spread.dispersion[j]), row)
        field = "utilization_per_1000" if what == "utilization" else "mean_cost_usd"
        last = int(self.years[-1])
        shift = last - float(np.average(self.years, weights=self.exposure))
        own = level * (1.0 + trend.value) ** shift if self.services > 0 or what == "utilization" else float("nan")
        error = own * float(np.sqrt(spread.dispersion[j] / self.services)) if self.services > 0 else float("inf")
        shipped = None
        if row is not None:
            since = 0 if row.reference_year is None else last - row.reference_year
            growth = float(getattr(row, trend.field))
            shipped = float(getattr(row, field)) * mix * (1.0 + growth) ** since
        if what == "utilization" and shipped and row is not None:
            # As the table expects persons to differ: what was never seen in a few of them is not known to be rare.
            each = 1.0 + float(row.overdispersion) * shipped / 1000.0
            expected = shipped * float(np.sqrt(1000.0 * each / shipped / self.exposure.sum()))
            error = max(error if self.services > 0 else 0.0, expected)
        value, sd, z = weighted(own, error, shipped, LEVEL_WIDTH * (shipped or 0.0))
        sd = float(np.hypot(sd, z * value * shift * trend.sd))
        return [Figure(self.category, field, own, error, shipped, z, value, sd, self._counted), trend]

    def _trend(self, field: str, factor: Floats, dispersion: float, row: Service | None) -> Figure:
        """Slope of the logarithm of the years' factors, and its error with a year's own noise in it."""
        shipped = None if row is None else float(getattr(row, field))
        own, error = float("nan"), float("inf")
        if len(self.years) > 1 and self.services > 0 and (factor > 0).all():
            share = self.exposure * factor / (self.exposure @ factor)
            noise = dispersion / np.maximum(self.services * share, 1e-9) + _YEAR_NOISE**2
            weight = 1.0 / noise
            apart = self.years - float(np.average(self.years, weights=weight))
            spread = float(weight @ apart**2)
            own, error = float(np.expm1(weight @ (apart * np.log(factor)) / spread)), spread**-0.5
        if shipped is None and not np.isfinite(error):
            return Figure(self.category, field, own, error, None, 0.0, 0.0, 0.0, f"{len(self.years)} years")
        value, sd, z = weighted(own, error, shipped, TREND_WIDTH)
        return Figure(self.category, field, own, error, shipped, z, value, sd, f"{len(self.years)} years")

    @property
    def _counted(self) -> str:
        return f"{self.services:,.0f} services" if self.services >= _SMALL else f"fewer than {_SMALL} services"


def _cells(data: PersonYears) -> tuple[tuple[CellKey, ...], NDArray[np.int64]]:
    """Cells that occur, in order of their words, and the cell of every row."""
    columns = (data.age_band, data.sex, data.stratum)
    found, cell = np.unique(np.stack([c.code for c in columns]), axis=1, return_inverse=True)
    cell = cell.reshape(-1)
    last = data.year == data.year.max()
    keys = []
    for k, codes in enumerate(found.T):
        own = cell == k
        words = [c.labels[int(code)] for c, code in zip(columns, codes, strict=True)]
        persons = len(np.unique(data.person[own]))
        years = float(data.exposure[own].sum())
        keys.append(CellKey(words[0], words[1], words[2], years, persons, float(data.exposure[own & last].sum())))
    return tuple(keys), cell


def _of_prior(keys: tuple[CellKey, ...], prior: Population | None, names: tuple[str, ...]) -> tuple[Floats, ...]:
    """Relativities of the prior's cells of the same age band and sex, shape (C, J), use and price, and their means.

    A cell that the prior does not have begins at 1.
    """
    found = np.ones((2, len(keys), len(names)))
    for k, key in enumerate(keys):
        like = [c for c in prior.cells if (c.age_band, c.sex) == (key.age_band, key.sex)] if prior else []
        if like:
            cell = like[0]
            found[0, k] = [cell.utilization_relativity * cell.use.get(name, 1.0) for name in names]
            found[1, k] = [cell.price_relativity * cell.price.get(name, 1.0) for name in names]
    years = np.array([key.person_years for key in keys])
    use = np.average(found[0], axis=0, weights=years)
    dollars = np.average(found[0] * found[1], axis=0, weights=years)
    price = np.divide(dollars, use, out=np.ones_like(use), where=use > 0)
    # A shipped cell that never uses a category may do so here.
    return np.maximum(found[0], 1e-3), found[1], use, price


def _dense(codes: NDArray[np.int64]) -> NDArray[np.int64]:
    """The codes that occur, numbered from 0."""
    return np.unique(codes, return_inverse=True)[1].reshape(-1).astype(np.int64)
