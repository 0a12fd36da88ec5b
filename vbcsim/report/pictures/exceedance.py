"""The chance of paying and of receiving more than any amount, one line per design."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vbcsim.report.drawing import CENT, DASHES, LINES, blank, grid, style, unit_of
from vbcsim.report.material import MOST_DESIGNS, Material
from vbcsim.report.plotted import Plotted
from vbcsim.report.words import Scale, clip, scale_for

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["exceedance", "exceedance_data"]

Array = NDArray[np.float64]
_POINTS = 400
_EVERY = 10
"""Of so many points one stands in the data: the steps between them are too small to see."""
_SIDES = ((-1.0, "paying"), (1.0, "receiving"))


class _Side(NamedTuple):
    """One panel: amounts, and by design the outcomes of 100 beyond each."""

    amounts: Array
    above: Array


def exceedance(material: Material, party: str) -> Figure:
    """Chance of paying more than x (left) and of receiving more than x (right), one line per design."""
    scale, sides = _sides(material, party)
    with style():
        figure = blank(3.3)
        axes = figure.subplots(1, 2, sharey=True)
        for ax, side, (sign, word) in zip(axes, sides, _SIDES, strict=True):
            for k, above in enumerate(side.above):
                ax.plot(side.amounts, above, color=LINES[k], linestyle=DASHES[k], linewidth=1.7)
            ax.set_title(f"Chance of {word} more than\N{HORIZONTAL ELLIPSIS}")
            ax.set_xlabel(unit_of(scale))
            ax.set_xlim(0.0, side.amounts[-1])
            grid(ax)
            if sign < 0:
                ax.invert_xaxis()
        titles = [clip(material.titles[name], 34) for name in material.designs[:MOST_DESIGNS]]
        _label_starts(axes[1], [float(above[0]) for above in sides[1].above], titles)
        axes[0].set_ylim(0.0, None)
        axes[0].set_ylabel("of 100 outcomes")
        return figure


def exceedance_data(material: Material, party: str) -> Plotted:
    """Amounts and, by design, how many of 100 outcomes pay and receive more than them."""
    scale, sides = _sides(material, party)
    titles = [material.titles[name] for name in material.designs[:MOST_DESIGNS]]
    rows = [
        (word, float(side.amounts[i]), *(float(above[i]) for above in side.above))
        for side, (_, word) in zip(sides, _SIDES, strict=True)
        for i in range(0, _POINTS, _EVERY)
    ]
    columns = ("side", f"more than, {unit_of(scale)}", *(f"{title}, of 100 outcomes" for title in titles))
    return Plotted.of(columns, rows)


def _sides(material: Material, party: str) -> tuple[Scale, list[_Side]]:
    """Both panels, from nothing to all but the rarest outcomes."""
    nets = [material.net(name, party) for name in material.designs[:MOST_DESIGNS]]
    scale = scale_for(np.quantile(np.abs(net), 0.995) for net in nets)
    found = []
    for sign, _ in _SIDES:
        reach = max(float(np.quantile(np.maximum(sign * net, 0.0), 0.9975)) for net in nets) / scale.usd
        x = np.linspace(0.0, reach or 1.0, _POINTS)
        above = [_above(np.sort(sign * net) / scale.usd, x + CENT / scale.usd) for net in nets]
        found.append(_Side(x, np.array(above)))
    return scale, found


def _above(ordered: Array, x: Array) -> Array:
    return np.asarray(100.0 * (1.0 - np.searchsorted(ordered, x, side="right") / ordered.size))


def _label_starts(ax: Axes, starts: list[float], labels: list[str]) -> None:
    """Names of the lines at the top right, in the order of their starts, with a stroke of the line before each."""
    for row, k in enumerate(np.argsort([-start for start in starts], kind="stable")):
        y = 0.96 - 0.085 * row
        ax.plot([0.40, 0.48], [y, y], transform=ax.transAxes, color=LINES[k], linestyle=DASHES[k], linewidth=1.7)
        ax.text(0.50, y, labels[k], transform=ax.transAxes, va="center", fontsize=8.5)
