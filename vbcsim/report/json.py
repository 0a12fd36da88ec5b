"""The one JSON object that ``--json`` prints and ``results.json`` holds."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from vbcsim.report.material import Material, Statistics

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["json_object", "zero_sum_max_abs_usd"]


def json_object(material: Material, *, seconds: float | None = None, out: str | None = None) -> dict[str, Any]:
    """The results of a run as plain values: numbers, text, lists and mappings; what is unknown is null.

    ``designs[name].parties[party]`` has every statistic and, under its name with ``_mcse``, its Monte Carlo error;
    ``by_year[year][party]`` the same for one year; ``lines`` the mean of each settled line. ``seconds`` and ``out`` are
    facts of the run that the datasets do not hold.
    """
    attrs = material.settlement.attrs
    return {
        "scenario": material.scenario.name,
        "draws": material.draws,
        "members": _plain(attrs.get("members")),
        "engine": _plain(attrs.get("engine")),
        "seed": int(attrs["seed"]) if "seed" in attrs else None,  # kept as text: 64 bits do not fit an attribute
        "seconds": seconds,
        "experience_hash": _plain(attrs.get("experience_hash")),
        "zero_sum_max_abs_usd": zero_sum_max_abs_usd(material.settlement),
        "out": out,
        "designs": {name: _design(material, name) for name in material.designs},
        "comparison": [_pair(row) for row in material.pairs],
    }


def zero_sum_max_abs_usd(settlement: xr.Dataset) -> float:
    """Largest amount by which the parties of any design, draw and year fail to sum to zero."""
    return float(np.abs(settlement["net_usd"].sum("party").values).max(initial=0.0))


def _design(material: Material, name: str) -> dict[str, Any]:
    arrangement = material.arrangements.get(name)
    parties = [str(party) for party in material.outcomes["party"].values]
    return {
        "title": arrangement.title if arrangement is not None else name,
        "unverified": list(arrangement.unverified) if arrangement is not None else [],
        "lines": _lines(material.settlement, name),
        "parties": {party: _flat(material.of(name, party)) for party in parties},
        "by_year": {
            str(year): {party: _flat(material.of(name, party, year)) for party in parties} for year in material.years
        },
    }


def _lines(settlement: xr.Dataset, design: str) -> dict[str, float | None]:
    """Mean over draws of each line, summed over years; null where the arrangement does not define it in every year."""
    found: dict[str, float | None] = {}
    for variable, name in (
        ("benchmark_usd", "benchmark_usd_mean"),
        ("settled_expenditure_usd", "expenditure_usd_mean"),
    ):
        if variable in settlement:
            found[name] = _plain(settlement[variable].sel(design=design).mean("draw").sum("year", skipna=False).item())
    return found


def _flat(statistics: Statistics) -> dict[str, float | None]:
    flat: dict[str, float | None] = {}
    for name, (value, mcse) in statistics.items():
        flat |= {name: _plain(value), f"{name}_mcse": _plain(mcse)}
    return flat


def _pair(row: Any) -> dict[str, Any]:
    figures = {
        "mean_difference_usd": row.mean_difference,
        "sd_difference_usd": row.sd_difference,
        "p_better": row.p_better,
        "p_equal": row.p_equal,
    }
    said = {"a": row.a, "b": row.b, "party": row.party, **_flat(figures)}
    orders = {"first_order": row.first_order, "second_order": row.second_order}
    return said | {"dominance": {k: {"a": row.a, "b": row.b}.get(v) for k, v in orders.items()}}


def _plain(value: Any) -> Any:
    """A value of JSON: numpy scalars as Python's, what is not finite as null."""
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value
