"""The fan of a running balance: how far under water a party may be before the contract has paid out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from vbcsim.report.capital import dollars
from vbcsim.report.drawing import GAIN, INK, LOSS, PALE, blank, grid, lines_of, style, unit_of
from vbcsim.report.material import MOST_DESIGNS
from vbcsim.report.plotted import Plotted
from vbcsim.report.words import Scale, join, scale_for

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["balance_data", "running_balance"]

STATISTICS = {
    "p1_usd": "1 in 100 is worse",
    "p5_usd": "1 in 20 is worse",
    "p25_usd": "1 in 4 is worse",
    "p50_usd": "middle",
    "p75_usd": "1 in 4 is better",
    "p95_usd": "1 in 20 is better",
    "mean_usd": "average",
}
"""What the fan shows, and what it is called."""
_ONE_LINE = 80
"""Characters of a legend that fit on one line."""
_BEYOND = 4
"""Months that are drawn after the last payment."""
Titles = Mapping[str, str]


def running_balance(capital: xr.Dataset, titles: Titles, party: str) -> Figure:
    """The party's cash to date, month by month, as a fan; one panel per design on one scale, reserves as lines."""
    found = capital["balance_usd"].sel(party=party)
    designs = [str(name) for name in found["design"].values][:MOST_DESIGNS]
    scale = _scale(capital, party)
    across = 2 if len(designs) == 4 else min(3, len(designs))
    rows = -(-len(designs) // across)
    with style():
        figure = blank(2.4 * rows + 0.7)
        axes = figure.subplots(rows, across, sharey=True, sharex=True, squeeze=False)
        for ax in axes.flat[len(designs) :]:
            ax.set_visible(False)
        for ax, name in zip(axes.flat, designs, strict=False):
            _fan(ax, found.sel(design=name), scale)
            _reserves(ax, capital, scale)
            ax.set_title(lines_of(titles[name], 66 // across))
        for ax in axes[:, 0]:
            ax.set_ylabel(unit_of(scale))
        handles, labels = axes.flat[0].get_legend_handles_labels()
        across = len(labels) if sum(map(len, labels)) < _ONE_LINE else 3
        figure.legend(handles, labels, loc="outside upper center", ncols=across, frameon=False, fontsize=8.5)
        figure.supxlabel("months from the start of the first performance year", fontsize=9.0)
        return figure


def balance_data(capital: xr.Dataset, titles: Titles, party: str) -> Plotted:
    """The fan: a row for each design and month."""
    found, scale = capital["balance_usd"].sel(party=party), _scale(capital, party)
    rows = [
        (titles[str(design)], int(month), *(float(at.sel(statistic=name)) / scale.usd for name in STATISTICS))
        for design in found["design"].values
        for month in found["month"].values
        for at in [found.sel(design=design, month=month)]
    ]
    return Plotted.of(("design", "month", *(f"{words}, {unit_of(scale)}" for words in STATISTICS.values())), rows)


def _scale(capital: xr.Dataset, party: str) -> Scale:
    shown = capital["balance_usd"].sel(party=party, statistic=["p5_usd", "p95_usd"])
    return scale_for(float(value) for value in shown.values.ravel())


def _fan(ax: Axes, found: xr.DataArray, scale: Scale) -> None:
    """Steps, for a balance moves only when money is paid: 5 % to 95 % pale, 25 % to 75 % dark, lines at the rest."""
    last = int(found["month"].values[-1])
    months = [*found["month"].values, last + _BEYOND]  # the last payment is a step to be seen, too
    at = {name: np.append(found.sel(statistic=name).values, np.nan) / scale.usd for name in STATISTICS}
    for values in at.values():
        values[-1] = values[-2]
    step: Any = "post"
    ax.axhline(0.0, color="#777777", linewidth=0.7)
    ax.fill_between(months, at["p5_usd"], at["p95_usd"], step=step, color=PALE, linewidth=0.0, label="nine in ten")
    ax.fill_between(months, at["p25_usd"], at["p75_usd"], step=step, color=GAIN, linewidth=0.0, label="half of all")
    ax.step(months, at["mean_usd"], where=step, color=INK, linestyle=(0, (4, 1.5)), linewidth=1.2, label="average")
    ax.step(months, at["p1_usd"], where=step, color=LOSS, linewidth=1.0, label="1 in 100 is worse")
    ax.set_xticks(np.arange(0, last + 12, 12))
    ax.set_xlim(0, max(12, months[-1]))
    grid(ax)


def _reserves(ax: Axes, capital: xr.Dataset, scale: Scale) -> None:
    """The reserves that were tried, as the depth at which each is gone."""
    tried = [float(value) for value in capital["reserve"].values if value]
    for k, reserve in enumerate(tried):
        label = f"{join([dollars(each) for each in tried])} gone" if k == 0 else None
        ax.axhline(-reserve / scale.usd, color=INK, linewidth=0.8, linestyle=(0, (1, 1.5)), label=label)
