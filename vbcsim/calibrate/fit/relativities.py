"""How cells and years differ in use or in cost per service: margins first, then what is the cell's own.

Margins multiply (Bailey & Simon 1960): a factor for each age band, sex, stratum and year, each the credibility-weighted
mean of its own experience and of what was expected before (1, or the relativity of a shipped cell). What a cell has
beyond its margins is weighted by Buehlmann & Straub's Z, with the variance between cells estimated from the cells
themselves (DerSimonian & Laird's moment estimate); where cells differ no more than chance makes them, Z is 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["Relativities", "clustered_dispersion", "relativities"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_MARGIN_WIDTH: Final = 0.5
"""Standard deviation of the relativity of an age band, sex, stratum or year around what is expected: judgement."""
_ROUNDS: Final = 8


@dataclass(frozen=True, eq=False)
class Relativities:
    """Relativities of C cells and T years by J categories, and what they rest on."""

    cell: Floats
    """Relativity of the cell, exposure-weighted mean 1, shape (C, J)."""
    credibility: Floats
    """Weight of the cell's own experience beyond its margins, shape (C, J)."""
    error: Floats
    """Standard error of the cell's own relativity as a share of it, shape (C, J)."""
    year: Floats
    """Factor of the year, shape (T, J); the mean over rows is 1."""
    dispersion: Floats
    """Variance over mean of what a person (a family) has in all years, shape (J,)."""


def relativities(
    actual: Floats, base: Floats, cell: Ints, margins: list[Ints], year: Ints, family: Ints, start: Floats | None = None
) -> Relativities:
    """Relativities from rows.

    :param actual: services, or dollars over their mean cost per service, shape (N, J).
    :param base: what is expected of a row at relativity 1, shape (N, J), on the scale of ``actual``.
    :param margins: codes of age band, sex, stratum, each (N,); ``year`` is one more.
    :param family: the unit over which rows are dependent.
    :param start: relativities of the cells to begin with, shape (C, J).
    """
    cells, years = int(cell.max()) + 1, int(year.max()) + 1
    begun = np.ones((cells, actual.shape[1])) if start is None else start
    # Margins need the sums by cell and year only.
    spot = cell * years + year
    seen, due = _by(actual, spot, cells * years), _by(base, spot, cells * years)
    of_cell, of_year = np.divmod(np.arange(cells * years), years)
    columns = [_code_of_cell(codes, cell, cells)[of_cell] for codes in margins] + [of_year]
    due = due * begun[of_cell]
    flat = _ratio(actual.sum(axis=0), due.sum(axis=0))
    weight = clustered_dispersion(actual, base * begun[cell] * flat, family) / _MARGIN_WIDTH**2
    factors = _margins(seen, due, columns, weight)
    product = _product(factors, columns)
    product *= _ratio(seen.sum(axis=0), (due * product).sum(axis=0))
    dispersion = clustered_dispersion(actual, base * (begun[of_cell] * product)[spot], family)
    own, z, error = _own(_by(seen, of_cell, cells), _by(due * product, of_cell, cells), dispersion)
    raw = begun * own
    for codes, factor in zip(columns[:-1], factors[:-1], strict=True):
        raw = raw * factor[codes[of_year == 0]]
    mean = _ratio((base * raw[cell]).sum(axis=0), base.sum(axis=0))
    by_year = factors[-1] / _ratio((base * factors[-1][year]).sum(axis=0), base.sum(axis=0))
    return Relativities(raw / mean, z, error, by_year, dispersion)


def _margins(seen: Floats, due: Floats, columns: list[Ints], weight: Floats) -> list[Floats]:
    """A factor for each word of each column, in turns until they fit together; ``weight`` is what 1 weighs."""
    factors = [np.ones((int(codes.max()) + 1, seen.shape[1])) for codes in columns]
    for _ in range(_ROUNDS):
        for codes, factor in zip(columns, factors, strict=True):
            # What is expected without this column's own factor, at the level of everybody.
            expected = due * _product(factors, columns)
            expected *= _ratio(seen.sum(axis=0), expected.sum(axis=0)) / factor[codes]
            size = len(factor)
            factor[:] = (_by(seen, codes, size) + weight) / (_by(expected, codes, size) + weight)
    return factors


def clustered_dispersion(actual: Floats, expected: Floats, family: Ints) -> Floats:
    """Sum over families of (actual - expected)^2, over the sum of expected; 1 where nothing is expected."""
    apart = _by(actual - expected, family, int(family.max()) + 1)
    total = expected.sum(axis=0)
    return np.maximum(_ratio((apart**2).sum(axis=0), total), 1e-9)


def _own(actual: Floats, expected: Floats, dispersion: Floats) -> tuple[Floats, Floats, Floats]:
    """What cells have beyond what is expected: factor, credibility and relative standard error."""
    used = expected > 0
    ratio = np.where(used, actual / np.where(used, expected, 1.0), 1.0)
    within = np.where(used, dispersion / np.where(used, expected, 1.0), np.inf)
    weight = np.where(used, 1.0 / within, 0.0)
    total = np.maximum(weight.sum(axis=0), 1e-300)
    q = (weight * (ratio - 1.0) ** 2).sum(axis=0)
    freedom = np.maximum(used.sum(axis=0) - 1, 0)
    scale = np.maximum(total - (weight**2).sum(axis=0) / total, 1e-300)
    between = np.maximum((q - freedom) / scale, 0.0)
    z = np.where(used, between / (between + np.where(used, within, 1.0)), 0.0)
    return 1.0 + z * (ratio - 1.0), z, np.sqrt(within)


def _product(factors: list[Floats], columns: list[Ints]) -> Floats:
    out = factors[0][columns[0]]
    for factor, codes in zip(factors[1:], columns[1:], strict=True):
        out = out * factor[codes]
    return out


def _by(values: Floats, codes: Ints, size: int) -> Floats:
    """Sums by code, shape (size, J)."""
    return np.stack([np.bincount(codes, values[:, j], minlength=size) for j in range(values.shape[1])], axis=1)


def _code_of_cell(codes: Ints, cell: Ints, cells: int) -> Ints:
    found = np.zeros(cells, dtype=np.int64)
    found[cell] = codes
    return found


def _ratio(top: Floats, bottom: Floats) -> Floats:
    return np.asarray(np.divide(top, bottom, out=np.ones_like(top), where=bottom > 0))
