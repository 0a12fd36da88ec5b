"""Runs side by side: their draws in pairs, so that the luck they share cancels out of a difference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any

from vbcsim.core.errors import BadInput, Problem
from vbcsim.core.text import listing

if TYPE_CHECKING:
    import xarray as xr

    from vbcsim.pipeline.study import CaseRun, Run

__all__ = ["named_pairs", "pairing_notes", "side_by_side"]

_SAME = {
    "seed": (
        "was drawn with seed {here} and {first} with seed {there}",
        "run one of them again with the other's seed (--seed)",
    ),
    "stream_version": (
        "was drawn with random streams of version {here} and {first} with version {there}",
        "run the older one again",
    ),
}
"""What runs must have in common so that draw 17 of one is the same luck as draw 17 of the other, and what to do."""


def side_by_side(runs: Mapping[str, Run | CaseRun], *, independent: bool = False) -> xr.Dataset:
    """The settlements of runs as one, designs named ``run: design``, draws in pairs; for :func:`compare`.

    A pair of draws has the same number in all runs, so runs of one seed share their random numbers; of runs with more
    draws than others the first are taken.

    :param independent: runs of other seeds too; their draws then are pairs of nothing but chance.
    :raises BadInput: where the runs settle different years, or draw differently and are not said to be independent.
    """
    import xarray as xr

    tables = {name: run.settlement["net_usd"] for name, run in runs.items()}
    problems = [*_other_years(tables), *([] if independent else _other_luck(runs))]
    if problems:
        raise BadInput(problems)
    draws = min(table.sizes["draw"] for table in tables.values())
    named = [
        table.isel(draw=slice(draws))
        .drop_vars("draw", errors="ignore")
        .assign_coords(design=[f"{name}: {design}" for design in table["design"].values])
        for name, table in tables.items()
    ]
    both = xr.concat(named, "design", join="outer", fill_value=0.0).to_dataset(name="net_usd")
    return both.assign_attrs(next(iter(runs.values())).settlement.attrs | {"draws": draws})


def named_pairs(runs: Mapping[str, Run]) -> list[tuple[str, str]]:
    """Which designs of several runs are compared: those of the same name, and one without a namesake with all others.

    Between every two runs, the earlier first.
    """
    pairs = []
    for one, other in combinations(runs, 2):
        ours, theirs = (list(map(str, runs[name].settlement["design"].values)) for name in (one, other))
        shared = [(f"{one}: {design}", f"{other}: {design}") for design in ours if design in theirs]
        alone = [
            (f"{one}: {a}", f"{other}: {b}")
            for a in ours
            for b in theirs
            if a != b and (a not in theirs or b not in ours)
        ]
        pairs += shared + alone
    return pairs


def pairing_notes(runs: Mapping[str, Run], *, independent: bool = False) -> list[str]:
    """What a reader of the pairs must know: draws left out, luck that is shared in part, or not at all."""
    first, *others = runs
    draws = {name: run.settlement.sizes["draw"] for name, run in runs.items()}
    notes = []
    if len(set(draws.values())) > 1:
        counts = listing([f"{name} has {n:,}" for name, n in draws.items()])
        notes.append(f"{counts} draws; the first {min(draws.values()):,} of each are compared")
    if independent and _other_luck(runs):
        notes.append("the runs do not share their luck: a difference in one draw holds the chance of both")
        return notes
    engines = {name: str(run.settlement.attrs.get("engine")) for name, run in runs.items()}
    notes += [
        f"{name} was simulated by the engine {engines[name]} and {first} by {engines[first]}: they share markets, "
        "provider groups and assumptions, but not which members fall ill"
        for name in others
        if engines[name] != engines[first]
    ]
    return notes


def _other_years(tables: Mapping[str, xr.DataArray]) -> list[Problem]:
    years = {name: table["year"].values.tolist() for name, table in tables.items()}
    first, *others = years
    return [
        Problem(name, f"settles {_span(years[name])} and {first} settles {_span(years[first])}; compare runs over the "
        "same years: the money of other years holds other trends")
        for name in others
        if years[name] != years[first]
    ]  # fmt: skip


def _span(years: Sequence[int]) -> str:
    return str(years[0]) if len(years) == 1 else f"{years[0]} to {years[-1]}"


def _other_luck(runs: Mapping[str, Run | CaseRun]) -> list[Problem]:
    first, *others = runs
    known: dict[str, dict[str, Any]] = {name: dict(run.settlement.attrs) for name, run in runs.items()}
    found = []
    for name in others:
        for attribute, (told, remedy) in _SAME.items():
            here, there = (str(known[n].get(attribute)) for n in (name, first))
            if here != there:
                words = told.format(here=here, there=there, first=first)
                message = (
                    f"{words}, so draw 17 of one is not the luck of draw 17 of the other, and their difference would "
                    f"hold the chance of both; {remedy}, or compare them as independent (--independent)"
                )
                found.append(Problem(name, message))
    return found
