"""Parts of an experience by draw: cut, found to be missing, put together; the same bits however it was divided."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from vbcsim.experience.record import Variables

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["Part", "Range", "cut", "fitting", "in_runs", "missing", "part_of", "pieces", "together"]

Range = tuple[int, int]
"""Draws ``start`` to ``stop - 1``."""


class Part(NamedTuple):
    """The variables by draw of the draws ``start`` to ``stop - 1``."""

    start: int
    stop: int
    variables: Variables


def part_of(experience: xr.Dataset) -> Part:
    """What of an experience dataset was drawn, as a part that begins with its first draw."""
    drawn = {
        str(name): (tuple(map(str, values.dims)), values.values)
        for name, values in experience.data_vars.items()
        if {"draw", "claimant"} & set(values.dims)
    }
    return Part(0, experience.sizes["draw"], drawn)


def cut(part: Part, start: int, stop: int) -> Part:
    """The draws of a part from ``start`` to ``stop - 1``, as far as it has them."""
    start, stop = max(start, part.start), min(stop, part.stop)
    if (start, stop) == (part.start, part.stop):
        return part
    draw = part.variables["claimant_draw"][1]
    listed = (draw >= start) & (draw < stop)
    found: Variables = {}
    for name, (dims, values) in part.variables.items():
        kept = values[listed] if dims[0] == "claimant" else values[start - part.start : stop - part.start]
        found[name] = (dims, kept)
    return Part(start, stop, found)


def fitting(parts: Iterable[Part], draws: int) -> list[Part]:
    """The parts within the first ``draws`` draws, in order, cut so that no draw occurs twice."""
    found: list[Part] = []
    done = 0
    for part in sorted(parts, key=lambda part: (part.start, -part.stop)):
        rest = cut(part, max(done, part.start), draws)
        if rest.start < rest.stop:
            found.append(rest)
            done = rest.stop
    return found


def missing(ranges: Iterable[Range], draws: int) -> list[Range]:
    """What of the draws 0 to ``draws - 1`` lies in none of some ranges."""
    found, done = [], 0
    for start, stop in sorted((r[0], r[1]) for r in ranges):
        if start > done:
            found.append((done, min(start, draws)))
        done = max(done, stop)
        if done >= draws:
            return found
    return [*found, (done, draws)]


def pieces(ranges: Iterable[Range], size: int) -> list[Range]:
    """Ranges in pieces of at most ``size`` draws."""
    return [(at, min(at + size, stop)) for start, stop in ranges for at in range(start, stop, size)]


def in_runs(parts: Iterable[Part]) -> list[list[Part]]:
    """Parts in order, those that follow one another together."""
    found: list[list[Part]] = []
    for part in sorted(parts, key=lambda part: part.start):
        if found and found[-1][-1].stop == part.start:
            found[-1].append(part)
        else:
            found.append([part])
    return found


def together(parts: Sequence[Part]) -> Variables:
    """The variables of parts that follow one another; each is let go of as soon as it was taken over."""
    ordered = sorted(parts, key=lambda part: part.start)
    if len(ordered) == 1:
        return dict(ordered[0].variables)
    names = {name: dims for name, (dims, _) in ordered[0].variables.items()}
    columns = [dict(part.variables) for part in ordered]
    return {name: (dims, np.concatenate([column.pop(name)[1] for column in columns])) for name, dims in names.items()}
