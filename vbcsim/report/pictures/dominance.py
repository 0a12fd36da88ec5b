"""Which design is better at which rank of luck: cumulative curves, and what each brings beyond the best on average."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vbcsim.outcomes.distribution import quantile
from vbcsim.report.drawing import DASHES, LINES, blank, grid, label_beside, lines_of, style, unit_of
from vbcsim.report.material import MOST_DESIGNS, Material
from vbcsim.report.plotted import Plotted
from vbcsim.report.words import MINUS, Scale, scale_for

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["dominance_curves", "dominance_data"]

Array = NDArray[np.float64]
RANKS = np.arange(1, 100) / 100.0
"""Ranks of luck: the worst of 100 outcomes to the best of 100."""
SURE = 2.0
"""Monte Carlo errors that the shaded band reaches to either side."""


def dominance_curves(material: Material, party: str, best: str) -> Figure:
    """Left: of 100 outcomes, how many are at most an amount. Right: each design less the best at the same rank."""
    scale, found = _quantiles(material, party, best)
    order = list(found)
    with style():
        figure = blank(3.5)
        left, right = figure.subplots(1, 2)
        for k, name in enumerate(order):
            value = found[name][0] / scale.usd
            left.step(value, 100.0 * RANKS, where="post", color=LINES[k], linestyle=DASHES[k], linewidth=1.7)
        left.set_title("Outcomes of at most\N{HORIZONTAL ELLIPSIS}")
        left.set_xlabel(unit_of(scale))
        left.set_ylabel("of 100 outcomes")
        left.set_ylim(0.0, 100.0)
        left.axvline(0.0, color="#777777", linewidth=0.7)
        grid(left)
        _differences(right, found, best, scale)
        right.set_title(lines_of(f"Difference from {material.called(best)}, rank by rank", 42))
        right.set_xlabel("rank of luck, worst to best of 100")
        right.set_ylabel(unit_of(scale))
        ends = [float((found[name][0] - found[best][0])[-1]) / scale.usd for name in order]
        label_beside(right, ends, [material.titles[name] for name in order])
        return figure


def dominance_data(material: Material, party: str, best: str) -> Plotted:
    """At each rank, the amount under each design with its error."""
    scale, found = _quantiles(material, party, best)
    columns = ["rank, of 100", *(f"{material.titles[name]}, {unit_of(scale)}" for name in found)]
    columns += [f"{material.titles[name]}, Monte Carlo error" for name in found]
    columns += [f"{material.titles[n]} {MINUS} {material.titles[best]}" for n in found if n != best]
    rows = []
    for i, rank in enumerate(RANKS):
        amounts = [float(value[i]) / scale.usd for value, _ in found.values()]
        errors = [float(error[i]) / scale.usd for _, error in found.values()]
        less = [float(found[n][0][i] - found[best][0][i]) / scale.usd for n in found if n != best]
        rows.append((f"{100 * rank:.0f}", *amounts, *errors, *less))
    return Plotted.of(tuple(columns), rows)


def _quantiles(material: Material, party: str, best: str) -> tuple[Scale, dict[str, tuple[Array, Array]]]:
    """The amount at each rank, and its Monte Carlo error, by design [USD]; the best one is always among them."""
    found = {}
    first = material.designs[:MOST_DESIGNS]
    for name in first if best in first else (*first[:-1], best):
        ordered = np.sort(material.net(name, party))
        pairs = [quantile(ordered, float(rank)) for rank in RANKS]
        found[name] = (np.array([float(v) for v, _ in pairs]), np.array([float(e) for _, e in pairs]))
    return scale_for(np.abs(value).max() for value, _ in found.values()), found


def _differences(ax: Axes, found: dict[str, tuple[Array, Array]], best: str, scale: Scale) -> None:
    """Lines of the differences; a band of two errors, the two designs' errors taken as independent, which is wide."""
    base, base_error = found[best]
    for k, (name, (value, error)) in enumerate(found.items()):
        less = (value - base) / scale.usd
        ax.plot(100.0 * RANKS, less, color=LINES[k], linestyle=DASHES[k], linewidth=1.7)
        if name != best and len(found) <= 4:
            wide = SURE * np.hypot(error, base_error) / scale.usd
            ax.fill_between(100.0 * RANKS, less - wide, less + wide, color=LINES[k], alpha=0.15, linewidth=0.0)
    ax.set_xlim(0.0, 100.0)
    grid(ax)
