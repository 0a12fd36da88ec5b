"""The tail of contracts held together: what each would lose by itself, and what it brings to the loss of all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from vbcsim.report.drawing import GAIN, INK, LOSS, PALE, blank, grid, lines_of, style, unit_of
from vbcsim.report.plotted import Plotted
from vbcsim.report.words import scale_for

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

__all__ = ["tail_bars", "tail_data"]

Titles = Mapping[str, str]


def tail_bars(outcomes: xr.Dataset, titles: Titles, level: float) -> Figure:
    """Two bars for each contract, pale alone and dark in the worst draws of all; their sums, and what is spared."""
    at = outcomes.sel(level=level)
    alone, brought = at["tail_alone_usd"].values, at["tail_contribution_usd"].values
    scale = scale_for([*alone, *brought])
    names = [titles[str(name)] for name in at["contract"].values]
    with style():
        figure = blank(0.62 * len(names) + 1.1)
        ax = figure.subplots()
        places = np.arange(len(names))[::-1].astype(float)
        apart = np.append(alone[:-1], alone[:-1].sum())
        errors = at["tail_contribution_mcse"].values / scale.usd
        ax.barh(places + 0.19, apart / scale.usd, height=0.34, color=PALE, label="by itself")
        colours = [*([GAIN] * (len(names) - 1)), LOSS]
        ax.barh(places - 0.19, brought / scale.usd, height=0.34, color=colours, xerr=2.0 * errors, ecolor=INK)
        ax.barh([0.0], [0.0], color=GAIN, label="in the worst outcomes of all (line: two errors)")
        ax.axvline(0.0, color="#777777", linewidth=0.7)
        ax.set_yticks(places, [lines_of(name, 26) for name in names])
        ax.set_xlabel(f"average loss of the worst {100 * (1 - level):.0f}%, {unit_of(scale)}")
        grid(ax, "x")
        figure.legend(loc="outside upper center", ncols=2, frameon=False, fontsize=8.5)
        return figure


def tail_data(outcomes: xr.Dataset, titles: Titles, level: float) -> Plotted:
    """The bars: a row for each contract and for all together; alone, all together is the sum."""
    at = outcomes.sel(level=level)
    alone, brought = at["tail_alone_usd"].values, at["tail_contribution_usd"].values
    scale = scale_for([*alone, *brought])
    apart = np.append(alone[:-1], alone[:-1].sum()) / scale.usd
    rows = zip([titles[str(n)] for n in at["contract"].values], apart, brought / scale.usd, strict=True)
    unit = unit_of(scale)
    return Plotted.of(("contract", f"loss by itself, {unit}", f"part of the loss of all, {unit}"), rows)
