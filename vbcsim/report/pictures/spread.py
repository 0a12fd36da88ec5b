"""What share of the spread comes from where."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from vbcsim.report.drawing import LINES, blank, lines_of, style
from vbcsim.report.material import Material
from vbcsim.report.plotted import Plotted

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["variance_bars", "variance_data"]

Shares = Mapping[str, Mapping[str, float]]
"""By design and origin, parts of one."""
_ON = ("white", "white", "white", "black", "black", "black", "white", "white")
"""Colour of a number on each colour."""
_READABLE = 7.0
"""Parts of 100 from which a bar has room for its number."""


def variance_bars(material: Material, shares: Shares) -> Figure:
    """One bar per design, one colour per origin, each part with its number where there is room."""
    with style():
        figure = blank(0.42 * len(shares) + 1.2)
        ax = figure.subplots()
        origins = list(next(iter(shares.values())))
        places = np.arange(len(shares))[::-1]
        start = np.zeros(len(shares))
        for k, origin in enumerate(origins):
            width = 100.0 * np.array([row[origin] for row in shares.values()])
            ax.barh(places, width, left=start, height=0.62, color=LINES[k], edgecolor="white", label=origin)
            for place, part, left in zip(places, width, start, strict=True):
                if part >= _READABLE:
                    ax.text(left + part / 2, place, f"{part:.0f}", ha="center", va="center", color=_ON[k], fontsize=9)
            start += width
        ax.set_yticks(places, [lines_of(material.titles[name], 26) for name in shares])
        ax.set_xlim(0.0, 100.0)
        ax.set_xlabel("of 100 parts of the variance")
        figure.legend(loc="outside upper center", ncols=3, frameon=False, fontsize=8.5)
        return figure


def variance_data(material: Material, shares: Shares) -> Plotted:
    """A row per design, a column per origin."""
    origins = list(next(iter(shares.values())))
    rows = [(material.titles[d], *(100.0 * row[origin] for origin in origins)) for d, row in shares.items()]
    return Plotted.of(("design", *(f"{origin}, of 100 parts" for origin in origins)), rows)
