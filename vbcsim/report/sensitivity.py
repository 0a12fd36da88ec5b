"""Pictures of what a result depends on: a tornado of assumptions, and Sobol indices as bars."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from vbcsim.report.drawing import GAIN, INK, LOSS, NOTHING, PALE, blank, grid, lines_of, style, unit_of
from vbcsim.report.split import LAYERS
from vbcsim.report.words import scale_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

    from vbcsim.outcomes.distribution import Estimate

__all__ = ["MOST_BARS", "assumption_bars", "index_bars"]

MOST_BARS = 16
_WIDE = 38
"""Characters of a line of a name."""


class SwingLike(Protocol):
    """A figure where an assumption is low and where it is high."""

    @property
    def name(self) -> str: ...
    @property
    def low(self) -> float: ...
    @property
    def high(self) -> float: ...
    @property
    def at_low(self) -> Estimate: ...
    @property
    def at_high(self) -> Estimate: ...


class IndicesLike(Protocol):
    """First-order and total indices."""

    @property
    def coordinates(self) -> tuple[str, ...]: ...
    @property
    def first(self) -> Estimate: ...
    @property
    def total(self) -> Estimate: ...
    @property
    def of(self) -> str: ...


def assumption_bars(swings: Sequence[SwingLike], figure: str, *, is_chance: bool) -> Figure:
    """A bar per assumption from where it is low (orange) to where it is high (blue), with two Monte Carlo errors."""
    found = list(swings)[:MOST_BARS]
    ends = [float(e.value) for s in found for e in (s.at_low, s.at_high)]
    scale = scale_for(ends)
    unit, per = ("%", 0.01) if is_chance else (unit_of(scale), scale.usd)
    with style():
        picture = blank(0.42 * len(found) + 1.0)
        ax = picture.subplots()
        for row, swing in enumerate(found):
            low, high = float(swing.at_low.value) / per, float(swing.at_high.value) / per
            ax.plot([low, high], [row, row], color=PALE, linewidth=9.0, solid_capstyle="butt", zorder=1)
            for at, estimate, colour, value, right in (
                (low, swing.at_low, LOSS, swing.low, low > high),
                (high, swing.at_high, GAIN, swing.high, high >= low),
            ):
                error = 2.0 * float(estimate.mcse) / per
                ax.errorbar(at, row, xerr=error, fmt="o", color=colour, ecolor=INK, elinewidth=0.7, markersize=4.5)
                ax.annotate(
                    f"{value:.4g}",
                    (at + (error if right else -error), row),
                    xytext=(4 if right else -4, 0),
                    textcoords="offset points",
                    ha="left" if right else "right",
                    va="center",
                    fontsize=7.5,
                )
        ax.set_yticks(range(len(found)), [lines_of(_short(swing.name), _WIDE) for swing in found])
        ax.set_ylim(len(found) - 0.4, -0.6)
        ax.margins(x=0.14)
        ax.set_xlabel(f"{figure}, {unit}, ± two errors")
        for colour, words in ((LOSS, "the assumption is low"), (GAIN, "it is high")):
            ax.plot([], [], "o", color=colour, markersize=4.5, label=words)
        picture.legend(loc="outside upper center", ncols=2, frameon=False, fontsize=8.5)
        grid(ax, "x")
        return picture


def index_bars(found: IndicesLike) -> Figure:
    """Two bars per coordinate: the first-order index dark, the total index pale behind it, with two errors each."""
    order = np.argsort(-found.total.value, kind="stable")[:MOST_BARS]
    with style():
        picture = blank(0.42 * len(order) + 1.1)
        ax = picture.subplots()
        places = np.arange(len(order))
        bars = (
            (found.total, PALE, 0.74, NOTHING, "total: what would remain if all else were known"),
            (found.first, GAIN, 0.40, INK, "first order: what knowing it would take away"),
        )
        for estimate, colour, height, ink, label in bars:
            error = 200.0 * estimate.mcse[order]
            ax.barh(
                places,
                100.0 * estimate.value[order],
                xerr=error,
                height=height,
                color=colour,
                label=label,
                error_kw={"ecolor": ink, "elinewidth": 0.8},
            )
        ax.set_yticks(places, [lines_of(_short(found.coordinates[k]), _WIDE) for k in order])
        ax.invert_yaxis()
        ax.axvline(0.0, color=INK, linewidth=0.7)
        ax.set_xlabel(f"of 100 parts of the variance of {found.of}, ± two errors")
        picture.legend(loc="outside upper center", ncols=1, frameon=False, fontsize=8.5)
        grid(ax, "x")
        return picture


def _short(name: str) -> str:
    """A layer of chance in words; a place of the scenario without its section, where a reader needs none."""
    return LAYERS.get(name, name.removeprefix("assumptions.").replace("_", " "))
