"""Fans and bars of outcomes: year by year, and case by case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from vbcsim.report.drawing import GAIN, INK, PALE, blank, grid, lines_of, style, unit_of
from vbcsim.report.material import MOST_DESIGNS, Material, Statistics
from vbcsim.report.plotted import Plotted
from vbcsim.report.words import Scale, scale_for

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["case_by_case", "cases_data", "year_by_year", "years_data"]

STATISTICS = {
    "p5_usd": "1 in 20 is worse",
    "p25_usd": "1 in 4 is worse",
    "p50_usd": "middle",
    "p75_usd": "1 in 4 is better",
    "p95_usd": "1 in 20 is better",
    "mean_usd": "average",
}
"""What a fan shows, and what it is called."""
Panels = Mapping[str, Mapping[str, Statistics]]
"""By design, and by year or case, the statistics of the party's money."""


def year_by_year(material: Material, party: str) -> Figure:
    """Each year's outcomes as a fan: middle, half of all, nine tenths of all; one panel per design on one scale."""
    panels = _by_year(material, party)
    across = min(4, len(panels))
    with style():
        figure, axes, scale = _panels(panels, across, 2.1)
        for ax, (name, found) in zip(axes.flat, panels.items(), strict=False):
            _fan(ax, found, scale)
            ax.set_title(lines_of(material.titles[name], 66 // across))
        _legend(figure, axes.flat[0])
        return figure


def case_by_case(material: Material, party: str) -> Figure:
    """The whole contract in each case: middle, half of all, nine tenths of all; one panel per design on one scale."""
    panels = _by_case(material, party)
    cases = 1 + len(material.cases)
    across = max(1, min(len(panels), 9 // cases))
    wide = max(9, 76 // (across * cases))
    with style():
        figure, axes, scale = _panels(panels, across, 2.5)
        for ax, (name, found) in zip(axes.flat, panels.items(), strict=False):
            _bars(ax, found, [lines_of(case, wide, 4) for case in found], scale)
            ax.set_title(lines_of(material.titles[name], 66 // across))
        return figure


def years_data(material: Material, party: str) -> Plotted:
    """The fans: a row for each design and year."""
    return _data(material, _by_year(material, party), "year")


def cases_data(material: Material, party: str) -> Plotted:
    """The bars: a row for each design and case."""
    return _data(material, _by_case(material, party), "case")


def _by_year(material: Material, party: str) -> Panels:
    return {
        design: {str(year): material.of(design, party, year) for year in material.years}
        for design in material.designs[:MOST_DESIGNS]
    }


def _by_case(material: Material, party: str) -> Panels:
    every = (material, *material.cases.values())
    return {
        design: {case.case_title: case.of(design, party) for case in every if design in case.designs}
        for design in material.designs[:MOST_DESIGNS]
    }


def _scale(panels: Panels) -> Scale:
    every = (row for found in panels.values() for row in found.values())
    return scale_for(row[name][0] for row in every for name in ("p5_usd", "p95_usd"))


def _data(material: Material, panels: Panels, what: str) -> Plotted:
    scale = _scale(panels)
    rows = [
        (material.titles[design], place, *(row[name][0] / scale.usd for name in STATISTICS))
        for design, found in panels.items()
        for place, row in found.items()
    ]
    return Plotted.of(("design", what, *(f"{words}, {unit_of(scale)}" for words in STATISTICS.values())), rows)


def _panels(panels: Panels, across: int, high: float) -> tuple[Figure, Any, Scale]:
    """A figure with a panel for each design, all on one scale."""
    rows = -(-len(panels) // across)
    figure = blank(high * rows + 0.6)
    axes = figure.subplots(rows, across, sharey=True, squeeze=False)
    for ax in axes.flat[len(panels) :]:
        ax.set_visible(False)
    scale = _scale(panels)
    for ax in axes[:, 0]:
        ax.set_ylabel(unit_of(scale))
    return figure, axes, scale


def _at(found: Mapping[str, Statistics], scale: Scale) -> dict[str, Any]:
    return {name: np.array([row[name][0] for row in found.values()]) / scale.usd for name in STATISTICS}


def _fan(ax: Axes, found: Mapping[str, Statistics], scale: Scale) -> None:
    """Bands over the years: 5 % to 95 % pale, 25 % to 75 % dark, dots at the middle, a dashed line at the mean."""
    years, at = np.array([int(year) for year in found]), _at(found, scale)
    ax.axhline(0.0, color="#777777", linewidth=0.7)
    ax.fill_between(years, at["p5_usd"], at["p95_usd"], color=PALE, linewidth=0.0, label="nine in ten outcomes")
    ax.fill_between(years, at["p25_usd"], at["p75_usd"], color=GAIN, linewidth=0.0, label="half of all outcomes")
    ax.plot(years, at["mean_usd"], color=INK, linestyle=(0, (4, 1.5)), linewidth=1.3, label="average")
    ax.plot(
        years,
        at["p50_usd"],
        "o",
        color="white",
        markeredgecolor=INK,
        markersize=4.5,
        markeredgewidth=0.8,
        label="middle outcome",
    )
    short = len(years) >= 6
    ax.set_xticks(years, [f"’{year % 100:02d}" if short else str(year) for year in years])
    ax.set_xlim(years[0] - 0.15, years[-1] + 0.15)
    grid(ax)


def _legend(figure: Figure, ax: Axes) -> None:
    handles, labels = ax.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=4, frameon=False, fontsize=8.5)


def _bars(ax: Axes, found: Mapping[str, Statistics], labels: Sequence[str], scale: Scale) -> None:
    """Bars side by side: 5 % to 95 % pale, 25 % to 75 % dark, a dot at the middle, a line at the mean."""
    places, at = np.arange(len(found)), _at(found, scale)
    ax.axhline(0.0, color="#777777", linewidth=0.7)
    ax.vlines(places, at["p5_usd"], at["p95_usd"], color=PALE, linewidth=7.0)
    ax.vlines(places, at["p25_usd"], at["p75_usd"], color=GAIN, linewidth=7.0)
    ax.plot(places, at["p50_usd"], "o", color="white", markeredgecolor=INK, markersize=4.5, markeredgewidth=0.8)
    ax.hlines(at["mean_usd"], places - 0.28, places + 0.28, color=INK, linewidth=1.3)
    ax.set_xticks(places, list(labels))
    ax.set_xlim(-0.6, len(places) - 0.4)
    grid(ax)
