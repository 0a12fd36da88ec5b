"""The lines that an experience gives: sums and means over strata, quality measures, halves of a year."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vbcsim.contract.view import View

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["HALF_LINES", "claims_lines", "half_shares", "line_word"]

Floats = NDArray[np.float64]
Lines = dict[str, Callable[[], Floats]]

HALF_LINES = ("expenditure", "person_years", "expenditure_share", "exposure_share")
"""Lines of half-years, each as ``NAME_1`` and ``NAME_2``: dollars, exposure, and the parts of the year's of either."""
_MEANS = frozenset({"group_effect", "quality_score"})
"""Variables by stratum whose line is the mean over person-years; of others it is the sum."""
_HALF = {"expenditure": "half_expenditure_usd", "person_years": "half_person_years"}


def line_word(value: str) -> str:
    """The word that stands for an attribute's value in the name of a line: ``Not Hispanic`` is ``not_hispanic``."""
    return "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in value.lower())


def claims_lines(ds: xr.Dataset, view: View) -> Lines:
    """How to get each line that an experience gives, for its performance years."""
    keep = _kept(view)
    lines: Lines = {
        "expenditure": lambda: view.by_stratum_usd[:, keep].sum(axis=-1),
        "risk_score": lambda: _averaged(view.risk_score[:, keep], view.person_years[:, keep]),
        "member_months": lambda: 12.0 * view.person_years[:, keep].sum(axis=-1),
        "intervention_cost": lambda: np.zeros((1, len(view.performance))),
    }
    for variable in map(str, ds.data_vars):
        line, dims = _line_name(variable), set(ds[variable].dims)
        if (line in lines and line != "intervention_cost") or "year" not in dims:
            continue
        if dims <= {"draw", "year"}:
            lines[line] = partial(_values, ds[variable], keep, "draw", "year")
        elif {"year", "stratum"} <= dims <= {"draw", "year", "stratum"}:
            lines[line] = partial(_over_strata, ds[variable], view, keep, mean=line in _MEANS)
    for variable in ("expenditure_usd", "utilization"):
        for index, category in enumerate(view.categories if variable in ds else ()):
            chosen = ds[variable].isel(category=index)
            lines[f"{_line_name(variable)}_{category}"] = partial(_over_strata, chosen, view, keep, mean=False)
    return lines | _measure_lines(ds, view, keep) | _half_lines(ds, view, keep)


def half_shares(ds: xr.Dataset, view: View) -> Lines:
    """Each half's part of the year's expenditure and exposure; they stand before halves that a contract supposes."""
    keep = _kept(view)
    shares: Lines = {}
    for stem, (what, variable) in zip(HALF_LINES[2:], _HALF.items(), strict=True):
        for index in range(2 if variable in ds else 0):
            shares[f"{stem}_{index + 1}"] = partial(_half_share, ds, view, keep, what, index)
    return shares


def _half_lines(ds: xr.Dataset, view: View, keep: Any) -> Lines:
    return {
        f"{what}_{index + 1}": partial(_over_strata, ds[variable].isel(half=index), view, keep, mean=False)
        for what, variable in _HALF.items()
        for index in range(2 if variable in ds else 0)
    }


def _half_share(ds: xr.Dataset, view: View, keep: Any, what: str, index: int) -> Floats:
    """A half's part of the sum of both; one half where both are nothing."""
    halves = [_over_strata(ds[_HALF[what]].isel(half=k), view, keep, mean=False) for k in (0, 1)]
    whole = halves[0] + halves[1]
    return np.where(whole > 0.0, halves[index] / np.where(whole > 0.0, whole, 1.0), 0.5)


def _measure_lines(ds: xr.Dataset, view: View, keep: Any) -> Lines:
    """Rate and denominator of each measure, over all strata and by the value of ``equity_stratum``."""
    if "measure_numerator" not in ds:
        return {}
    everyone = np.arange(len(view.strata))
    strata = {"": everyone}
    for value in dict.fromkeys(view.attributes.get("equity_stratum", ())):
        of_value = [s for s, found in enumerate(view.attributes["equity_stratum"]) if found == value]
        strata[f"_{line_word(value)}"] = np.array(of_value)
    lines: Lines = {}
    for index, measure in enumerate(ds["measure"].values):
        for word, chosen in strata.items():
            lines[f"measure_{measure}{word}"] = partial(_rate, ds, index, chosen, everyone, keep)
            lines[f"measure_{measure}{word}_denominator"] = partial(_counted, ds, "denominator", index, chosen, keep)
    return lines


def _counted(ds: xr.Dataset, part: str, index: int, strata: NDArray[np.int64], keep: Any) -> Floats:
    counts = _values(ds[f"measure_{part}"].isel(measure=index), keep, "draw", "year", "stratum")
    return np.asarray(counts[..., strata].sum(axis=-1))


def _rate(ds: xr.Dataset, index: int, strata: Any, everyone: Any, keep: Any) -> Floats:
    """Numerator over denominator; where nobody of these strata counts, the rate of all; nought where nobody does."""
    met, counted = (_counted(ds, part, index, strata, keep) for part in ("numerator", "denominator"))
    if not (counted > 0.0).all():
        whole = [_counted(ds, part, index, everyone, keep) for part in ("numerator", "denominator")]
        met, counted = (np.where(counted > 0.0, own, of_all) for own, of_all in zip((met, counted), whole, strict=True))
    return np.asarray(met / np.where(counted > 0.0, counted, 1.0))


def _kept(view: View) -> Any:
    """The performance years as a slice where they are one run, so that nothing is copied."""
    rows = view.performance
    return slice(int(rows[0]), int(rows[-1]) + 1) if np.all(np.diff(rows) == 1) else rows


def _averaged(values: Floats, weight: Floats) -> Floats:
    """Mean over strata by person-years; the plain mean where there are none."""
    total = weight.sum(axis=-1)
    if (total > 0.0).all():
        return np.asarray((values * weight).sum(axis=-1) / total)
    found = (values * weight).sum(axis=-1) / np.where(total > 0.0, total, 1.0)
    return np.where(total > 0.0, found, values.mean(axis=-1))


def _values(variable: xr.DataArray, keep: Any, *dims: str) -> Floats:
    """The values with these dims in front of one another, ``draw`` of length 1 where they have none."""
    found = variable.transpose(*(dim for dim in dims if dim in variable.dims))
    values = np.asarray(found.values, dtype=np.float64)
    return (values if "draw" in variable.dims else values[np.newaxis])[:, keep]


def _over_strata(variable: xr.DataArray, view: View, keep: Any, *, mean: bool) -> Floats:
    values = _values(variable, keep, "draw", "year", "stratum")
    return _averaged(values, view.person_years[:, keep]) if mean else np.asarray(values.sum(axis=-1))


def _line_name(variable: str) -> str:
    name = variable.removesuffix("_usd")
    return {"provider_revenue": "revenue"}.get(name, name)
